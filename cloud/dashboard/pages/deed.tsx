import { useState } from "preact/hooks";
import { call, me, wordsOf } from "../lib/api.ts";
import { type Outcome, placeOf, type Summary } from "../lib/incident.ts";
import { words } from "../lib/words.ts";
import { Dialog } from "../parts/dialog.tsx";
import { AreaField, Choice } from "../parts/field.tsx";
import { toast } from "../parts/toast.tsx";
import { common } from "../parts/words.ts";

/** What people do about an incident; each is kept with their name and a reason. */
export type Deed = "acknowledge" | "judge" | "shelve" | "unshelve" | "clear" | "note";

export const deeds = words(
  {
    title: {
      acknowledge: "Acknowledge",
      judge: "Say what it was",
      shelve: "Put aside for a while",
      unshelve: "Bring back into sight",
      clear: "Close the record",
      note: "Write a note",
    },
    about: {
      acknowledge: "You have seen it and care about it. Nobody else is called any more.",
      judge: "The latest word counts. It feeds the accuracy of this camera.",
      shelve: "It is out of sight and silent until then.",
      unshelve: "It is shown, and people are called, as if it had never been put aside.",
      clear: "Only the record here is closed: the alarm on the device and its outputs stay as they are.",
      note: "It stands in the record for good.",
    },
    done: {
      acknowledge: "Acknowledged. Nobody else is called.",
      judge: "Kept.",
      shelve: "Put aside.",
      unshelve: "Back in sight.",
      clear: "The record is closed.",
      note: "The note is kept.",
    },
    outcome: "What was it?",
    outcomes: { true: "A fall", false: "False alarm", drill: "Drill" },
    notKnown: "Not known yet",
    choose: "Choose what it was.",
    reason: "What you do, or why",
    noteText: "Note",
    reasonMissing: "Say in a few words what you do or why; whoever looks later has only this.",
    quick: "Say at once",
    quickWords: {
      acknowledge: { first: "I am on my way", second: "I am with the person", third: "Nobody has fallen" },
      judge: { first: "The person fell", second: "Nobody fell", third: "It was an exercise" },
      shelve: { first: "Help is there already", second: "Work at the camera", third: "An exercise is going on" },
    },
    minutes: "For how long",
    minutesOf: (count: number) => (count < 60 ? `${count} min` : `${count / 60} h`),
    by: (name: string) => `Kept with your name: ${name}`,
  },
  {
    title: {
      acknowledge: "Bestätigen",
      judge: "Sagen, was es war",
      shelve: "Eine Weile zurückstellen",
      unshelve: "Wieder zeigen",
      clear: "Vorgang schließen",
      note: "Notiz schreiben",
    },
    about: {
      acknowledge: "Sie haben es gesehen und kümmern sich. Niemand sonst wird mehr gerufen.",
      judge: "Das letzte Wort zählt. Es geht in die Genauigkeit dieser Kamera ein.",
      shelve: "Bis dahin ist es nicht zu sehen und still.",
      unshelve: "Es wird gezeigt und es wird gerufen, als wäre es nie zurückgestellt worden.",
      clear: "Nur der Vorgang hier wird geschlossen: der Alarm am Gerät und seine Ausgänge bleiben, wie sie sind.",
      note: "Sie steht für immer im Vorgang.",
    },
    done: {
      acknowledge: "Bestätigt. Niemand sonst wird gerufen.",
      judge: "Festgehalten.",
      shelve: "Zurückgestellt.",
      unshelve: "Wieder zu sehen.",
      clear: "Der Vorgang ist geschlossen.",
      note: "Die Notiz ist festgehalten.",
    },
    outcome: "Was war es?",
    outcomes: { true: "Ein Sturz", false: "Fehlalarm", drill: "Übung" },
    notKnown: "Noch nicht bekannt",
    choose: "Wählen, was es war.",
    reason: "Was Sie tun, oder warum",
    noteText: "Notiz",
    reasonMissing: "In ein paar Worten sagen, was Sie tun oder warum; wer später nachsieht, hat nur das.",
    quick: "Gleich sagen",
    quickWords: {
      acknowledge: { first: "Ich bin unterwegs", second: "Ich bin bei der Person", third: "Niemand ist gestürzt" },
      judge: { first: "Die Person ist gestürzt", second: "Niemand ist gestürzt", third: "Es war eine Übung" },
      shelve: { first: "Hilfe ist schon da", second: "Arbeiten an der Kamera", third: "Eine Übung läuft" },
    },
    minutes: "Wie lange",
    minutesOf: (count) => (count < 60 ? `${count} min` : `${count / 60} h`),
    by: (name) => `Mit Ihrem Namen festgehalten: ${name}`,
  },
);

