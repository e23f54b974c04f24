import { describe, expect, it } from "vitest";
import { analytics, MAX_SPAN_MS, quantile } from "../../cloud/core/analytics.ts";
import { acknowledge, incidents } from "../../cloud/core/incidents.ts";
import { ingest } from "../../cloud/core/ingest.ts";
import { localTime } from "../../cloud/core/local-time.ts";
import { describeSite } from "../../cloud/core/places.ts";
import { sensitivity } from "../../cloud/core/sensitivity.ts";
import { DAY_MS, type Line, sheets } from "../../cloud/core/sheets.ts";
import type { FallChange } from "../../src/event/event.ts";
import { ACME, change, cloud, heartbeat, NOON, SimulatedDevice, state } from "./rig.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Of the frame, so that an incident begins at the very time that a test names. */
const AT_ONCE = { frameAgeMs: 0 };

/** A cloud that knows one site in Berlin, and a device there whose falls begin when a test says. */
async function plant() {
  const ports = cloud();
  await describeSite(ports, ACME, { site: "north", name: "North", timeZone: "Europe/Berlin" });
  const device = new SimulatedDevice();
  let alarms = 0;
  const happen = async (at: number, kind: FallChange["kind"], more: Partial<FallChange> = {}) => {
    const alarm = `a${++alarms}`;
    device.clock.setWall(at - 1_000);
    await ingest(ports, device.send(change(kind, { ...AT_ONCE, alarm, ...more })));
    const { incidents: all } = await incidents(ports, ACME, { limit: 1_000 });
    return all.find((one) => one.alarm === alarm)?.id ?? "";
  };
  const say = (id: string, outcome: "true" | "false" | "drill") =>
    acknowledge(ports, { tenant: ACME, id, by: "Ann", reason: "went there", outcome });
  const ask = (from = NOON - DAY_MS, to = NOON + DAY_MS) => analytics(ports, ACME, { from, to });
  return { ports, device, happen, say, ask };
}

