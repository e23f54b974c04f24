import { useEffect, useState } from "preact/hooks";
import type { Answer } from "../../api/contract.ts";
import { call } from "../lib/api.ts";
import { useLoad } from "../lib/load.ts";
import { query, setQuery } from "../lib/router.ts";
import { Empty } from "../parts/empty.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { Shown } from "../parts/pending.tsx";
import { useSend } from "../parts/send.ts";
import { toast } from "../parts/toast.tsx";
import { common } from "../parts/words.ts";
import { settings } from "./settings.words.ts";
import { escalation } from "./settings-escalation.words.ts";
import { RemoveButton } from "./settings-form.tsx";
import { Rows } from "./settings-hours.tsx";
import { CHANNELS, type Channel } from "./settings-people.tsx";
import { type Known, Preview } from "./settings-preview.tsx";

type Policy = Answer<"GET /api/policies">["policies"][number];
export type Told = Policy["nearMiss"][number];
interface Rung extends Told {
  readonly afterMin: number;
}

/** A policy as it is written down: minutes, as people think. */
export interface Draft {
  readonly chain: readonly Rung[];
  readonly repeatMin: number;
  readonly nearMiss: readonly Told[];
  readonly trouble: readonly Told[];
  readonly cooldownMin: number;
}

/** Sites that have no policy of their own. */
const EVERY_SITE = "*";
const NEW: Draft = { chain: [], repeatMin: 5, nearMiss: [], trouble: [], cooldownMin: 15 };
const MAX_RUNGS = 50;
const MAX_TOLD = 20;

/** Who is told of what. */
export function Escalation() {
  const t = escalation();
  const s = settings();
  const list = useLoad(async (signal) => {
    const [{ policies }, { people }, { rotas }, { sites }] = await Promise.all([
      call("GET /api/policies", { signal }),
      call("GET /api/people", { signal }),
      call("GET /api/rotas", { signal }),
      call("GET /api/sites", { signal }),
    ]);
    return { policies, known: { people, rotas }, sites };
  });
  const site = query.value.get("for") ?? EVERY_SITE;
  return (
    <section class="card form" aria-labelledby="part-title">
      <header class="page-head">
        <h2 id="part-title">{s.parts.escalation}</h2>
      </header>
      <p class="soft">{t.hint}</p>
      <Shown of={list}>
        {({ policies, known, sites }) =>
          known.people.length === 0 ? (
            <Empty icon="person" title={t.noPeople}>
              <a class="button" href="/settings/people">
                {s.parts.people}
              </a>
            </Empty>
          ) : (
            <>
              <div class="site-pick">
                <SelectField
                  label={t.for}
                  value={site}
                  options={[[EVERY_SITE, t.everySite], ...sites.map((one) => [one.site, one.name] as const)]}
                  onValue={(next) => setQuery({ for: next === EVERY_SITE ? undefined : next })}
                />
              </div>
              <OfSite
                key={site}
                site={site}
                name={sites.find((one) => one.site === site)?.name ?? t.forAll}
                policy={policies.find((one) => one.site === site)}
                known={known}
                onSaved={list.reload}
              />
            </>
          )
        }
      </Shown>
    </section>
  );
}

interface OfSiteProps {
  readonly site: string;
  readonly name: string;
  readonly policy: Policy | undefined;
  readonly known: Known;
  readonly onSaved: () => void;
}

function OfSite(props: OfSiteProps) {
  const t = escalation();
  const [begun, setBegun] = useState(false);
  if (!props.policy && !begun && props.site !== EVERY_SITE)
    return (
      <Empty icon="done" title={t.ownNone(props.name)}>
        <button type="button" onClick={() => setBegun(true)}>
          {t.makeOwn}
        </button>
      </Empty>
    );
  const removed = () => {
    setBegun(false);
    props.onSaved();
  };
  return <PolicyForm {...props} onRemoved={removed} />;
}

