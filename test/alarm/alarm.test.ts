import { describe, expect, it } from "vitest";
import { CameraAlarm } from "../../src/alarm/alarm.ts";
import { alarmSchema, type CameraConfig, cameraSchema } from "../../src/config/schema.ts";
import type { Person } from "../../src/vision/person.ts";
import { person } from "../fakes/people.ts";

const FRAME_MS = 1000 / 15;
// Votes of the test's own, whatever is shipped. Most scenes begin with the fall; that somebody stood before has tests of its own.
const config = alarmSchema.parse({
  stoodBefore: 0,
  minScore: 0.4,
  tier1: { score: 0.5, needed: 3, asked: 5 },
  tier2: { score: 0.5, needed: 8, asked: 12 },
  confirmAfterS: 0.8,
});

const scenes = {
  upright: () => [person("upright")],
  falling: () => [person("falling")],
  fallen: () => [person("fallen")],
  low: () => [person("low")],
  empty: () => [],
} satisfies Record<string, () => Person[]>;

/** Plays scenes of so many seconds at 15 frames/s and writes down what changed, when. */
class Stage {
  readonly alarm: CameraAlarm;
  readonly timeline: { kind: string; s: number }[] = [];
  #frame = 0;

  constructor(camera: Partial<CameraConfig> = {}, alarm: Partial<typeof config> = {}) {
    this.alarm = new CameraAlarm(
      { ...cameraSchema.parse({ name: "hall", url: "file:///x" }), ...camera },
      { ...config, ...alarm },
    );
  }