describe("what incidents say together", () => {
  it("counts falls and near misses by zone, most first, without false alarms and exercises", async () => {
    const { happen, say, ask } = await plant();
    await happen(NOON, "confirmed", { zone: "infeed" });
    await happen(NOON, "recovered", { zone: "infeed" });
    await happen(NOON, "confirmed", { zone: "stairs" });
    await happen(NOON, "down", { zone: "stairs" });
    await happen(NOON, "suspected", { zone: "dock" });
    await say(await happen(NOON, "confirmed", { zone: "stairs" }), "false");
    await say(await happen(NOON, "confirmed", { zone: "stairs" }), "drill");
    const { total, zones, falseAlarms } = await ask();
    expect(total).toEqual({ falls: 3, nearMisses: 1, suspected: 1 });
    expect(zones.map(({ zone, falls, nearMisses }) => [zone, falls, nearMisses])).toEqual([
      ["stairs", 2, 0],
      ["infeed", 1, 1],
    ]);
    expect(falseAlarms.outcomes).toEqual({ true: 0, false: 1, drill: 1 });
    expect(falseAlarms.unjudged).toBe(3);
  });

  it("puts each into the hour, shift and day of the site, summer time or not", async () => {
    const { happen, ask } = await plant();
    // NOON is Monday, 1 June 2026, 12:00 UTC: 14:00 in Berlin.
    await happen(NOON, "confirmed");
    await happen(NOON - MINUTE, "confirmed");
    await happen(Date.UTC(2026, 5, 1, 22, 30), "recovered");
    const winter = Date.UTC(2026, 0, 5, 12);
    await happen(winter, "confirmed");
    const { hours, shifts, trend } = await ask();
    const filled = hours.flatMap(({ falls, nearMisses }, cell) =>
      falls + nearMisses > 0 ? [[Math.floor(cell / 24) + 1, cell % 24, falls, nearMisses]] : [],
    );
    expect(filled).toEqual([
      [1, 13, 1, 0],
      [1, 14, 1, 0],
      [2, 0, 0, 1],
    ]);
    expect(shifts.map(({ name, falls, nearMisses }) => [name, falls, nearMisses])).toEqual([
      ["early", 1, 0],
      ["late", 1, 0],
      ["night", 0, 1],
    ]);
    expect(trend.points.filter(({ falls, nearMisses }) => falls + nearMisses > 0)).toEqual([
      { date: "2026-06-01", falls: 2, nearMisses: 0 },
      { date: "2026-06-02", falls: 0, nearMisses: 1 },
    ]);
    const january = await ask(winter - HOUR, winter + HOUR);
    expect(january.hours[13]).toEqual({ falls: 1, nearMisses: 0 });
  });

  it("draws a day as a point, and a week when there are many", async () => {
    const { ports, happen, ask } = await plant();
    await happen(NOON - 100 * DAY_MS, "confirmed");
    await happen(NOON, "confirmed");
    const days = (await ask(NOON - 6 * DAY_MS, NOON + 1)).trend;
    expect(days.step).toBe("day");
    expect(days.points).toHaveLength(7);
    ports.clock.advance(DAY_MS);
    const weeks = (await ask(NOON - 120 * DAY_MS)).trend;
    expect(weeks.step).toBe("week");
    expect(weeks.points.map(({ date }) => new Date(date).getUTCDay())).toEqual(weeks.points.map(() => 1));
    expect(weeks.points.reduce((sum, { falls }) => sum + falls, 0)).toBe(2);
    expect(weeks.points.at(-1)).toEqual({ date: "2026-06-01", falls: 1, nearMisses: 0 });
  });

  it("tells how long it took until somebody acknowledged", async () => {
    const { ports, happen, say, ask } = await plant();
    for (const seconds of [20, 40, 90, 7_200]) {
      const id = await happen(ports.clock.now(), "confirmed");
      ports.clock.advance(seconds * 1_000);
      await say(id, "true");
    }
    await happen(ports.clock.now(), "confirmed");
    const { acknowledgement } = await ask();
    expect(acknowledgement).toMatchObject({ acknowledged: 4, missing: 1, p50Ms: 40_000, p95Ms: 7_200_000 });
    expect(acknowledgement.buckets.map(({ count }) => count)).toEqual([1, 1, 1, 0, 0, 0, 1]);
  });

  it("tells false alarms per day that a camera really watched", async () => {
    const { ports, device, happen, say, ask } = await plant();
    device.clock.setWall(NOON);
    await ingest(ports, device.send(heartbeat()));
    const ids = [await happen(NOON + HOUR, "confirmed"), await happen(NOON + 2 * HOUR, "confirmed")];
    device.clock.setWall(NOON + DAY_MS - 1_000);
    await ingest(ports, device.send(state("blind")));
    ports.clock.advance(DAY_MS / 2);
    for (const id of ids) await say(id, "false");
    // Half a day is no basis for a rate.
    expect((await ask(NOON, NOON + DAY_MS)).falseAlarms).toMatchObject({ cameraDays: 0.5, perCameraDay: null });
    ports.clock.advance((3 * DAY_MS) / 2);
    const { falseAlarms, cameras } = await ask(NOON, NOON + 2 * DAY_MS);
    expect(falseAlarms).toMatchObject({ cameraDays: 1, perCameraDay: 2 });
    expect(cameras).toMatchObject([{ camera: "press-3", knownMs: 2 * DAY_MS, blindMs: DAY_MS, falsePerDay: 2 }]);
    expect(cameras[0]?.advice).toEqual(["blind", "noisy", "few judged"]);
  });

  it("follows an incident that changes, whatever came first", async () => {
    const { ports, device, ask } = await plant();
    device.clock.setWall(Date.UTC(2026, 5, 1, 23, 59, 58, 0) - 1_000);
    const told = device.send(change("suspected", AT_ONCE), change("down", AT_ONCE), change("cleared", AT_ONCE));
    for (const envelope of told.toReversed()) await ingest(ports, [envelope]);
    ports.clock.advance(DAY_MS);
    expect((await ask()).total).toEqual({ falls: 1, nearMisses: 0, suspected: 0 });
    const read = await sheets(ports, ACME, NOON - DAY_MS, NOON + 2 * DAY_MS);
    expect(read.sheets.map(({ day, lines }) => [day, lines.length])).toEqual([[Date.UTC(2026, 5, 1), 1]]);
  });

  it("shows no tenant and no site the figures of another", async () => {
    const { ports, happen } = await plant();
    await happen(NOON, "confirmed");
    const span = { from: NOON - DAY_MS, to: NOON + DAY_MS };
    expect((await analytics(ports, "other", span)).total.falls).toBe(0);
    expect((await analytics(ports, ACME, { ...span, sites: ["north"] })).total.falls).toBe(1);
    expect((await analytics(ports, ACME, { ...span, sites: ["south"] })).total.falls).toBe(0);
    expect((await analytics(ports, ACME, { ...span, sites: ["south"] })).cameras).toEqual([]);
  });

  it("reads so many days at most, the newest, and says from when on nothing is missing", async () => {
    const { ports, happen } = await plant();
    for (const days of [3, 2, 1]) await happen(NOON - days * DAY_MS, "confirmed");
    const read = await sheets(ports, ACME, NOON - 10 * DAY_MS, NOON, 2);
    expect(read).toMatchObject({ complete: false, from: Date.UTC(2026, 4, 31) });
    expect(read.sheets).toHaveLength(2);
    expect((await sheets(ports, ACME, NOON - 10 * DAY_MS, NOON)).complete).toBe(true);
  });

  it("keeps the first of a camera that alarms without end, and says that there were more", async () => {
    const { ports, device, ask } = await plant();
    const bodies = Array.from({ length: 510 }, (_, n) => change("confirmed", { ...AT_ONCE, alarm: `a${n}` }));
    device.clock.setWall(NOON);
    await ingest(ports, device.send(...bodies));
    ports.clock.advance(HOUR);
    const { total, complete } = await ask();
    expect(total.falls).toBe(500);
    expect(complete).toBe(false);
  });

  it("refuses a time that is none or too long, with the remedy", async () => {
    const { ask } = await plant();
    await expect(ask(NOON, NOON)).rejects.toThrow(/choose a later from/);
    await expect(ask(NOON, Number.NaN)).rejects.toThrow(/choose a later from/);
    await expect(ask(NOON - MAX_SPAN_MS - 1, NOON)).rejects.toThrow(/at most 400 days/);
  });
});

