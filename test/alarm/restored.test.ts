import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CameraAlarm, type KeptAlarm } from "../../src/alarm/alarm.ts";
import { alarmSchema, cameraSchema } from "../../src/config/schema.ts";
import type { Person } from "../../src/vision/person.ts";
import { person } from "../fakes/people.ts";

const FRAME_MS = 1000 / 15;
const camera = cameraSchema.parse({ name: "hall", url: "file:///x" });
const config = alarmSchema.parse({ stoodBefore: 0 });

function play(alarm: CameraAlarm, people: () => Person[], fromS: number, toS: number): void {
  for (let at = fromS * 1000; at < toS * 1000; at += FRAME_MS) alarm.decide(people(), { at, wallTime: at });
}
const at = (s: number) => ({ at: s * 1000, wallTime: s * 1000 });

function kept(): readonly KeptAlarm[] {
  const before = new CameraAlarm(camera, config, "old-");
  play(before, () => [person("falling")], 0, 0.6);
  play(before, () => [person("fallen")], 0.6, 3);
  return before.open;
}

/** A run after the one of `kept`, on a clock that starts again. */
function restored(): CameraAlarm {
  const alarm = new CameraAlarm(camera, config, "new-");
  alarm.restore(kept());
  return alarm;
}

describe("a restored alarm", () => {
  it("is refused its reset before a picture was judged", () => {
    expect(restored().refusal("old-hall-1", at(0))).toContain("has judged no picture since the start");
  });

  it("is reset once the camera has seen an empty view for clearAfterS, not sooner", () => {
    const alarm = restored();
    play(alarm, () => [], 10, 11.5);
    expect(alarm.refusal("old-hall-1", at(11.5))).toContain("has not been free of people lying for 2 s");
    play(alarm, () => [], 11.5, 12.3);
    expect(alarm.reset("old-hall-1", "ada", at(12.3))).toMatchObject({ ok: true, changes: [{ kind: "cleared" }] });
    expect(alarm.open).toEqual([]);
  });

  it("is refused its reset while anybody lies in view, though not by whom it was caused", () => {
    const alarm = restored();
    play(alarm, () => [person("fallen", { track: 9, x: 0.2 })], 10, 13);
    expect(alarm.refusal("old-hall-1", at(13))).toContain("free of people lying");
  });

  it("is not held by somebody who stands", () => {
    const alarm = restored();
    play(alarm, () => [person("upright")], 10, 13);
    expect(alarm.refusal("old-hall-1", at(13))).toBeUndefined();
  });

  it("is refused its reset when the camera went blind again, and after that needs the whole time anew", () => {
    const alarm = restored();
    play(alarm, () => [], 10, 13);
    expect(alarm.refusal("old-hall-1", at(16))).toMatch(/camera hall has judged no picture for [23]\.\d s/);
    play(alarm, () => [], 16, 17);
    expect(alarm.refusal("old-hall-1", at(17))).toContain("free of people lying");
  });

  it("does not share its id with a new one", () => {
    const alarm = restored();
    play(alarm, () => [person("falling")], 10, 10.6);
    expect(alarm.open.map(({ id }) => id)).toEqual(["old-hall-1", "new-hall-1"]);
  });
});

describe("the wall clock", () => {
  const POSES = ["upright", "falling", "fallen", "low"] as const;
  /** Kinds and times of the changes of a scene, whatever the wall clock says. */
  const decisions = (poses: readonly (typeof POSES)[number][], wall: (frame: number) => number) => {
    const alarm = new CameraAlarm(camera, config);
    return poses.flatMap((pose, i) =>
      Array.from({ length: 8 }, (_, k) => {
        const frame = i * 8 + k;
        return alarm.decide([person(pose)], { at: frame * FRAME_MS, wallTime: wall(frame) });
      }).flatMap((changes) => changes.map(({ kind, at, alarm: id, tier }) => ({ kind, at, id, tier }))),
    );
  };

  it("may jump back and forth a hundred times without changing a decision", () => {
    let alarms = 0;
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...POSES), { minLength: 20, maxLength: 40 }),
        fc.array(fc.integer({ min: -1e12, max: 1e12 }), { minLength: 100, maxLength: 100 }),
        (poses, jumps) => {
          const steady = decisions(poses, (frame) => frame * FRAME_MS);
          alarms += steady.length;
          expect(decisions(poses, (frame) => jumps[frame % jumps.length] as number)).toEqual(steady);
        },
      ),
      { numRuns: 100, seed: 1 },
    );
    expect(alarms).toBeGreaterThan(100);
  });
});
