import { setImmediate as turn } from "node:timers/promises";
import type { Draft } from "./draft.ts";
import type { Incident, Outcome, Severity } from "./incident.ts";
import { instant, key, path, timed } from "./keys.ts";
import type { Key, Store } from "./store.ts";

/** What statistics need of one incident; nothing that names a person. */
export interface Line {
  readonly incident: string;
  /** ms since 1970, by the device's clock. */
  readonly since: number;
  readonly severity: Severity;
  readonly site: string;
  /** The production line at the time; empty: not said. */
  readonly line: string;
  readonly zone: string;
  /** The greatest score of its changes, 0..1; undefined: none came. */
  readonly score?: number;
  readonly outcome?: Outcome;
  /** From the first frame to the acknowledgement, ms; undefined: nobody has acknowledged. */
  readonly acknowledgedMs?: number;
}

/** The incidents of one camera that began on one day (UTC): what statistics read instead of the incidents. */
export interface Sheet {
  readonly device: string;
  readonly camera: string;
  /** Midnight UTC at which the day begins, ms since 1970. */
  readonly day: number;
  /** In the order of their time. */
  readonly lines: readonly Line[];
  /** There were more than are kept. */
  readonly full: boolean;
}

export const DAY_MS = 24 * 3_600_000;
/** A camera that alarms every three minutes all day long is broken: the first are kept. */
const MAX_LINES = 500;
/** Two years back may be compared with each other. */
const KEEP_MS = 760 * DAY_MS;
/** A year of a hundred cameras with incidents on every day; beyond it the oldest are left out. */
export const MAX_SHEETS = 36_500;

const sheetsOf = (tenant: string) => path(tenant, "sheets");
const dayOf = (ms: number) => Math.floor(ms / DAY_MS) * DAY_MS;
const sheetKey = ({ tenant, device, camera, since }: Incident): Key<Sheet> =>
  key(sheetsOf(tenant), timed(dayOf(since), path(device, camera)));

/** Writes an incident down as it is now instead of as it was; in the same commit as the incident. */
export async function enter(draft: Draft, before: Incident | undefined, after: Incident): Promise<void> {
  const line = lineOf(after);
  if (before && JSON.stringify(lineOf(before)) === JSON.stringify(line)) return;
  if (before && dayOf(before.since) !== dayOf(after.since)) await rewrite(draft, before, []);
  await rewrite(draft, after, [line]);
}

async function rewrite(draft: Draft, incident: Incident, lines: readonly Line[]): Promise<void> {
  const place = sheetKey(incident);
  const found = await draft.get(place);
  const others = (found?.lines ?? []).filter((line) => line.incident !== incident.id);
  const all = [...others, ...lines].sort((a, b) => a.since - b.since || (a.incident < b.incident ? -1 : 1));
  if (all.length === 0) return draft.remove(place);
  const { device, camera, since } = incident;
  const day = dayOf(since);
  const full = (found?.full ?? false) || all.length > MAX_LINES;
  await draft.put(place, { device, camera, day, lines: all.slice(0, MAX_LINES), full }, { expiresAt: day + KEEP_MS });
}

function lineOf({ id, since, severity, site, line, zone, steps, outcome, acknowledged }: Incident): Line {
  const scores = steps.flatMap(({ score }) => (score === undefined || !Number.isFinite(score) ? [] : [score]));
  return {
    ...{ incident: id, since, severity, site, line, zone },
    ...(scores.length === 0 ? {} : { score: Math.round(Math.max(...scores) * 1000) / 1000 }),
    ...(outcome ? { outcome } : {}),
    ...(acknowledged ? { acknowledgedMs: Math.max(0, acknowledged.at - since) } : {}),
  };
}

/**
 * The sheets of days between two times, newest first, at most MAX_SHEETS: `complete` says whether that was all, and `from`
 * is the time from which on nothing is missing.
 */
export async function sheets(
  { store }: { readonly store: Store },
  tenant: string,
  from: number,
  to: number,
  limit = MAX_SHEETS,
): Promise<{ readonly sheets: readonly Sheet[]; readonly complete: boolean; readonly from: number }> {
  const found: Sheet[] = [];
  const range = { from: instant(dayOf(from)), to: instant(to), backwards: true };
  let after: string | undefined;
  do {
    const page = await store.list(sheetsOf(tenant), { ...range, limit: Math.min(1_000, limit - found.length), after });
    found.push(...page.items.map(({ body }) => body as Sheet));
    after = page.next;
    // A store in this process answers at once: others get their turn between two pages.
    await turn();
  } while (after !== undefined && found.length < limit);
  const oldest = found.at(-1)?.day ?? from;
  return { sheets: found, complete: after === undefined, from: after === undefined ? from : oldest + DAY_MS };
}
