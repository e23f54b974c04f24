import type { Clock } from "./clock.ts";
import { blindMs, fleet } from "./fleet.ts";
import type { Outcome, Severity } from "./incident.ts";
import { type LocalTime, localTime } from "./local-time.ts";
import type { Hours } from "./people.ts";
import { sites } from "./places.ts";
import type { LivePush } from "./push.ts";
import { Refusal } from "./refusal.ts";
import { type Advice, type CameraTime, judge, type Thresholds } from "./sensitivity.ts";
import { DAY_MS, type Line, sheets } from "./sheets.ts";
import type { Store } from "./store.ts";

/** What incidents are asked about. */
export interface Asked {
  /** ms since 1970: from (inclusive) to (exclusive). */
  readonly from: number;
  readonly to: number;
  /** Only of these sites; absent: of all. */
  readonly sites?: readonly string[] | undefined;
}

export interface Span extends Pick<Asked, "from" | "to"> {
  /** There was more than is read at once: nothing before `from` is in it, or a camera alarmed more often than is kept. */
  readonly cut: boolean;
}

/** Without what people called false alarms and exercises. */
export type Counts = Readonly<Record<Severity, number>>;

/** Where and when it happens. Every incident counts at the hour and on the day of its own site. */
export interface Occurrence extends Span {
  readonly total: Counts;
  /** Most falls first. */
  readonly zones: readonly (Pick<Placed, "site" | "line" | "device" | "camera" | "zone"> & { counts: Counts })[];
  /** ISO 8601 day of the week 1-7 and hour 0-23; without those at which nothing happened. */
  readonly hours: readonly { readonly day: number; readonly hour: number; readonly counts: Counts }[];
  readonly shifts: readonly { readonly shift: Shift["name"]; readonly counts: Counts }[];
  /** `YYYY-MM-DD`, each from the first to the last. */
  readonly trend: readonly { readonly day: string; readonly counts: Counts }[];
}

/** How long falls waited for an acknowledgement. */
export interface Response extends Span {
  readonly falls: number;
  readonly acknowledged: number;
  /** From the first frame, ms; undefined: none was acknowledged. */
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly longestMs: number | undefined;
  /** Within so many seconds (null: longer), and not within those before. */
  readonly histogram: readonly { readonly withinS: number | null; readonly count: number }[];
}

/** What each camera's incidents turned out to be. */
export interface Findings extends Span {
  readonly cameras: readonly CameraFindings[];
}

export interface CameraFindings extends Pick<CameraTime, "site" | "device" | "camera" | "blindMs"> {
  /** All of them, whatever people found. */
  readonly incidents: Counts;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Falls of which nobody has said what they were: the figures below know nothing of them. */
  readonly unjudged: number;
  /** Share of true among true and false; undefined: nobody judged any. */
  readonly precision: number | undefined;
  /** On which it was enrolled and watched. */
  readonly days: number;
  /** Undefined: it did not watch. */
  readonly falseAlarmsPerDay: number | undefined;
}

/** How scores and what people found hang together, and what a reader should look at. */
export interface Sensitivity extends Span, Thresholds {
  /** Those with most to look at first. */
  readonly cameras: readonly (Thresholds &
    Pick<CameraTime, "site" | "device" | "camera"> & { advice: readonly Advice[] })[];
}

interface Shift extends Pick<Hours, "from" | "to"> {
  readonly name: "early" | "late" | "night";
}

/** The usual three; `to` before `from` reaches into the next day. */
const SHIFTS: readonly Shift[] = [
  { name: "early", from: "06:00", to: "14:00" },
  { name: "late", from: "14:00", to: "22:00" },
  { name: "night", from: "22:00", to: "06:00" },
];
/** A longer time than this is asked for in pieces, ms. */
export const MAX_SPAN_MS = 400 * DAY_MS;
const WITHIN_S = [30, 60, 120, 300, 900, 3_600];
/** Devices whose blind times are read. */
const MAX_DEVICES = 1_000;

interface Ports {
  readonly store: Store;
  readonly push: LivePush;
  readonly clock: Clock;
}

