import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Frame } from "../../src/frames/frame.ts";
import { type DropReason, Gate } from "../../src/frames/gate.ts";

const settings = { fps: 15, idleFps: 5 as number | null, maxFrameAgeMs: 250, latencyBudgetMs: 200 };

function gateWithLog(change: Partial<typeof settings> = {}) {
  const dropped: [number, DropReason][] = [];
  const released: number[] = [];
  let sequence = 0;
  const gate = new Gate({ ...settings, ...change }, (frame, reason) => dropped.push([frame.sequence, reason]));
  /** `shade`: brightness of the whole picture; below 0 it cannot be painted. */
  const frame = (capturedAt: number, shade = 100): Frame => {
    sequence += 1;
    const number = sequence;
    return {
      camera: "hall",
      sequence: number,
      capturedAt,
      wallTime: capturedAt,
      cameraTime: Number.NaN,
      pts: capturedAt / 1000,
      decodeMs: 1,
      size: { width: 4, height: 4 },
      paint: (into) => {
        if (shade < 0) throw new Error("no picture");
        into.fill(shade);
        return 1;
      },
      release: () => released.push(number),
    };
  };
  return { gate, dropped, released, frame };
}

describe("the gate", () => {
  it("hands out the newest frame; the older one is superseded and released", () => {
    const { gate, dropped, released, frame } = gateWithLog();
    gate.offer(frame(0));
    gate.offer(frame(70));
    expect(gate.take(80)?.sequence).toBe(2);
    expect(dropped).toEqual([[1, "superseded"]]);
    expect(released).toEqual([1]);
    expect(gate.take(81)).toBeUndefined();
  });

  it("lets no frame through that is older than maxFrameAgeMs", () => {
    const { gate, dropped, frame } = gateWithLog();
    gate.offer(frame(0));
    expect(gate.take(251)).toBeUndefined();
    gate.offer(frame(300));
    expect(gate.take(550)?.sequence).toBe(2);
    expect(dropped).toEqual([[1, "stale"]]);
  });

  it("drops a frame that cannot be decided within the budget, by what recent looks took", () => {
    const { gate, dropped, frame } = gateWithLog();
    for (let k = 0; k < 10; k += 1) gate.observe(150);
    gate.offer(frame(0));
    expect(gate.take(50)?.sequence).toBe(1);
    gate.offer(frame(100));
    expect(gate.take(151)).toBeUndefined();
    expect(dropped).toEqual([[2, "budget"]]);
  });

  it("is not upset by one slow look among many, but by one in eight", () => {
    const { gate, frame } = gateWithLog();
    for (let k = 0; k < 32; k += 1) gate.observe(k === 5 ? 5000 : 20);
    gate.offer(frame(0));
    expect(gate.take(1)).toBeDefined();
    gate.offer(frame(100));
    expect(gate.take(101)).toBeDefined();
    for (let k = 0; k < 4; k += 1) gate.observe(5000);
    gate.offer(frame(200));
    expect(gate.take(201)).toBeUndefined();
  });

  it("lets a frame through after 500 ms although the forecast says no, so that no camera stays blind", () => {
    const { gate, dropped, frame } = gateWithLog();
    gate.observe(900);
    const taken: number[] = [];
    for (let at = 0; at < 2000; at += 100) {
      gate.offer(frame(at));
      if (gate.take(at)) taken.push(at);
    }
    expect(taken).toEqual([0, 500, 1000, 1500]);
    expect(dropped.every(([, reason]) => reason === "budget")).toBe(true);
  });

  it("passes 15 of a camera's 30 frames per second, evenly, and fewer once it is told so", () => {
    const { gate, dropped, frame } = gateWithLog();
    const taken = (from: number, count: number) => {
      const times: number[] = [];
      for (let k = 0; k < count; k += 1) {
        gate.offer(frame(from + k * 33.3));
        const given = gate.take(from + k * 33.3);
        if (given) times.push(k);
      }
      return times;
    };
    expect(taken(0, 10)).toEqual([0, 2, 4, 6, 8]);
    gate.pace(7.5);
    expect(taken(1000, 12)).toHaveLength(3);
    expect(new Set(dropped.map(([, reason]) => reason))).toEqual(new Set(["paced"]));
  });

  describe("while nobody is in view", () => {
    /** Offers and takes a frame every 100 ms; the numbers of those that were handed out. */
    const taken = ({ gate, frame }: ReturnType<typeof gateWithLog>, shades: number[], from = 0) =>
      shades.flatMap((shade, k) => {
        gate.offer(frame(from + k * 100, shade));
        return gate.take(from + k * 100) ? [k] : [];
      });
    const still = (frames: number) => Array.from({ length: frames }, () => 100);
    /** A gate that has been idle for two seconds. */
    const idling = (change: Partial<typeof settings> = {}) => {
      const all = gateWithLog(change);
      all.gate.idle(true);
      taken(all, still(20));
      all.dropped.length = 0;
      return all;
    };

    it("passes every other one of ten still frames a second, and says of the others that they were still", () => {
      const all = idling();
      expect(taken(all, still(20), 2000)).toHaveLength(10);
      expect(all.dropped.map(([, reason]) => reason)).toEqual(Array.from({ length: 10 }, () => "still"));
    });

    it("passes every frame for a second from what moves on", () => {
      const all = idling();
      expect(taken(all, [...still(4), ...still(20).map((shade) => shade + 8)], 2000)).toEqual(
        expect.arrayContaining([4, 5, 6, 7, 8, 9, 10, 11, 12, 13]),
      );
      expect(all.dropped.length).toBeGreaterThanOrEqual(5);
    });

    it("does not take a sensor's noise for movement", () => {
      expect(taken(idling(), [100, 98, 102, 99, 101, 100, 98, 102], 2000)).toHaveLength(4);
    });

    it("passes every frame again once somebody is in view, and compares with nothing from before", () => {
      const all = idling();
      all.gate.idle(false);
      expect(taken(all, still(10), 2000)).toHaveLength(10);
      all.gate.idle(true);
      expect(taken(all, still(10), 3000)).toHaveLength(10);
    });

    it("passes every frame where the setting says so", () => {
      expect(taken(idling({ idleFps: null }), still(10), 2000)).toHaveLength(10);
    });

    it("lets a picture that cannot be painted through, to fail where it is judged", () => {
      expect(taken(idling(), [-1, -1], 2000)).toEqual([0, 1]);
    });
  });

  it("wakes whoever waits for a frame, and whoever waits when it closes", async () => {
    const { gate, frame } = gateWithLog();
    const waiting = gate.waiting();
    gate.offer(frame(0));
    await waiting;
    await gate.waiting();
    gate.take(0);
    const forever = gate.waiting();
    gate.close();
    await forever;
    await gate.waiting();
  });

  it("lets everything go as `shutdown` once it is closed", () => {
    const { gate, dropped, released, frame } = gateWithLog();
    gate.offer(frame(0));
    gate.close();
    gate.offer(frame(70));
    expect(gate.take(70)).toBeUndefined();
    expect(dropped).toEqual([
      [1, "shutdown"],
      [2, "shutdown"],
    ]);
    expect(released).toEqual([1, 2]);
  });

  it("accounts for every frame: in = taken + dropped by reason + held, each released once, whatever happens", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("offer" as const), wait: fc.integer({ min: 0, max: 400 }) }),
      fc.record({ kind: fc.constant("take" as const), wait: fc.integer({ min: 0, max: 400 }) }),
      fc.record({ kind: fc.constant("observe" as const), wait: fc.integer({ min: 0, max: 600 }) }),
      fc.record({ kind: fc.constant("idle" as const), wait: fc.integer({ min: 0, max: 1 }) }),
      fc.record({ kind: fc.constant("pace" as const), wait: fc.integer({ min: 1, max: 60 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.boolean(), (steps, closes) => {
        const { gate, dropped, released, frame } = gateWithLog();
        let now = 0;
        let offered = 0;
        let taken = 0;
        for (const { kind, wait } of steps) {
          if (kind === "observe") gate.observe(wait);
          else if (kind === "pace") gate.pace(wait);
          else if (kind === "idle") gate.idle(wait === 1);
          else now += wait;
          if (kind === "offer") {
            offered += 1;
            gate.offer(frame(now - (wait % 7), wait % 11 === 0 ? -1 : 100 + (wait % 3) * 4));
          }
          if (kind === "take") {
            const given = gate.take(now);
            if (given) {
              taken += 1;
              expect(now - given.capturedAt).toBeLessThanOrEqual(settings.maxFrameAgeMs);
            }
          }
        }
        if (closes) gate.close();
        const { in: entered, taken: counted, held, ...drops } = gate.counts;
        const lost = Object.values(drops).reduce((sum, count) => sum + count, 0);
        expect(entered).toBe(offered);
        expect(counted).toBe(taken);
        expect(entered).toBe(counted + lost + (held ? 1 : 0));
        expect(dropped).toHaveLength(lost);
        expect(released).toHaveLength(lost);
        expect(new Set(released).size).toBe(lost);
      }),
    );
  });
});