  get now() {
    return { at: this.#frame * FRAME_MS, wallTime: this.#frame * FRAME_MS };
  }

  /** No frame comes. */
  blind(seconds: number): this {
    this.#frame += Math.round(seconds * 15);
    return this;
  }

  play(scene: keyof typeof scenes | (() => Person[]), seconds: number): this {
    const people = typeof scene === "string" ? scenes[scene] : scene;
    for (let i = 0; i < seconds * 15; i += 1) {
      this.#frame += 1;
      for (const change of this.alarm.decide(people(), this.now)) {
        this.timeline.push({ kind: change.kind, s: Math.round(change.at / 100) / 10 });
      }
    }
    return this;
  }

  get kinds(): string[] {
    return this.timeline.map((step) => step.kind);
  }
}

describe("an alarm", () => {
  it("is suspected after three falling frames and confirmed once the person has stayed down", () => {
    const stage = new Stage().play("upright", 2).play("falling", 0.6).play("fallen", 3);
    expect(stage.timeline).toEqual([
      { kind: "suspected", s: 2.2 },
      { kind: "confirmed", s: 3 },
    ]);
  });

  it("says why, in words and numbers", () => {
    const stage = new Stage().play("falling", 0.6);
    expect(stage.alarm.open[0]?.why).toMatchObject({ votes: 3, asked: 3, dropSpeed: expect.closeTo(0.8) });
    expect(stage.alarm.open[0]?.why.text).toBe(
      "falling in 3 of 3 frames, torso 50° from upright, dropping 0.8 picture heights/s",
    );
  });

  it("is not raised by one or two falling frames", () => {
    expect(
      new Stage()
        .play("upright", 1)
        .play("falling", 2 / 15)
        .play("upright", 3).kinds,
    ).toEqual([]);
  });

  it("becomes a near miss when the person gets up within the grace period", () => {
    const stage = new Stage().play("falling", 0.4).play("upright", 2);
    expect(stage.kinds).toEqual(["suspected", "recovered"]);
    expect(stage.alarm.open).toEqual([]);
  });

  it("is no near miss while somebody on the ground looks upright in every other frame", () => {
    let frame = 0;
    const flickering = () => (frame++ % 2 === 0 ? [person("fallen")] : [person("upright")]);
    const stage = new Stage(
      {},
      { tier1: { score: 0.5, needed: 2, asked: 5 }, tier2: { score: 0.5, needed: 3, asked: 6 } },
    );
    expect(stage.play("falling", 0.4).play(flickering, 1.5).kinds).toEqual(["suspected", "confirmed"]);
  });

  it("is cleared without confirmation when the suspicion neither holds nor resolves", () => {
    expect(new Stage().play("falling", 0.4).play("low", 4).kinds).toEqual(["suspected", "cleared"]);
  });

  it("is cleared when the suspected person leaves the view", () => {
    expect(new Stage().play("falling", 0.4).play("empty", 5).kinds).toEqual(["suspected", "cleared"]);
  });

  it("is raised as down for somebody who lies there without a seen fall, after its own dwell", () => {
    const stage = new Stage().play("fallen", 13);
    expect(stage.timeline).toEqual([{ kind: "down", s: 10.1 }]);
  });

  it("is not raised for a fall of somebody who never stood", () => {
    const hall = () => new Stage({}, { stoodBefore: 3 }).play("empty", 3);
    expect(hall().play("falling", 1).play("fallen", 3).kinds).toEqual([]);
    expect(hall().play("upright", 0.2).play("falling", 0.5).kinds).toEqual(["suspected"]);
  });

  it("is raised for somebody who falls as the camera begins to see, or sees again: nobody knows that they did not stand", () => {
    expect(new Stage({}, { stoodBefore: 3 }).play("falling", 0.5).kinds).toEqual(["suspected"]);
    const away = new Stage({}, { stoodBefore: 3 }).play("empty", 5).blind(2).play("falling", 0.5);
    expect(away.kinds).toEqual(["suspected"]);
    const hiccup = new Stage({}, { stoodBefore: 3 }).play("empty", 5).blind(1).play("falling", 0.5);
    expect(hiccup.kinds).toEqual([]);
  });

  it("needs a better look at somebody whose past is unknown than at somebody who stood", () => {
    const unsure = (pose: "upright" | "falling") => () => [person(pose, { score: 0.65 })];
    expect(new Stage({}, { stoodBefore: 3 }).play(unsure("falling"), 1.5).kinds).toEqual([]);
    const known = new Stage({}, { stoodBefore: 3 }).play(unsure("upright"), 1).play(unsure("falling"), 0.5);
    expect(known.kinds).toEqual(["suspected"]);
  });

  it("is not raised by clutter that is taken for a person now and then", () => {
    const clutter = (pose: "falling" | "fallen") => () => [person(pose, { score: 0.3 })];
    expect(new Stage().play(clutter("falling"), 2).play(clutter("fallen"), 13).kinds).toEqual([]);
  });

  it("needs a better look at somebody who lies there than at somebody who falls", () => {
    const unsure = (pose: "falling" | "fallen") => () => [person(pose, { score: 0.45 })];
    expect(new Stage().play(unsure("fallen"), 13).kinds).toEqual([]);
    expect(new Stage().play(unsure("falling"), 0.5).play(unsure("fallen"), 2).kinds).toEqual([
      "suspected",
      "confirmed",
    ]);
  });

  it("follows a track that breaks on landing", () => {
    const stage = new Stage()
      .play("falling", 0.4)
      .play("empty", 0.3)
      .play(() => [person("fallen", { track: 2, y: 0.6 })], 3);
    expect(stage.kinds).toEqual(["suspected", "confirmed"]);
    expect(stage.alarm.open).toHaveLength(1);
  });

  it("stays with its track while that is out of sight for a moment, whoever turns up beside it", () => {
    const bystander = person("upright", { track: 2, y: 0.6 });
    const stage = new Stage()
      .play("falling", 0.4)
      .play(() => [person("falling", { coasting: true, score: 0 }), bystander], 0.6)
      .play(() => [person("fallen"), bystander], 2);
    expect(stage.kinds).toEqual(["suspected", "confirmed"]);
    expect(stage.alarm.open.map(({ track }) => track)).toEqual([1]);
  });

  it("remembers that somebody stood when the track breaks before anything was suspected", () => {
    const broken = (gapS: number) =>
      new Stage({}, { stoodBefore: 3 })
        .play("empty", 2)
        .play("upright", 1)
        .play("empty", gapS)
        .play(() => [person("falling", { track: 2, y: 0.55 })], 0.5);
    expect(broken(0.4).kinds).toEqual(["suspected"]);
    expect(broken(2).kinds).toEqual([]);
  });

  it("remembers so, too, while the tracker still waits for the broken track", () => {
    const waitedFor = person("upright", { coasting: true, score: 0 });
    const stage = new Stage({}, { stoodBefore: 3 }).play("empty", 2).play("upright", 1);
    expect(stage.play(() => [waitedFor, person("falling", { track: 2, y: 0.55 })], 0.5).kinds).toEqual(["suspected"]);
  });

  it("does not take somebody who turns up elsewhere for the one who stood", () => {
    const stage = new Stage({}, { stoodBefore: 3 }).play("empty", 2).play("upright", 1).play("empty", 0.4);
    expect(stage.play(() => [person("falling", { track: 2, x: 0.1 })], 0.5).kinds).toEqual([]);
  });

  it("goes on trusting somebody who was seen well at first and is seen badly now", () => {
    const badly = (pose: "upright" | "falling") => () => [person(pose, { score: 0.25 })];
    const stage = new Stage().play("upright", 1).play(badly("upright"), 1.5);
    expect(stage.play(badly("falling"), 0.5).kinds).toEqual(["suspected"]);
  });

  it("is not raised by frames in which hardly anybody is seen", () => {
    expect(new Stage().play("upright", 1).play(() => [person("falling", { score: 0.15 })], 0.5).kinds).toEqual([]);
  });

  it("is not raised by falling frames that are few among those in which the person is not seen", () => {
    let frame = 0;
    const flickering = () => [person("falling", { coasting: frame++ % 3 !== 0 })];
    expect(new Stage().play("upright", 1).play(flickering, 3).kinds).toEqual([]);
  });

  it("is raised for each of two people who fall", () => {
    const both = (pose: "falling" | "fallen") => () => [
      person(pose, { track: 1, x: 0.2 }),
      person(pose, { track: 2, x: 0.8 }),
    ];
    const stage = new Stage().play(both("falling"), 0.6).play(both("fallen"), 2);
    expect(stage.kinds).toEqual(["suspected", "suspected", "confirmed", "confirmed"]);
    expect(new Set(stage.alarm.open.map((alarm) => alarm.id)).size).toBe(2);
  });

  it("is raised again for a second fall of somebody who got up, while the first still waits for its reset", () => {
    const stage = new Stage()
      .play("falling", 0.6)
      .play("fallen", 2)
      .play("upright", 4)
      .play("falling", 0.6)
      .play("fallen", 2);
    expect(stage.kinds).toEqual(["suspected", "confirmed", "suspected", "confirmed"]);
    expect(stage.alarm.open).toHaveLength(2);
  });

  it("gives the same changes for the same people at the same times", () => {
    const run = () => new Stage().play("upright", 1).play("falling", 0.5).play("fallen", 3).timeline;
    expect(run()).toEqual(run());
  });

  it("is confirmed though the person is hardly seen any more on the floor, but not when they may have left", () => {
    const down = (x: number) => {
      const coasting = () => [person("fallen", { x, coasting: true, score: 0 })];
      return new Stage()
        .play("upright", 1)
        .play(() => [person("fallen", { x, posture: scenes.falling()[0]!.posture })], 0.7)
        .play(coasting, 1.5);
    };
    expect(down(0.5).kinds).toEqual(["suspected", "confirmed"]);
    expect(down(0.15).kinds).toEqual(["suspected"]);
  });

  it("is not confirmed for somebody who is not seen any more before they lie", () => {
    const coasting = () => [person("falling", { coasting: true, score: 0 })];
    expect(new Stage().play("upright", 1).play("falling", 0.3).play(coasting, 2).kinds).toEqual(["suspected"]);
  });

  it("ignores coasting people: a predicted position is no evidence", () => {
    expect(new Stage().play(() => [person("falling", { coasting: true })], 3).kinds).toEqual([]);
  });
});

describe("a confirmed alarm", () => {
  const fallen = () => new Stage().play("falling", 0.6).play("fallen", 2);

  it("latches: it stays when the person has got up", () => {
    const stage = fallen().play("upright", 60);
    expect(stage.alarm.open).toMatchObject([{ kind: "confirmed", tier: 2, persists: false }]);
  });

  it("refuses a reset while the person lies there, and says why", () => {
    const stage = fallen();
    const [alarm] = stage.alarm.open;
    expect(stage.alarm.reset(alarm?.id ?? "", "ada", stage.now)).toMatchObject({
      ok: false,
      reason: expect.stringContaining("track 1"),
    });
    expect(stage.alarm.open).toHaveLength(1);
  });

  it("is cleared by a reset once the person has been up for clearAfterS", () => {
    const stage = fallen().play("upright", 2.5);
    const result = stage.alarm.reset(stage.alarm.open[0]?.id ?? "", "ada", stage.now);
    expect(result).toMatchObject({ ok: true, changes: [{ kind: "cleared", why: { text: "reset by ada" } }] });
    expect(stage.alarm.open).toEqual([]);
  });

  it("is acknowledged once, by name, and stays open", () => {
    const stage = fallen();
    const id = stage.alarm.open[0]?.id ?? "";
    expect(stage.alarm.acknowledge(id, "ada", stage.now)).toMatchObject([{ kind: "acknowledged" }]);
    expect(stage.alarm.acknowledge(id, "bob", stage.now)).toEqual([]);
    expect(stage.alarm.open).toMatchObject([{ acknowledgedBy: "ada" }]);
  });

  it("clears by itself only where latching is switched off", () => {
    const stage = new Stage({}, { latching: false }).play("falling", 0.6).play("fallen", 2).play("upright", 4);
    expect(stage.kinds).toEqual(["suspected", "confirmed", "cleared"]);
  });
});