interface Placed extends Line {
  readonly device: string;
  readonly camera: string;
}

/** Rejects, as all of these, with Refusal for a time that is none or too long. */
export async function occurrence(ports: Ports, tenant: string, asked: Asked): Promise<Occurrence> {
  const { span, lines } = await read(ports, tenant, asked);
  const zones = new Map((await sites(ports, tenant)).map(({ site, timeZone }) => [site, timeZone]));
  const zoneOf = (site: string) => zones.get(site) ?? "UTC";
  const real = lines
    .filter(({ outcome }) => outcome !== "false" && outcome !== "drill")
    .map((line) => ({ ...line, local: localTime(line.since, zoneOf(line.site)) }));
  const until = Math.min(span.to, Math.max(span.from + 1, ports.clock.now()));
  const home = asked.sites?.length === 1 ? zoneOf(asked.sites[0] as string) : ([...zones.values()][0] ?? "UTC");
  return {
    ...span,
    total: count(real),
    zones: byZone(real),
    hours: byHour(real),
    shifts: SHIFTS.map((shift) => ({
      shift: shift.name,
      counts: count(real.filter(({ local }) => isIn(shift, local))),
    })),
    trend: byDay(real, localTime(span.from, home).date, localTime(until - 1, home).date),
  };
}

export async function response(ports: Ports, tenant: string, asked: Asked): Promise<Response> {
  const { span, lines } = await read(ports, tenant, asked);
  const falls = lines.filter((line) => line.severity === "fall" && line.outcome !== "drill");
  const took = falls.flatMap(({ acknowledgedMs }) => acknowledgedMs ?? []).sort((a, b) => a - b);
  return {
    ...span,
    falls: falls.length,
    acknowledged: took.length,
    p50Ms: quantile(took, 0.5),
    p95Ms: quantile(took, 0.95),
    longestMs: took.at(-1),
    histogram: [...WITHIN_S, null].map((withinS, index) => {
      const above = WITHIN_S[index - 1] ?? -1;
      const isIn = (s: number) => s > above && (withinS === null || s <= withinS);
      return { withinS, count: took.filter((ms) => isIn(ms / 1000)).length };
    }),
  };
}

export async function findings(ports: Ports, tenant: string, asked: Asked): Promise<Findings> {
  const { span, cameras } = await readCameras(ports, tenant, asked);
  return { ...span, cameras: cameras.map(({ time, lines }) => find(time, lines)) };
}

export async function sensitivity(ports: Ports, tenant: string, asked: Asked): Promise<Sensitivity> {
  const { span, cameras } = await readCameras(ports, tenant, asked);
  const { advice: _, rank: __, ...all } = judge(cameras.flatMap(({ lines }) => lines));
  return {
    ...span,
    ...all,
    cameras: cameras
      .map(({ time: { site, device, camera, ...time }, lines }) => ({ site, device, camera, ...judge(lines, time) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ rank: _, ...camera }) => camera),
  };
}

async function read(ports: Ports, tenant: string, { from: first, to, sites: chosen }: Asked) {
  if (!(first >= 0 && first < to && to - first <= MAX_SPAN_MS))
    throw new Refusal(
      "bad-request",
      `from, to: ${first} to ${to}, must be between 0 and ${MAX_SPAN_MS / DAY_MS} days in ms; choose a later from`,
    );
  const { sheets: found, complete, from } = await sheets(ports, tenant, first, to);
  const isAsked = ({ since, site }: Line) => since >= from && since < to && (chosen?.includes(site) ?? true);
  const lines = found.flatMap(({ device, camera, lines }) =>
    lines.filter(isAsked).map((line): Placed => ({ ...line, device, camera })),
  );
  return { span: { from, to, cut: !complete || found.some(({ full }) => full) }, lines };
}