function PolicyForm(props: OfSiteProps & { readonly onRemoved: () => void }) {
  const { site, name, policy, known, onSaved, onRemoved } = props;
  const t = escalation();
  const kept = policy ? draftOf(policy) : NEW;
  const [draft, setDraft] = useState(kept);
  const { busy, refused, send } = useSend();
  // What somebody else saved meanwhile is shown, unless it would wipe out what is being written.
  const text = JSON.stringify(kept);
  useEffect(() => setDraft(kept), [text]);
  const changed = JSON.stringify(draft) !== text;
  const blank = (): Told => ({
    to: { person: known.people[0]?.person ?? "" },
    by: known.people[0]?.contacts[0]?.channel ?? "email",
  });
  const last = Math.max(0, ...draft.chain.map(({ afterMin }) => afterMin));
  const submit = async (event: Event) => {
    event.preventDefault();
    const saved = await send(() => call("PUT /api/policies/:site", { params: { site }, body: bodyOf(draft) }));
    if (!saved) return;
    toast(settings().saved);
    onSaved();
  };
  return (
    <form class="policy" onSubmit={(event) => void submit(event)}>
      <div class="policy-fields form">
        <Rows
          title={t.chain}
          hint={t.chainHint}
          rows={draft.chain}
          onRows={(chain) => setDraft({ ...draft, chain })}
          blank={(): Rung => ({ ...blank(), afterMin: draft.chain.length === 0 ? 0 : last + 2 })}
          addText={t.addRung}
          name={(_, index) => t.rung(index + 1)}
          limit={MAX_RUNGS}
        >
          {(rung, onRung) => (
            <>
              <MinutesField
                label={t.after}
                value={rung.afterMin}
                onValue={(afterMin) => onRung({ ...rung, afterMin })}
              />
              <ToldFields told={rung} known={known} onTold={(told) => onRung({ ...rung, ...told })} />
            </>
          )}
        </Rows>
        <MinutesField
          label={t.repeat}
          hint={t.repeatHint}
          min={1}
          value={draft.repeatMin}
          onValue={(repeatMin) => setDraft({ ...draft, repeatMin })}
        />
        {(["nearMiss", "trouble"] as const).map((what) => (
          <Rows
            key={what}
            title={t[what]}
            rows={draft[what]}
            onRows={(rows) => setDraft({ ...draft, [what]: rows })}
            blank={blank}
            addText={t.addTold}
            name={(_, index) => t.told(index + 1)}
            limit={MAX_TOLD}
          >
            {(told, onTold) => <ToldFields told={told} known={known} onTold={onTold} />}
          </Rows>
        ))}
        <MinutesField
          label={t.cooldown}
          hint={t.cooldownHint}
          value={draft.cooldownMin}
          onValue={(cooldownMin) => setDraft({ ...draft, cooldownMin })}
        />
        <p class="error" role="alert">
          {refused}
        </p>
        <div class="form-end">
          {changed && <span class="unsaved">{t.unsaved}</span>}
          {policy && (
            <RemoveButton
              name={t.removePolicy(name)}
              remove={() => call("DELETE /api/policies/:site", { params: { site } })}
              onDone={onRemoved}
            />
          )}
          <button type="button" disabled={!changed} onClick={() => setDraft(kept)}>
            {t.discard}
          </button>
          <button type="submit" class="primary" disabled={busy || !changed}>
            {common().save}
          </button>
        </div>
      </div>
      <Preview draft={draft} known={known} />
    </form>
  );
}

function MinutesField(props: {
  readonly label: string;
  readonly hint?: string;
  readonly min?: number;
  readonly value: number;
  readonly onValue: (minutes: number) => void;
}) {
  const { value, onValue, min = 0, ...rest } = props;
  // While it is written the text is no number: `0,` and nothing at all.
  const [text, setText] = useState(String(value));
  useEffect(() => setText((now) => (Number(now) === value ? now : String(value))), [value]);
  return (
    <TextField
      {...rest}
      type="number"
      min={min}
      max={1_440}
      step={0.5}
      value={text}
      required
      onValue={(next) => {
        setText(next);
        if (next !== "" && Number.isFinite(Number(next))) onValue(Number(next));
      }}
    />
  );
}

function ToldFields(props: { readonly told: Told; readonly known: Known; readonly onTold: (told: Told) => void }) {
  const { told, known, onTold } = props;
  const t = escalation();
  const value = JSON.stringify(told.to);
  const options = [
    ...known.people.map(({ person, name }) => [JSON.stringify({ person }), name] as const),
    ...known.rotas.map(({ rota }) => [JSON.stringify({ onCall: rota }), t.onCallOf(rota)] as const),
  ];
  const shown = options.some(([one]) => one === value)
    ? options
    : [[value, "person" in told.to ? told.to.person : told.to.onCall] as const, ...options];
  return (
    <>
      <SelectField
        label={t.tell}
        value={value}
        options={shown}
        onValue={(to) => onTold({ ...told, to: JSON.parse(to) })}
      />
      <SelectField
        label={t.by}
        value={told.by}
        options={CHANNELS.map((one) => [one, settings().channel[one]] as const)}
        onValue={(by) => onTold({ ...told, by: by as Channel })}
      />
    </>
  );
}

function draftOf({ chain, repeatS, nearMiss, trouble, cooldownS }: Policy): Draft {
  return {
    chain: chain.map(({ afterS, to, by }) => ({ afterMin: afterS / 60, to, by })),
    repeatMin: repeatS / 60,
    nearMiss,
    trouble,
    cooldownMin: cooldownS / 60,
  };
}

/** Steps in the order of their time, whatever order they were written in. */
function bodyOf({ chain, repeatMin, nearMiss, trouble, cooldownMin }: Draft) {
  const seconds = (of: number) => Math.round(of * 60);
  return {
    chain: [...chain]
      .sort((a, b) => a.afterMin - b.afterMin)
      .map(({ afterMin, to, by }) => ({ afterS: seconds(afterMin), to, by })),
    repeatS: seconds(repeatMin),
    nearMiss: [...nearMiss],
    trouble: [...trouble],
    cooldownS: seconds(cooldownMin),
  };
}
