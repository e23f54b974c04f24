import { useRef, useState } from "preact/hooks";
import { call } from "../lib/api.ts";
import { duration } from "../lib/format.ts";
import { isShelved, placeOf, type Summary } from "../lib/incident.ts";
import { useKeys } from "../lib/keys.ts";
import { useLoad, usePages } from "../lib/load.ts";
import { now } from "../lib/now.ts";
import { query, setQuery } from "../lib/router.ts";
import { SeverityBadge } from "../parts/badge.tsx";
import { Empty } from "../parts/empty.tsx";
import { SelectField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Pager } from "../parts/pager.tsx";
import { Shown } from "../parts/pending.tsx";
import { Ago, Time } from "../parts/time.tsx";
import { common } from "../parts/words.ts";
import { DeedDialog } from "./deed.tsx";
import { incidents } from "./incidents.words.ts";

const DAY_MS = 86_400_000;
const SPANS = { all: undefined, day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS } as const;
const SEVERITIES = ["fall", "nearMiss", "suspected"] as const;
const STATES = ["active", "acknowledged", "cleared"] as const;

const oneOf = <Name extends string>(names: readonly Name[], text: string | null) => names.find((one) => one === text);

/** What waits for somebody first, then what somebody has in hand, then what is over. */
export default function Incidents() {
  const t = incidents();
  const asked = query.value;
  const severity = oneOf(SEVERITIES, asked.get("severity"));
  const state = oneOf(STATES, asked.get("state"));
  const span = oneOf(Object.keys(SPANS) as (keyof typeof SPANS)[], asked.get("span")) ?? "all";
  const site = asked.get("site") ?? undefined;
  const [device, camera] = [asked.get("device") ?? undefined, asked.get("camera") ?? undefined];
  const deps = [severity, span, site, device, camera];
  const [acknowledging, setAcknowledging] = useState<Summary>();
  const page = useRef<HTMLDivElement>(null);

  const read = async (of: (typeof STATES)[number], limit: number, after: string | undefined, signal: AbortSignal) => {
    const reach = SPANS[span];
    const { incidents: items, next } = await call("GET /api/incidents", {
      query: {
        state: of,
        limit,
        ...(severity ? { severity } : {}),
        ...(site ? { site } : {}),
        ...(device && camera ? { device, camera } : {}),
        ...(reach ? { from: now.peek() - reach } : {}),
        ...(after ? { after } : {}),
      },
      signal,
    });
    return { items, next };
  };
  const on = ["incident"] as const;
  const open = useLoad(
    async (signal) => {
      const [active, acknowledged] = await Promise.all([
        read("active", 100, undefined, signal),
        read("acknowledged", 100, undefined, signal),
      ]);
      return { active: active.items, acknowledged: acknowledged.items };
    },
    { deps, on },
  );
  const past = usePages((after, signal) => read("cleared", 30, after, signal), { deps, on });
  const sites = useLoad(async (signal) => (await call("GET /api/sites", { signal })).sites);

  const at = now.value;
  const waiting = open.data?.active.filter((one) => !isShelved(one, at)).sort(gravest) ?? [];
  const aside = [...(open.data?.active ?? []), ...(open.data?.acknowledged ?? [])].filter((one) => isShelved(one, at));
  const handled = open.data?.acknowledged.filter((one) => !isShelved(one, at)) ?? [];

  const rows = () => [...(page.current?.querySelectorAll<HTMLAnchorElement>("a.incident-link") ?? [])];
  const step = (by: number) => {
    const links = rows();
    const from = links.indexOf(document.activeElement as HTMLAnchorElement);
    links[Math.min(links.length - 1, Math.max(0, from < 0 ? 0 : from + by))]?.focus();
  };
  useKeys([
    { keys: "j", does: t.nextKey, run: () => step(1) },
    { keys: "k", does: t.previousKey, run: () => step(-1) },
    {
      keys: "a",
      does: t.acknowledgeKey,
      run: () => {
        const focused = (document.activeElement as HTMLElement | null)?.dataset.incident;
        setAcknowledging(waiting.find(({ id }) => id === focused) ?? waiting[0]);
      },
    },
    { keys: "/", does: t.filterKey, run: () => page.current?.querySelector("select")?.focus() },
  ]);

  const shows = (one: (typeof STATES)[number]) => state === undefined || state === one;
  const filtered = severity || state || site || camera || span !== "all";
  return (
    <div class="incidents" ref={page}>
      <header class="page-head">
        <h1>{t.title}</h1>
        <search class="filters" aria-label={t.filters}>
          <SelectField
            label={t.severity}
            value={severity ?? ""}
            onValue={(value) => setQuery({ severity: value })}
            options={[["", t.all], ...SEVERITIES.map((one) => [one, common().severity[one]] as const)]}
          />
          <SelectField
            label={t.state}
            value={state ?? ""}
            onValue={(value) => setQuery({ state: value })}
            options={[["", t.all], ...STATES.map((one) => [one, common().state[one]] as const)]}
          />
          {(sites.data?.length ?? 0) > 1 && (
            <SelectField
              label={t.site}
              value={site ?? ""}
              onValue={(value) => setQuery({ site: value })}
              options={[["", t.all], ...(sites.data ?? []).map((one) => [one.site, one.name] as const)]}
            />
          )}
          <SelectField
            label={t.span}
            value={span}
            onValue={(value) => setQuery({ span: value === "all" ? "" : value })}
            options={(Object.keys(SPANS) as (keyof typeof SPANS)[]).map((one) => [one, t.spans[one]] as const)}
          />
        </search>
      </header>
      {filtered && (
        <p class="filtered">
          {camera && <span>{t.ofCamera(camera)}</span>}
          <button
            type="button"
            onClick={() => setQuery({ severity: "", state: "", site: "", span: "", device: "", camera: "" })}
          >
            <Icon name="close" />
            {t.clearFilters}
          </button>
        </p>
      )}
      {(shows("active") || shows("acknowledged")) && (
        <Shown of={open} lines={4}>
          {() => (
            <>
              {shows("active") && waiting.length === 0 && !filtered && (
                <section class="card calm">
                  <Icon name="armed" />
                  <p>
                    <b>{t.quiet}</b>
                    <br />
                    <span class="soft">{t.quietMore}</span>
                  </p>
                </section>
              )}
              {shows("active") && <Section title={t.waiting} items={waiting} onAcknowledge={setAcknowledging} />}
              {shows("acknowledged") && <Section title={t.handled} items={handled} />}
              {shows("active") && <Section title={t.aside} items={aside} />}
            </>
          )}
        </Shown>
      )}
      {shows("cleared") && (
        <section aria-labelledby="past" class="card">
          <h2 id="past">{t.past}</h2>
          <Shown of={past} lines={8}>
            {(shown) =>
              shown.items.length === 0 ? (
                <Empty icon="incidents" title={t.nonePast} />
              ) : (
                <>
                  <ol class="incident-list">
                    {shown.items.map((one) => (
                      <Row key={one.id} incident={one} />
                    ))}
                  </ol>
                  <Pager of={shown} />
                </>
              )
            }
          </Shown>
        </section>
      )}
      {acknowledging && (
        <DeedDialog
          deed="acknowledge"
          incident={acknowledging}
          onClose={() => setAcknowledging(undefined)}
          onDone={open.reload}
        />
      )}
    </div>
  );
}

