import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CameraAlarm } from "../../src/alarm/alarm.ts";
import { contains, placeOf } from "../../src/alarm/zones.ts";
import { alarmSchema, cameraSchema, zoneSchema } from "../../src/config/schema.ts";
import { person } from "../fakes/people.ts";

const left: [number, number][] = [
  [0, 0],
  [0.5, 0],
  [0.5, 1],
  [0, 1],
];
const camera = (...zones: object[]) =>
  cameraSchema.parse({
    name: "hall",
    url: "file:///x",
    tier1: ["lamp"],
    zones: zones.map((zone) => zoneSchema.parse({ polygon: left, ...zone })),
  });

describe("a zone", () => {
  it("contains exactly the points inside its corners", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (x, y) => {
          fc.pre(Math.abs(x - 0.5) > 1e-6);
          expect(contains(left, x, y)).toBe(x < 0.5);
        },
      ),
    );
  });

  it("holds a lying body by its hip, though the box reaches out of it", () => {
    expect(placeOf(person("fallen", { x: 0.45 }), camera({ name: "aisle" })).name).toBe("aisle");
  });

  it("of a machine protects somebody of whom only a quarter lies inside", () => {
    expect(
      placeOf(person("fallen", { x: 0.55 }), camera({ name: "press", kind: "machine", machine: "press-1" })),
    ).toMatchObject({
      name: "press",
      machine: "press-1",
    });
    expect(placeOf(person("fallen", { x: 0.55 }), camera({ name: "aisle", kind: "monitor" })).name).toBe("picture");
  });

  it("leaves nobody out: outside every zone the whole picture counts, with the camera's own actuators", () => {
    expect(placeOf(person("upright", { x: 0.9 }), camera({ name: "aisle" }))).toMatchObject({
      name: "picture",
      tier1: ["lamp"],
    });
  });

  it("excuses nobody who is only half on the mat", () => {
    const rest = camera({ name: "mat", kind: "rest" });
    expect(placeOf(person("fallen", { x: 0.3 }), rest).kind).toBe("rest");
    expect(placeOf(person("fallen", { x: 0.55 }), rest).kind).toBe("monitor");
  });

  it("that is switched off does not count", () => {
    expect(placeOf(person("fallen", { x: 0.2 }), camera({ name: "mat", kind: "rest", enabled: false })).kind).toBe(
      "monitor",
    );
  });

  it.each([["rest"], ["ignore"]] as const)("of kind %s raises no alarm for somebody who lies in it", (kind) => {
    const alarm = new CameraAlarm(camera({ name: "mat", kind }), alarmSchema.parse({}));
    const changes = Array.from({ length: 150 }, (_, i) =>
      alarm.decide([person("fallen", { x: 0.2 })], { at: i * 66, wallTime: 0 }),
    ).flat();
    expect(changes).toEqual([]);
  });

  it("of kind rest ends a suspicion that comes to lie in it", () => {
    const alarm = new CameraAlarm(camera({ name: "mat", kind: "rest" }), alarmSchema.parse({ stoodBefore: 0 }));
    const kinds = Array.from({ length: 90 }, (_, i) => {
      const who = i < 5 ? person("falling", { x: 0.8 }) : person("fallen", { x: 0.3 });
      return alarm.decide([who], { at: i * 66, wallTime: 0 });
    }).flatMap((changes) => changes.map((change) => change.kind));
    expect(kinds).toEqual(["suspected", "cleared"]);
  });
});
