import type { CameraConfig, ZoneConfig } from "../config/schema.ts";
import type { Person } from "../vision/person.ts";

/** Where a person is, and what that place asks for. */
export interface Place {
  readonly name: string;
  readonly kind: ZoneConfig["kind"];
  readonly machine: string | undefined;
  readonly tier1: readonly string[];
  readonly tier2: readonly string[];
}

type Point = readonly [number, number];

/** Name of the place that is the whole picture, outside every zone. */
export const WHOLE_PICTURE = "picture";

const LEFT_HIP = 11;
const RIGHT_HIP = 12;
const VISIBLE = 0.3;

/** Even-odd rule (Shimrat 1962, ACM Algorithm 112). Points and corners in 0..1 of the picture. */
export function contains(polygon: readonly Point[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i] as Point;
    const [xj, yj] = polygon[j] as Point;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** The middle of the hips, or of the box where no hip is visible: it stays on the body when the body lies. */
export function hipPoint(person: Person): Point {
  const k = person.keypoints;
  let x = 0;
  let y = 0;
  let weight = 0;
  for (const hip of [LEFT_HIP, RIGHT_HIP]) {
    if ((k[hip * 3 + 2] as number) < VISIBLE) continue;
    x += k[hip * 3] as number;
    y += k[hip * 3 + 1] as number;
    weight += 1;
  }
  if (weight > 0) return [x / weight, y / weight];
  return [(person.box.x1 + person.box.x2) / 2, (person.box.y1 + person.box.y2) / 2];
}

/** Share of the body inside the polygon, 0..1: of its visible keypoints and a 3 × 3 grid over its box. */
export function bodyShare(polygon: readonly Point[], person: Person): number {
  const { box, keypoints } = person;
  let inside = 0;
  let asked = 0;
  for (let k = 0; k < 17; k += 1) {
    if ((keypoints[k * 3 + 2] as number) < VISIBLE) continue;
    asked += 1;
    if (contains(polygon, keypoints[k * 3] as number, keypoints[k * 3 + 1] as number)) inside += 1;
  }
  for (let i = 0; i < 9; i += 1) {
    const x = box.x1 + (box.x2 - box.x1) * (0.2 + 0.3 * (i % 3));
    const y = box.y1 + (box.y2 - box.y1) * (0.2 + 0.3 * Math.floor(i / 3));
    asked += 1;
    if (contains(polygon, x, y)) inside += 1;
  }
  return inside / asked;
}

/**
 * Finds the place of a person among a camera's zones.
 *
 * `ignore` and `rest` excuse somebody only when the hip and at least half of the body are inside: what switches
 * protection off must be certain. `machine` protects as soon as the hip or a quarter of the body is inside, `monitor` with the hip or
 * half. The first kind that fits counts, in this order; nobody is outside everything: the whole picture is the last place.
 */
export function placeOf(person: Person, camera: CameraConfig): Place {
  const hip = hipPoint(person);
  const fitting = (kind: ZoneConfig["kind"]): ZoneConfig | undefined =>
    camera.zones.find((zone) => {
      if (zone.kind !== kind || !zone.enabled) return false;
      const hipInside = contains(zone.polygon, hip[0], hip[1]);
      if (kind === "machine" || kind === "monitor") {
        return hipInside || bodyShare(zone.polygon, person) >= (kind === "machine" ? 0.25 : 0.5);
      }
      return hipInside && bodyShare(zone.polygon, person) >= 0.5;
    });
  const zone = fitting("ignore") ?? fitting("rest") ?? fitting("machine") ?? fitting("monitor");
  if (zone) return { ...zone, machine: zone.machine };
  return { name: WHOLE_PICTURE, kind: "monitor", machine: undefined, tier1: camera.tier1, tier2: camera.tier2 };
}
