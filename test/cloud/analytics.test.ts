import { describe, expect, it } from "vitest";
import {
  type Asked,
  findings,
  MAX_SPAN_MS,
  occurrence,
  quantile,
  response,
  sensitivity,
} from "../../cloud/core/analytics.ts";
import { acknowledge, incidents } from "../../cloud/core/incidents.ts";
import { ingest } from "../../cloud/core/ingest.ts";
import { localTime } from "../../cloud/core/local-time.ts";
import { describeSite } from "../../cloud/core/places.ts";
import { judge } from "../../cloud/core/sensitivity.ts";
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
  const ask = <Answer>(
    about: (of: typeof ports, tenant: string, asked: Asked) => Promise<Answer>,
    from = NOON - DAY_MS,
    to = NOON + DAY_MS,
  ) => about(ports, ACME, { from, to });
  return { ports, device, happen, say, ask };
}

describe("where and when it happens", () => {
  it("is counted by zone, most falls first, without false alarms and exercises", async () => {
    const { happen, say, ask } = await plant();
    await happen(NOON, "confirmed", { zone: "infeed" });
    await happen(NOON, "recovered", { zone: "infeed" });
    await happen(NOON, "confirmed", { zone: "stairs" });
    await happen(NOON, "down", { zone: "stairs" });
    await happen(NOON, "suspected", { zone: "dock" });
    await say(await happen(NOON, "confirmed", { zone: "stairs" }), "false");
    await say(await happen(NOON, "confirmed", { zone: "stairs" }), "drill");
    const { total, zones } = await ask(occurrence);
    expect(total).toEqual({ fall: 3, nearMiss: 1, suspected: 1 });
    expect(zones.map(({ zone, counts }) => [zone, counts.fall, counts.nearMiss, counts.suspected])).toEqual([
      ["stairs", 2, 0, 0],
      ["infeed", 1, 1, 0],
      ["dock", 0, 0, 1],
    ]);
  });

  it("goes by the hour, shift and day of the site, summer time or not", async () => {
    const { happen, ask } = await plant();
    // NOON is Monday, 1 June 2026, 12:00 UTC: 14:00 in Berlin.
    await happen(NOON, "confirmed");
    await happen(NOON - MINUTE, "confirmed");
    await happen(Date.UTC(2026, 5, 1, 22, 30), "recovered");
    const winter = Date.UTC(2026, 0, 5, 12);
    await happen(winter, "confirmed");
    const { hours, shifts, trend } = await ask(occurrence);
    expect(hours.map(({ day, hour, counts }) => [day, hour, counts.fall, counts.nearMiss])).toEqual([
      [1, 13, 1, 0],
      [1, 14, 1, 0],
      [2, 0, 0, 1],
    ]);
    expect(shifts.map(({ shift, counts }) => [shift, counts.fall, counts.nearMiss])).toEqual([
      ["early", 1, 0],
      ["late", 1, 0],
      ["night", 0, 1],
    ]);
    expect(trend.filter(({ counts }) => counts.fall + counts.nearMiss > 0)).toEqual([
      { day: "2026-06-01", counts: { fall: 2, nearMiss: 0, suspected: 0 } },
      { day: "2026-06-02", counts: { fall: 0, nearMiss: 1, suspected: 0 } },
    ]);
    const january = await ask(occurrence, winter - HOUR, winter + HOUR);
    expect(january.hours).toMatchObject([{ day: 1, hour: 13 }]);
  });

  it("has every day from the first until now, also those on which nothing happened", async () => {
    const { happen, ask } = await plant();
    await happen(NOON - 5 * DAY_MS, "confirmed");
    const { trend } = await ask(occurrence, NOON - 6 * DAY_MS, NOON + 100 * DAY_MS);
    expect(trend.map(({ day }) => day)).toEqual([
      "2026-05-26",
      "2026-05-27",
      "2026-05-28",
      "2026-05-29",
      "2026-05-30",
      "2026-05-31",
      "2026-06-01",
    ]);
  });

  it("follows an incident that changes, whatever came first", async () => {
    const { ports, device, ask } = await plant();
    device.clock.setWall(Date.UTC(2026, 5, 1, 23, 59, 58) - 1_000);
    const told = device.send(change("suspected", AT_ONCE), change("down", AT_ONCE), change("cleared", AT_ONCE));
    for (const envelope of told.toReversed()) await ingest(ports, [envelope]);
    expect((await ask(occurrence)).total).toEqual({ fall: 1, nearMiss: 0, suspected: 0 });
    const read = await sheets(ports, ACME, NOON - DAY_MS, NOON + 2 * DAY_MS);
    expect(read.sheets.map(({ day, lines }) => [day, lines.length])).toEqual([[Date.UTC(2026, 5, 1), 1]]);
  });

  it("shows no tenant and no site the figures of another", async () => {
    const { ports, happen } = await plant();
    await happen(NOON, "confirmed");
    const span = { from: NOON - DAY_MS, to: NOON + DAY_MS };
    const falls = async (tenant: string, sites?: string[]) =>
      (await occurrence(ports, tenant, { ...span, sites })).total.fall;
    expect(await Promise.all([falls(ACME), falls(ACME, ["north"]), falls(ACME, ["south"]), falls("other")])).toEqual([
      1, 1, 0, 0,
    ]);
    expect((await findings(ports, ACME, { ...span, sites: ["south"] })).cameras).toEqual([]);
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
    expect(await ask(occurrence)).toMatchObject({ total: { fall: 500 }, cut: true });
  });

  it("is refused for a time that is none or too long, with the remedy", async () => {
    const { ask } = await plant();
    await expect(ask(occurrence, NOON, NOON)).rejects.toThrow(/choose a later from/);
    await expect(ask(response, NOON, Number.NaN)).rejects.toThrow(/choose a later from/);
    await expect(ask(findings, NOON - MAX_SPAN_MS - 1, NOON)).rejects.toThrow(/400 days/);
  });
});