type Choosable = Outcome | "unknown";

/** Asks for what a deed needs and does it. */
export function DeedDialog(props: {
  readonly deed: Deed;
  readonly incident: Summary;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const { deed, incident, onClose, onDone } = props;
  const t = deeds();
  const [reason, setReason] = useState("");
  const [outcome, setOutcome] = useState<Choosable | undefined>(deed === "judge" ? incident.outcome : "unknown");
  const minutes = incident.severity === "fall" ? ["5", "15", "30"] : ["15", "60", "240", "480"];
  const [chosen, setChosen] = useState(minutes[0] ?? "5");
  const [wrong, setWrong] = useState<{ reason?: string; outcome?: string; refused?: string }>({});
  const [busy, setBusy] = useState(false);
  const judges = deed === "acknowledge" || deed === "judge";

  const send = async (event: Event) => {
    event.preventDefault();
    const missing = {
      ...(reason.trim() === "" ? { reason: t.reasonMissing } : {}),
      ...(judges && !outcome ? { outcome: t.choose } : {}),
    };
    setWrong(missing);
    if (Object.keys(missing).length > 0) return;
    setBusy(true);
    try {
      await perform(deed, incident.id, { reason, outcome, minutes: Number(chosen) });
      toast(t.done[deed]);
      onDone();
      onClose();
    } catch (error) {
      setWrong({ refused: wordsOf(error) });
      setBusy(false);
    }
  };

  const quick = deed === "acknowledge" || deed === "judge" || deed === "shelve" ? t.quickWords[deed] : undefined;
  return (
    <Dialog title={t.title[deed]} onClose={onClose}>
      <form class="form" onSubmit={send} noValidate>
        <p class="soft">
          <b class="deed-place">
            {common().severity[incident.severity]}: {placeOf(incident)}
          </b>
          <br />
          {t.about[deed]}
        </p>
        {quick && (
          <fieldset class="quick">
            <legend class="unseen">{t.quick}</legend>
            {Object.values(quick).map((text, at) => (
              <button
                key={text}
                type="button"
                // biome-ignore lint/a11y/noAutofocus: within a dialog, what is nearly always wanted comes first
                autoFocus={at === 0}
                aria-pressed={reason === text}
                onClick={(event) => {
                  setReason(text);
                  event.currentTarget.form?.querySelector<HTMLButtonElement>("button[type=submit]")?.focus();
                }}
              >
                {text}
              </button>
            ))}
          </fieldset>
        )}
        <AreaField
          label={deed === "note" ? t.noteText : t.reason}
          value={reason}
          onValue={setReason}
          error={wrong.reason}
          required
          autoFocus={!quick}
          maxLength={1_000}
        />
        {judges && (
          <Choice<Choosable>
            label={t.outcome}
            value={outcome}
            onValue={setOutcome}
            error={wrong.outcome}
            options={[
              ...(deed === "acknowledge" ? [["unknown", t.notKnown] as const] : []),
              ["true", t.outcomes.true],
              ["false", t.outcomes.false],
              ["drill", t.outcomes.drill],
            ]}
          />
        )}
        {deed === "shelve" && (
          <Choice
            label={t.minutes}
            value={chosen}
            onValue={setChosen}
            options={minutes.map((count) => [count, t.minutesOf(Number(count))] as const)}
          />
        )}
        <p class="error" role="alert">
          {wrong.refused}
        </p>
        <p class="form-end">
          <small class="deed-by">{t.by(me.value?.name ?? "")}</small>
          <button type="button" onClick={onClose}>
            {common().cancel}
          </button>
          <button type="submit" class="primary" disabled={busy}>
            {t.title[deed]}
          </button>
        </p>
      </form>
    </Dialog>
  );
}

interface Said {
  readonly reason: string;
  readonly outcome: Choosable | undefined;
  readonly minutes: number;
}

async function perform(deed: Deed, incident: string, { reason, outcome, minutes }: Said): Promise<void> {
  const params = { incident };
  const body = { reason };
  if (deed === "shelve") await call("POST /api/incidents/:incident/shelve", { params, body: { ...body, minutes } });
  else if (deed === "unshelve") await call("POST /api/incidents/:incident/unshelve", { params, body });
  else if (deed === "clear") await call("POST /api/incidents/:incident/clear", { params, body });
  else if (deed === "note") await call("POST /api/incidents/:incident/notes", { params, body });
  else
    await call("POST /api/incidents/:incident/acknowledge", {
      params,
      body: { ...body, ...(outcome && outcome !== "unknown" ? { outcome } : {}) },
    });
}
