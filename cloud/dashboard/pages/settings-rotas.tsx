import { useState } from "preact/hooks";
import type { Answer } from "../../api/contract.ts";
import { call } from "../lib/api.ts";
import { useLoad } from "../lib/load.ts";
import { words } from "../lib/words.ts";
import { Empty } from "../parts/empty.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Shown } from "../parts/pending.tsx";
import { settings } from "./settings.words.ts";
import { FormDialog, ownTimeZone, RemoveButton, TimeZoneField } from "./settings-form.tsx";
import { type Hours, HoursFields, hoursText, Rows } from "./settings-hours.tsx";
import type { Person } from "./settings-people.tsx";
import { Week } from "./settings-week.tsx";

export type Rota = Answer<"GET /api/rotas">["rotas"][number];
interface Shift extends Hours {
  readonly person: string;
}

const MAX_SHIFTS = 200;

const rotas = words(
  {
    hint: "Who is on call when. An escalation chain can name a rota instead of a person. Where shifts overlap, the first counts.",
    none: "There is no rota yet",
    noneHint: "Without one, escalation chains name people.",
    add: "Add a rota",
    newTitle: "A new rota",
    now: "On call now",
    nobody: "nobody",
    shifts: "Shifts",
    addShift: "Add a shift",
    shift: (number: number) => `shift ${number}`,
    person: "Who",
    needPeople: "Write down people first; then they can be on call.",
  },
  {
    hint: "Wer wann Bereitschaft hat. Eine Eskalation kann statt einer Person einen Dienstplan nennen. Wo Schichten sich überschneiden, zählt die erste.",
    none: "Es gibt noch keinen Dienstplan",
    noneHint: "Ohne einen nennt die Eskalation Personen.",
    add: "Dienstplan hinzufügen",
    newTitle: "Ein neuer Dienstplan",
    now: "Jetzt in Bereitschaft",
    nobody: "niemand",
    shifts: "Schichten",
    addShift: "Schicht hinzufügen",
    shift: (number) => `Schicht ${number}`,
    person: "Wer",
    needPeople: "Zuerst Personen anlegen; dann können sie Bereitschaft haben.",
  },
);

/** Who is on call when. */
export function Rotas() {
  const t = rotas();
  const s = settings();
  const list = useLoad(async (signal) => {
    const [{ rotas }, { people }] = await Promise.all([
      call("GET /api/rotas", { signal }),
      call("GET /api/people", { signal }),
    ]);
    return { rotas, people };
  });
  const [edited, setEdited] = useState<Rota | "new">();
  const { people = [] } = list.data ?? {};
  const nameOf = (person: string) => people.find((one) => one.person === person)?.name ?? person;
  return (
    <section class="card form" aria-labelledby="part-title">
      <header class="page-head">
        <h2 id="part-title">{s.parts.rotas}</h2>
        <div class="end">
          <button type="button" class="primary" disabled={people.length === 0} onClick={() => setEdited("new")}>
            <Icon name="plus" />
            {t.add}
          </button>
        </div>
      </header>
      <p class="soft">{t.hint}</p>
      <Shown of={list}>
        {({ rotas }) =>
          rotas.length === 0 ? (
            <Empty icon="time" title={t.none}>
              <p>{people.length === 0 ? t.needPeople : t.noneHint}</p>
            </Empty>
          ) : (
            <ul class="rotas">
              {rotas.map((rota) => (
                <li key={rota.rota} class="rota">
                  <header class="page-head">
                    <h3>{rota.rota}</h3>
                    <p>
                      {t.now}: <b>{rota.now === undefined ? t.nobody : nameOf(rota.now)}</b>{" "}
                      <small>{rota.timeZone}</small>
                    </p>
                    <span class="buttons end">
                      <button type="button" aria-label={s.editOf(rota.rota)} onClick={() => setEdited(rota)}>
                        {s.edit}
                      </button>
                      <RemoveButton
                        name={rota.rota}
                        remove={() => call("DELETE /api/rotas/:rota", { params: { rota: rota.rota } })}
                        onDone={list.reload}
                      />
                    </span>
                  </header>
                  <Week shifts={rota.shifts} nameOf={nameOf} />
                  <ol class="shifts">
                    {rota.shifts.map((shift, index) => (
                      <li key={index}>
                        {hoursText(shift)}: <b>{nameOf(shift.person)}</b>
                      </li>
                    ))}
                  </ol>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
      {edited && (
        <RotaForm
          rota={edited === "new" ? undefined : edited}
          people={people}
          onClose={() => setEdited(undefined)}
          onSaved={list.reload}
        />
      )}
    </section>
  );
}

function RotaForm(props: {
  readonly rota: Rota | undefined;
  readonly people: readonly Person[];
  readonly onClose: () => void;
  readonly onSaved: () => void;
}) {
  const { rota, people, onClose, onSaved } = props;
  const t = rotas();
  const s = settings();
  const [id, setId] = useState(rota?.rota ?? "");
  const [timeZone, setTimeZone] = useState(rota?.timeZone ?? ownTimeZone());
  const blank = (): Shift => ({ days: [1, 2, 3, 4, 5], from: "06:00", to: "14:00", person: people[0]?.person ?? "" });
  const [shifts, setShifts] = useState<readonly Shift[]>(rota?.shifts ?? [blank()]);
  const save = () =>
    call("PUT /api/rotas/:rota", {
      params: { rota: id },
      body: { timeZone, shifts: shifts.map((shift) => ({ ...shift, days: [...shift.days] })) },
    });
  return (
    <FormDialog title={rota ? s.editOf(rota.rota) : t.newTitle} onClose={onClose} save={save} onSaved={onSaved}>
      {!rota && (
        <TextField
          label={s.id}
          hint={s.idHint}
          value={id}
          onValue={setId}
          autoFocus
          required
          maxLength={64}
          pattern="[a-z0-9]([a-z0-9\-]{0,62}[a-z0-9])?"
          autoCapitalize="none"
          spellcheck={false}
        />
      )}
      <TimeZoneField value={timeZone} onValue={setTimeZone} />
      <Rows
        title={t.shifts}
        rows={shifts}
        onRows={setShifts}
        blank={blank}
        addText={t.addShift}
        name={(_, index) => t.shift(index + 1)}
        limit={MAX_SHIFTS}
      >
        {(shift, onShift, index) => (
          <>
            <SelectField
              label={t.person}
              value={shift.person}
              options={people.map(({ person, name }) => [person, name] as const)}
              onValue={(person) => onShift({ ...shift, person })}
            />
            <HoursFields label={t.shift(index + 1)} value={shift} onValue={onShift} />
          </>
        )}
      </Rows>
    </FormDialog>
  );
}
