import type { Found, ListedIncident } from "./incidents.ts";

const DAY_MS = 24 * 3_600_000;
/** Spans that are kept: few, so that viewers share them. */
export const DAYS = [1, 7, 30, 90] as const;
export type Days = (typeof DAYS)[number];
/** Places with the most incidents are named. */
const MAX_PLACES = 50;

/** How a site stands now. */
export interface Summary {
  readonly site: string;
  /** When it was computed, ms since 1970. */
  readonly at: number;
  /** Shelved ones apart. */
  readonly open: { readonly active: number; readonly acknowledged: number; readonly shelved: number };
  /** The fall that waits longest for somebody; null: none does. */
  readonly waiting: { readonly id: string; readonly since: number } | null;
  readonly last24h: Readonly<Record<ListedIncident["severity"], number>>;
  /** False: there were more incidents than are counted. */
  readonly complete: boolean;
}

export interface Statistics {
  readonly site: string;
  readonly at: number;
  readonly days: Days;
  readonly from: number;
  readonly severities: Readonly<Record<ListedIncident["severity"], number>>;
  readonly outcomes: Readonly<Record<"true" | "false" | "drill", number>>;
  /** Of falls: how long until somebody acknowledged, s; null: nobody did. */
  readonly acknowledgement: { readonly count: number; readonly medianS: number | null; readonly p90S: number | null };
  /** Falls and near misses per day of 24 h, the last ending now; oldest first. */
  readonly perDay: readonly { readonly from: number; readonly fall: number; readonly nearMiss: number }[];
  /** Where falls and near misses happen most. */
  readonly places: readonly {
    readonly device: string;
    readonly camera: string;
    readonly zone: string;
    readonly fall: number;
    readonly nearMiss: number;
  }[];
  readonly complete: boolean;
}

/** Whole minutes, so that the API's own caches and indexes see few different questions. */
const minute = (at: number) => Math.floor(at / 60_000) * 60_000;
export const summarySpan = (now: number) => ({ from: minute(now - DAY_MS) });
export const statisticsSpan = (days: Days, now: number) => ({ from: minute(now - days * DAY_MS) });

export function summarise(
  site: string,
  { active, acknowledged, recent }: Readonly<Record<"active" | "acknowledged" | "recent", Found>>,
  now: number,
): Summary {
  const shelved = ({ shelvedUntil = 0 }: ListedIncident) => shelvedUntil > now;
  const open = active.incidents.filter((incident) => !shelved(incident));
  const waiting = open.filter(({ severity }) => severity === "fall").toSorted((a, b) => a.since - b.since)[0];
  return {
    site,
    at: now,
    open: {
      active: open.length,
      acknowledged: acknowledged.incidents.filter((incident) => !shelved(incident)).length,
      shelved: [...active.incidents, ...acknowledged.incidents].filter(shelved).length,
    },
    waiting: waiting ? { id: waiting.id, since: waiting.since } : null,
    last24h: severities(recent.incidents),
    complete: !(active.more || acknowledged.more || recent.more),
  };
}

export function statistics(site: string, days: Days, { incidents, more }: Found, now: number): Statistics {
  const { from } = statisticsSpan(days, now);
  const falls = incidents.filter(({ severity }) => severity === "fall");
  const waits = falls
    .flatMap(({ since, acknowledged }) => (acknowledged ? [(acknowledged.at - since) / 1000] : []))
    .sort((a, b) => a - b);
  const outcome = (which: string) => incidents.filter((incident) => incident.outcome === which).length;
  return {
    site,
    at: now,
    days,
    from,
    severities: severities(incidents),
    outcomes: { true: outcome("true"), false: outcome("false"), drill: outcome("drill") },
    acknowledgement: { count: waits.length, medianS: share(waits, 0.5), p90S: share(waits, 0.9) },
    perDay: Array.from({ length: days }, (_, day) => {
      const start = now - (days - day) * DAY_MS;
      return { from: start, ...both(incidents.filter(({ since }) => since >= start && since < start + DAY_MS)) };
    }),
    places: places(incidents),
    complete: !more,
  };
}

function severities(incidents: readonly ListedIncident[]): Summary["last24h"] {
  const count = (which: string) => incidents.filter(({ severity }) => severity === which).length;
  return { suspected: count("suspected"), nearMiss: count("nearMiss"), fall: count("fall") };
}

function both(incidents: readonly ListedIncident[]) {
  const { fall, nearMiss } = severities(incidents);
  return { fall, nearMiss };
}

function places(incidents: readonly ListedIncident[]): Statistics["places"] {
  const grouped = Map.groupBy(incidents, ({ device, camera, zone }) => JSON.stringify([device, camera, zone]));
  return [...grouped.values()]
    .map((group) => {
      const { device, camera, zone } = group[0] as ListedIncident;
      return { device, camera, zone, ...both(group) };
    })
    .filter(({ fall, nearMiss }) => fall + nearMiss > 0)
    .sort((a, b) => b.fall - a.fall || b.nearMiss - a.nearMiss)
    .slice(0, MAX_PLACES);
}

/** Nearest rank; null of nothing. */
function share(sorted: readonly number[], part: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? null;
}