/** Every camera that is known or had an incident, with its incidents and its time. */
async function readCameras(ports: Ports, tenant: string, asked: Asked) {
  const { span, lines } = await read(ports, tenant, asked);
  const nameOf = ({ device, camera }: Pick<CameraTime, "device" | "camera">) => JSON.stringify([device, camera]);
  const groups = Map.groupBy(lines, nameOf);
  const times = new Map<string, CameraTime>();
  for (const { site, device, camera } of lines)
    times.set(nameOf({ device, camera }), { site, device, camera, knownMs: 0, blindMs: 0 });
  for (const time of await cameraTimes(ports, tenant, { ...asked, ...span })) times.set(nameOf(time), time);
  return { span, cameras: [...times].map(([name, time]) => ({ time, lines: groups.get(name) ?? [] })) };
}

/** How long each camera could have watched, and how much of it it did not. */
async function cameraTimes(ports: Ports, tenant: string, { from, to, sites: chosen }: Asked): Promise<CameraTime[]> {
  const { devices } = await fleet(ports, tenant, { limit: MAX_DEVICES });
  const until = Math.min(to, ports.clock.now());
  return Promise.all(
    devices
      .filter(({ site }) => chosen?.includes(site) ?? true)
      .flatMap(({ site, device, enrolledAt, cameras }) =>
        cameras.map(async ({ camera }) => {
          const since = Math.max(from, enrolledAt);
          const blind = since < until ? await blindMs(ports, { tenant, device, camera }, since, until) : 0;
          return { site, device, camera, knownMs: Math.max(0, until - since), blindMs: blind };
        }),
      ),
  );
}

function count(lines: readonly Line[]): Counts {
  const counts = { suspected: 0, nearMiss: 0, fall: 0 };
  for (const { severity } of lines) counts[severity] += 1;
  return counts;
}

function byZone(lines: readonly Placed[]): Occurrence["zones"] {
  const groups = Map.groupBy(lines, ({ device, camera, zone }) => JSON.stringify([device, camera, zone]));
  return [...groups.values()]
    .map((group) => {
      const { site, line, device, camera, zone } = group.at(-1) as Placed;
      return { site, line, device, camera, zone, counts: count(group) };
    })
    .sort((a, b) => b.counts.fall - a.counts.fall || b.counts.nearMiss - a.counts.nearMiss);
}

function byHour(lines: readonly (Line & { local: LocalTime })[]): Occurrence["hours"] {
  return [...Map.groupBy(lines, ({ local }) => local.weekday * 24 + local.hour)]
    .sort(([a], [b]) => a - b)
    .map(([cell, group]) => ({ day: Math.floor(cell / 24), hour: cell % 24, counts: count(group) }));
}

function isIn({ from, to }: Shift, { minute }: LocalTime): boolean {
  const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  const [begins, ends] = [minutes(from), minutes(to)];
  return begins < ends ? minute >= begins && minute < ends : minute >= begins || minute < ends;
}

/** Sites in other time zones may have begun the first day earlier, or end the last one later: those days are there too. */
function byDay(lines: readonly (Line & { local: LocalTime })[], first: string, last: string): Occurrence["trend"] {
  const groups = Map.groupBy(lines, ({ local }) => local.date);
  const days = new Set(groups.keys());
  for (let day = first; day <= last; day = new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)) days.add(day);
  return [...days].sort().map((day) => ({ day, counts: count(groups.get(day) ?? []) }));
}

function find({ site, device, camera, knownMs, blindMs }: CameraTime, lines: readonly Line[]): CameraFindings {
  const outcomes = { true: 0, false: 0, drill: 0 };
  for (const { outcome } of lines) if (outcome) outcomes[outcome] += 1;
  const judged = outcomes.true + outcomes.false;
  const days = (knownMs - blindMs) / DAY_MS;
  return {
    ...{ site, device, camera, blindMs, incidents: count(lines), outcomes },
    unjudged: lines.filter(({ severity, outcome }) => severity === "fall" && outcome === undefined).length,
    precision: judged === 0 ? undefined : outcomes.true / judged,
    days,
    falseAlarmsPerDay: days > 0 ? outcomes.false / days : undefined,
  };
}

/** The least of `sorted` that so large a share of them does not exceed; undefined of none. */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