describe("the sensitivity report", () => {
  const times = [{ device: "d", camera: "c", knownMs: 30 * DAY_MS, blindMs: 0 }];
  const line = (n: number, more: Partial<Line>) => ({
    ...{ incident: String(n), since: NOON, severity: "fall" as const, site: "", line: "", zone: "" },
    ...{ device: "d", camera: "c" },
    ...more,
  });
  const judged = (right: number[], wrong: number[]) =>
    sensitivity(
      [
        ...right.map((score, n) => line(n, { score, outcome: "true" })),
        ...wrong.map((score, n) => line(100 + n, { score, outcome: "false" })),
      ],
      times,
    )[0];

  it("finds the threshold that keeps every true fall and drops false alarms", () => {
    const report = judged([0.91, 0.93, 0.95, 0.97, 0.99], [0.6, 0.62, 0.64, 0.66, 0.98]);
    expect(report).toMatchObject({ suggested: 0.7, precision: 0.5, advice: ["separable"] });
    expect(report?.thresholds.find(({ at }) => at === 0.7)).toEqual({ at: 0.7, trueKept: 5, falseKept: 1 });
  });

  it("says so when no threshold parts the two, or too few were judged", () => {
    expect(judged([0.5, 0.93, 0.95, 0.97, 0.99], [0.6, 0.62, 0.64, 0.66, 0.98])).toMatchObject({
      suggested: null,
      advice: ["overlapping"],
    });
    expect(judged([0.9], [0.6])).toMatchObject({ suggested: null, advice: ["few judged"] });
  });

  it("asks for an exercise where nothing was seen for weeks", () => {
    expect(sensitivity([], times)).toMatchObject([{ advice: ["untested"], precision: null, falsePerDay: 0 }]);
  });

  it("puts those first that need a look, and knows cameras that are gone", () => {
    const gone = line(1, { outcome: "false" });
    const report = sensitivity(
      [{ ...gone, camera: "gone" }],
      [...times, { device: "d", camera: "dark", knownMs: 2 * DAY_MS, blindMs: HOUR }],
    );
    expect(report.map(({ camera, falsePerDay }) => [camera, falsePerDay])).toEqual([
      ["dark", 0],
      ["c", 0],
      ["gone", null],
    ]);
  });
});

describe("time at a place", () => {
  it("follows the clocks there through both changes of the year", () => {
    const at = (...utc: [number, number, number, number, number]) => localTime(Date.UTC(...utc), "Europe/Berlin");
    expect(at(2026, 2, 29, 0, 59)).toEqual({ date: "2026-03-29", hour: 1, minute: 119, weekday: 7 });
    expect(at(2026, 2, 29, 1, 0)).toEqual({ date: "2026-03-29", hour: 3, minute: 180, weekday: 7 });
    expect(at(2026, 9, 25, 0, 30).hour).toBe(2);
    expect(at(2026, 9, 25, 1, 30).hour).toBe(2);
    expect(localTime(Date.UTC(2026, 0, 1, 0, 0), "Asia/Kathmandu")).toMatchObject({ hour: 5, minute: 345 });
  });

  it("knows no share of nothing", () => {
    expect([quantile([], 0.5), quantile([7], 0.95), quantile([1, 2, 3, 4], 0.5)]).toEqual([null, 7, 2]);
  });
});