describe("the response of people", () => {
  it("is told in half, in 95 of 100, and in steps", async () => {
    const { ports, happen, say, ask } = await plant();
    for (const seconds of [20, 40, 90, 7_200]) {
      const id = await happen(ports.clock.now(), "confirmed");
      ports.clock.advance(seconds * 1_000);
      await say(id, "true");
    }
    await happen(ports.clock.now(), "confirmed");
    const told = await ask(response);
    expect(told).toMatchObject({ falls: 5, acknowledged: 4, p50Ms: 40_000, p95Ms: 7_200_000, longestMs: 7_200_000 });
    expect(told.histogram.map(({ withinS, count }) => [withinS, count])).toEqual([
      [30, 1],
      [60, 1],
      [120, 1],
      [300, 0],
      [900, 0],
      [3_600, 0],
      [null, 1],
    ]);
  });

  it("has no times where nobody has responded", async () => {
    const { ask } = await plant();
    const { falls, p50Ms, longestMs } = await ask(response);
    expect([falls, p50Ms, longestMs]).toEqual([0, undefined, undefined]);
  });
});

describe("what people found", () => {
  it("gives false alarms per day that a camera really watched", async () => {
    const { ports, device, happen, say, ask } = await plant();
    device.clock.setWall(NOON);
    await ingest(ports, device.send(heartbeat()));
    const id = await happen(NOON + HOUR, "confirmed");
    device.clock.setWall(NOON + 12 * HOUR - 1_000);
    await ingest(ports, device.send(state("blind")));
    ports.clock.advance(DAY_MS);
    await say(id, "false");
    await happen(NOON + 2 * HOUR, "down");
    const { cameras } = await ask(findings, NOON, NOON + 2 * DAY_MS);
    expect(cameras).toMatchObject([
      {
        ...{ site: "north", device: "hall-2", camera: "press-3", blindMs: DAY_MS / 2, days: 0.5, falseAlarmsPerDay: 2 },
        ...{ incidents: { fall: 2 }, outcomes: { true: 0, false: 1, drill: 0 }, unjudged: 1, precision: 0 },
      },
    ]);
    const report = await ask(sensitivity, NOON, NOON + 2 * DAY_MS);
    expect(report.cameras).toMatchObject([{ camera: "press-3", advice: ["blind", "noisy", "few judged"] }]);
    expect(report).toMatchObject({ judged: 1, suggested: undefined });
  });

  it("gives no rate of a camera that is not known any more", async () => {
    const { ports, happen, ask } = await plant();
    ports.clock.advance(DAY_MS);
    await happen(NOON, "confirmed", { camera: "gone" });
    const { cameras } = await ask(findings, NOON - DAY_MS, NOON + 1);
    expect(cameras).toMatchObject([{ camera: "gone", days: 0, falseAlarmsPerDay: undefined, precision: undefined }]);
  });
});

describe("the sensitivity report", () => {
  const MONTH = { knownMs: 30 * DAY_MS, blindMs: 0 };
  const line = (incident: string, more: Partial<Line>): Line => ({
    ...{ incident, since: NOON, severity: "fall", site: "", line: "", zone: "" },
    ...more,
  });
  const judged = (right: number[], wrong: number[]) =>
    judge(
      [
        ...right.map((score, n) => line(`right ${n}`, { score, outcome: n === 0 ? "drill" : "true" })),
        ...wrong.map((score, n) => line(`wrong ${n}`, { score, outcome: "false" })),
      ],
      MONTH,
    );

  it("finds the threshold that keeps every true fall and drops false alarms", () => {
    const report = judged([0.91, 0.93, 0.95, 0.97, 0.99], [0.6, 0.62, 0.64, 0.66, 0.98]);
    expect(report).toMatchObject({ judged: 10, suggested: 0.7, advice: ["separable"] });
    expect(report.thresholds.find(({ threshold }) => threshold === 0.7)).toEqual({ threshold: 0.7, true: 5, false: 1 });
  });

  it("says so when no threshold parts the two, or too few were judged", () => {
    const alike = judged([0.5, 0.93, 0.95, 0.97, 0.99], [0.6, 0.62, 0.64, 0.66, 0.98]);
    expect(alike).toMatchObject({ suggested: undefined, advice: ["overlapping"] });
    expect(judged([0.9], [0.6])).toMatchObject({ suggested: undefined, advice: ["few judged"] });
  });

  it("asks for an exercise where nothing was seen for weeks, and for nothing of a new camera", () => {
    expect(judge([], MONTH).advice).toEqual(["untested"]);
    expect(judge([], { knownMs: DAY_MS, blindMs: 0 }).advice).toEqual([]);
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
    expect([quantile([], 0.5), quantile([7], 0.95), quantile([1, 2, 3, 4], 0.5)]).toEqual([undefined, 7, 2]);
  });
});