/** Falls before the rest; of the same kind the newest first. */
function gravest(a: Summary, b: Summary): number {
  return Number(b.severity === "fall") - Number(a.severity === "fall") || b.since - a.since;
}

interface SectionProps {
  readonly title: string;
  readonly items: readonly Summary[];
  readonly onAcknowledge?: (incident: Summary) => void;
}

function Section({ title, items, onAcknowledge }: SectionProps) {
  if (items.length === 0) return null;
  return (
    <section class="card" aria-label={title}>
      <h2>
        {title} <span class="count">{items.length}</span>
      </h2>
      <ol class="incident-list">
        {items.map((one) => (
          <Row key={one.id} incident={one} {...(onAcknowledge ? { onAcknowledge } : {})} />
        ))}
      </ol>
    </section>
  );
}

function Row(props: { readonly incident: Summary; readonly onAcknowledge?: (incident: Summary) => void }) {
  const { incident, onAcknowledge } = props;
  const t = incidents();
  const { id, severity, state, since, machine, acknowledged, outcome, clearedAt } = incident;
  const over = state === "cleared";
  return (
    <li class="incident-row" data-severity={severity} data-state={state}>
      <SeverityBadge severity={severity} state={state} />
      <div class="incident-where">
        <a class="incident-link" href={`/incidents/${id}`} data-incident={id}>
          {incident.zone || incident.camera}
        </a>
        <small>
          {placeOf({ ...incident, zone: incident.zone ? "" : incident.zone })}
          {machine && ` · ${machine}`}
        </small>
      </div>
      <div class="incident-when">
        <Time at={since} />
        <small>{over && clearedAt !== undefined ? t.lasted(duration(clearedAt - since)) : <Ago at={since} />}</small>
      </div>
      <div class="incident-state">
        <span>
          {common().state[state]}
          {outcome && <span class="outcome"> · {common().outcome[outcome]}</span>}
        </span>
        {acknowledged && <small>{t.by(acknowledged.by)}</small>}
        {isShelved(incident, now.value) && (
          <small>
            {common().state.shelved} <Time at={incident.shelvedUntil ?? 0} />
          </small>
        )}
      </div>
      {onAcknowledge && (
        <button type="button" class="acknowledge" onClick={() => onAcknowledge(incident)}>
          {t.acknowledge}
          <span class="unseen">: {placeOf(incident)}</span>
        </button>
      )}
    </li>
  );
}
