import type { Clock } from "./clock.ts";
import { blindMs, fleet } from "./fleet.ts";
import type { Outcome } from "./incident.ts";
import { type LocalTime, localTime } from "./local-time.ts";
import type { Hours } from "./people.ts";
import { type Site, sites } from "./places.ts";
import type { LivePush } from "./push.ts";
import { Refusal } from "./refusal.ts";
import { type CameraTime, type Sensitivity, sensitivity } from "./sensitivity.ts";
import { DAY_MS, type Line, sheets } from "./sheets.ts";
import type { Store } from "./store.ts";

/** Falls and near misses; what people called false and exercises are in neither. */
export interface Count {
  readonly falls: number;
  readonly nearMisses: number;
}

/** What incidents say together. Every incident counts at the hour and on the day of its own site. */
export interface Analytics {
  /** ms since 1970: from (inclusive) to (exclusive). */
  readonly from: number;
  readonly to: number;
  /** False: there was more than is read at once; nothing before `from` is in it. */
  readonly complete: boolean;
  readonly total: Count & { readonly suspected: number };
  /** Most first. */
  readonly zones: readonly (Count & Pick<Line, "site" | "line" | "zone"> & { device: string; camera: string })[];
  /** 7 × 24, Monday 00:00 first. */
  readonly hours: readonly Count[];
  readonly shifts: readonly (Count & Shift)[];
  /** One per day, or per week (its Monday) of a longer time; without a gap. */
  readonly trend: { readonly step: "day" | "week"; readonly points: readonly (Count & { readonly date: string })[] };
  readonly acknowledgement: Acknowledgement;
  readonly falseAlarms: FalseAlarms;
  /** Cameras, those that need a look first. */
  readonly cameras: readonly Sensitivity[];
}

/** Of falls: how long it took until somebody acknowledged. */
export interface Acknowledgement {
  readonly acknowledged: number;
  /** Still active, or over without anybody's word. */
  readonly missing: number;
  /** ms; null: there was none. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  /** Up to so many ms (null: longer), since the bucket before. */
  readonly buckets: readonly { readonly upToMs: number | null; readonly count: number }[];
}

export interface FalseAlarms {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Falls of which nobody has said what they were: the rate below knows nothing of them. */
  readonly unjudged: number;
  /** Days that cameras were enrolled and watching, all together. */
  readonly cameraDays: number;
  /** Null: cameras have not watched for a day yet, all together. */
  readonly perCameraDay: number | null;
}

export interface Shift extends Pick<Hours, "from" | "to"> {
  readonly name: "early" | "late" | "night";
}

/** The usual three; `to` before `from` reaches into the next day. */
export const SHIFTS: readonly Shift[] = [
  { name: "early", from: "06:00", to: "14:00" },
  { name: "late", from: "14:00", to: "22:00" },
  { name: "night", from: "22:00", to: "06:00" },
];
/** A longer time than this is asked for in pieces, ms. */
export const MAX_SPAN_MS = 400 * DAY_MS;
/** Days up to so many are shown one by one. */
const MAX_DAYS = 93;
const MINUTE = 60_000;
const BUCKETS_MS = [MINUTE / 2, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE];
/** Cameras whose blind times are read. */
const MAX_DEVICES = 1_000;

/** What incidents are asked about. */
export interface AnalyticsQuery {
  /** ms since 1970: from (inclusive) to (exclusive). */
  readonly from: number;
  readonly to: number;
  /** Only of these sites; absent: of all. */
  readonly sites?: readonly string[] | undefined;
}

interface Ports {
  readonly store: Store;
  readonly push: LivePush;
  readonly clock: Clock;
}

interface Placed extends Line {
  readonly device: string;
  readonly camera: string;
  readonly local: LocalTime;
}

/** Throws Refusal for a time that is none or too long. */
export async function analytics(ports: Ports, tenant: string, query: AnalyticsQuery): Promise<Analytics> {
  const { to } = query;
  const isAsked = (site: string) => query.sites?.includes(site) ?? true;
  if (!(query.from >= 0 && query.from < to && to - query.from <= MAX_SPAN_MS))
    throw new Refusal(
      "bad-request",
      `from, to: ${query.from} to ${to}, must be ms since 1970 at most ${MAX_SPAN_MS / DAY_MS} days apart; choose a later from`,
    );
  const [read, known] = await Promise.all([sheets(ports, tenant, query.from, to), sites(ports, tenant)]);
  const zoneOf = timeZones(known);
  const { from, complete } = read;
  const lines = read.sheets.flatMap(({ device, camera, lines }) =>
    lines
      .filter((line) => line.since >= from && line.since < to && isAsked(line.site))
      .map((line): Placed => ({ ...line, device, camera, local: localTime(line.since, zoneOf(line.site)) })),
  );
  const times = await cameraTimes(ports, tenant, { from, to }, isAsked);
  const real = lines.filter(({ outcome }) => outcome !== "false" && outcome !== "drill");
  return {
    from,
    to,
    complete: complete && !read.sheets.some(({ full }) => full),
    total: { ...count(real), suspected: real.filter(({ severity }) => severity === "suspected").length },
    zones: byZone(real),
    hours: byHour(real),
    shifts: SHIFTS.map((shift) => ({ ...shift, ...count(real.filter(({ local }) => isIn(shift, local))) })),
    trend: trend(
      real,
      from,
      Math.min(to, Math.max(from + 1, ports.clock.now())),
      zoneOf(known.find(({ site }) => isAsked(site))?.site ?? ""),
    ),
    acknowledgement: acknowledgement(real.filter(({ severity }) => severity === "fall")),
    falseAlarms: falseAlarms(lines, times),
    cameras: sensitivity(lines, times),
  };
}

