import { describe, expect, it } from "vitest";
import { Ladder } from "../../src/frames/ladder.ts";

/** Judges `fps` frames a second from `from` for `seconds`; the rungs that were reached, with their times in s. */
function drive(ladder: Ladder, from: number, seconds: number, decisionMs: number, fps = 15) {
  const steps: { atS: number; fps: number; tier: number }[] = [];
  for (let k = 0; k <= seconds * fps; k += 1) {
    const at = from + (k * 1000) / fps;
    if (ladder.judged(at, decisionMs)) {
      const { fps: rate, tier } = ladder.rung;
      steps.push({ atS: Math.round(at / 1000), fps: rate, tier });
    }
  }
  return steps;
}

const camera = { fps: 20, latencyBudgetMs: 200 };

describe("the overload ladder", () => {
  it("stays on the top rung, without a reason, while decisions are in time", () => {
    const ladder = new Ladder(camera, 3);
    expect(drive(ladder, 0, 60, 120)).toEqual([]);
    expect(ladder.rung).toEqual({ fps: 20, tier: 0, reason: "" });
  });

  it("halves the rate first, then walks down the model tiers, and says why", () => {
    const ladder = new Ladder(camera, 3);
    expect(drive(ladder, 0, 20, 300)).toEqual([
      { atS: 2, fps: 10, tier: 0 },
      { atS: 4, fps: 10, tier: 1 },
      { atS: 6, fps: 10, tier: 2 },
    ]);
    expect(ladder.rung.reason).toMatch(
      /^reduced to 10 fps, model tier 2: \d+ late and 0 dropped of \d+ frames in 2 s$/,
    );
  });

  it("never asks for fewer than 8 frames per second", () => {
    const halved = new Ladder({ ...camera, fps: 12 }, 1);
    drive(halved, 0, 10, 300);
    expect(halved.rung.fps).toBe(8);
    const slow = new Ladder({ ...camera, fps: 6 }, 2);
    drive(slow, 0, 10, 300);
    expect(slow.rung).toMatchObject({ fps: 6, tier: 1 });
  });

  it("climbs back a rung after every 10 good seconds", () => {
    const ladder = new Ladder(camera, 2);
    drive(ladder, 0, 5, 300);
    expect(ladder.rung).toMatchObject({ fps: 10, tier: 1 });
    const steps = drive(ladder, 5000, 40, 50);
    expect(steps.map(({ fps, tier }) => [fps, tier])).toEqual([
      [10, 0],
      [20, 0],
    ]);
    expect(steps[1]!.atS - steps[0]!.atS).toBeGreaterThanOrEqual(10);
    expect(ladder.rung.reason).toBe("");
  });

  it("waits twice as long after each step up that did not hold", () => {
    const ladder = new Ladder(camera, 1);
    let now = 0;
    const waits: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (; ladder.rung.fps === 20; now += 66) ladder.judged(now, 300);
      const downAt = now;
      for (; ladder.rung.fps === 10; now += 66) ladder.judged(now, 50);
      waits.push(Math.round((now - downAt) / 1000));
    }
    expect(waits[1]).toBeGreaterThan(waits[0]! * 1.7);
    expect(waits[2]).toBeGreaterThan(waits[1]! * 1.7);
  });

  it("counts frames that the gate lost, but not those above the wanted rate", () => {
    const ladder = new Ladder(camera, 1);
    for (let at = 0; at < 10_000; at += 66) {
      ladder.judged(at, 50);
      ladder.dropped(at, "paced");
      ladder.dropped(at, "shutdown");
    }
    expect(ladder.rung.fps).toBe(20);
    for (let at = 10_000; at < 20_000; at += 66) {
      ladder.judged(at, 50);
      ladder.dropped(at, "superseded");
    }
    expect(ladder.rung).toMatchObject({ fps: 10, reason: expect.stringMatching(/0 late and \d\d dropped/) });
  });

  it("does not move for a single bad moment or for too few frames", () => {
    const ladder = new Ladder(camera, 2);
    for (let at = 0; at < 20_000; at += 66) ladder.judged(at, at > 5000 && at < 5400 ? 400 : 50);
    expect(ladder.rung.reason).toBe("");
    const still = new Ladder(camera, 2);
    for (let at = 0; at < 14_000; at += 2000) still.judged(at, 400);
    expect(still.rung.reason).toBe("");
  });
});