/** The time zone of a site; UTC where nobody said. */
function timeZones(known: readonly Site[]): (site: string) => string {
  const zones = new Map(known.map(({ site, timeZone }) => [site, timeZone]));
  return (site) => zones.get(site) ?? "UTC";
}

/** How long each camera could have watched, and how much of it it did not. */
async function cameraTimes(
  ports: Ports,
  tenant: string,
  { from, to }: AnalyticsQuery,
  isAsked: (site: string) => boolean,
): Promise<readonly CameraTime[]> {
  const { devices } = await fleet(ports, tenant, { limit: MAX_DEVICES });
  const until = Math.min(to, ports.clock.now());
  return Promise.all(
    devices
      .filter(({ site }) => isAsked(site))
      .flatMap(({ device, enrolledAt, cameras }) =>
        cameras.map(async ({ camera }) => {
          const since = Math.max(from, enrolledAt);
          const blind = since < until ? await blindMs(ports, { tenant, device, camera }, since, until) : 0;
          return { device, camera, knownMs: Math.max(0, until - since), blindMs: blind };
        }),
      ),
  );
}

function count(lines: readonly Line[]): Count {
  const of = (severity: Line["severity"]) => lines.filter((line) => line.severity === severity).length;
  return { falls: of("fall"), nearMisses: of("nearMiss") };
}

function byZone(lines: readonly Placed[]): Analytics["zones"] {
  const groups = Map.groupBy(lines, ({ site, device, camera, zone }) => JSON.stringify([site, device, camera, zone]));
  return [...groups.values()]
    .map((group) => {
      const { site, line, device, camera, zone } = group[0] as Placed;
      return { site, line, device, camera, zone, ...count(group) };
    })
    .filter(({ falls, nearMisses }) => falls + nearMisses > 0)
    .sort((a, b) => b.falls - a.falls || b.nearMisses - a.nearMisses);
}

function byHour(lines: readonly Placed[]): Count[] {
  const cells = Map.groupBy(lines, ({ local }) => (local.weekday - 1) * 24 + local.hour);
  return Array.from({ length: 7 * 24 }, (_, cell) => count(cells.get(cell) ?? []));
}

function isIn({ from, to }: Shift, { minute }: LocalTime): boolean {
  const [begins, ends] = [from, to].map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) as [
    number,
    number,
  ];
  return begins < ends ? minute >= begins && minute < ends : minute >= begins || minute < ends;
}

function trend(lines: readonly Placed[], from: number, to: number, timeZone: string): Analytics["trend"] {
  const first = localTime(from, timeZone).date;
  const last = localTime(to - 1, timeZone).date;
  const step = (Date.parse(last) - Date.parse(first)) / DAY_MS < MAX_DAYS ? "day" : "week";
  const place = (date: string) => (step === "day" ? date : mondayOf(date));
  const groups = Map.groupBy(lines, ({ local }) => place(local.date));
  const dates: string[] = [];
  for (let date = place(first); date <= last; date = plusDays(date, step === "day" ? 1 : 7)) dates.push(date);
  // Sites in other time zones may have begun the day before, or end it the day after.
  const all = [...new Set([...dates, ...groups.keys()])].sort();
  return { step, points: all.map((date) => ({ date, ...count(groups.get(date) ?? []) })) };
}

function mondayOf(date: string): string {
  return plusDays(date, 1 - (new Date(date).getUTCDay() || 7));
}

function plusDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

function acknowledgement(falls: readonly Line[]): Acknowledgement {
  const took = falls.flatMap(({ acknowledgedMs }) => acknowledgedMs ?? []).sort((a, b) => a - b);
  const limits = [...BUCKETS_MS, null];
  return {
    acknowledged: took.length,
    missing: falls.length - took.length,
    p50Ms: quantile(took, 0.5),
    p95Ms: quantile(took, 0.95),
    buckets: limits.map((upToMs, index) => {
      const above = BUCKETS_MS[index - 1] ?? -1;
      return { upToMs, count: took.filter((ms) => ms > above && (upToMs === null || ms <= upToMs)).length };
    }),
  };
}

/** The least of `sorted` that so large a share of them does not exceed; null of none. */
export function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

function falseAlarms(lines: readonly Line[], times: readonly CameraTime[]): FalseAlarms {
  const said = (outcome: Outcome) => lines.filter((line) => line.outcome === outcome).length;
  const outcomes = { true: said("true"), false: said("false"), drill: said("drill") };
  const watchedMs = times.reduce((sum, { knownMs, blindMs }) => sum + knownMs - blindMs, 0);
  return {
    outcomes,
    unjudged: lines.filter(({ severity, outcome }) => severity === "fall" && outcome === undefined).length,
    cameraDays: watchedMs / DAY_MS,
    perCameraDay: watchedMs < DAY_MS ? null : outcomes.false / (watchedMs / DAY_MS),
  };
}
