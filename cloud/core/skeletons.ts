import { known } from "./counting.ts";
import { event } from "./events.ts";
import type { Incident } from "./incident.ts";
import { Refusal } from "./refusal.ts";
import type { Store } from "./store.ts";

/** A person's joints in the seconds before one change, to be replayed. */
export interface Track {
  readonly event: string;
  readonly kind: string;
  /** Of the deciding frame, ms since 1970 by the device's clock. */
  readonly capturedAt: number;
  /** ms between two poses. */
  readonly stepMs: number;
  /** How long before the deciding frame the last pose was seen, ms. */
  readonly endsMsBefore: number;
  /** Oldest first; of each 17 × (x, y, visibility) in COCO order, x and y in 0..1 of the picture; null: not seen. */
  readonly poses: readonly (readonly (number | null)[])[];
}

/** Numbers of one pose. */
const POSE = 17 * 3;

/** One per change that carried a skeleton, in the order of the changes. */
export async function skeletons(ports: { readonly store: Store }, incident: Incident): Promise<Track[]> {
  const { tenant, device, steps } = incident;
  const found = await Promise.all(
    steps
      .filter(({ skeleton }) => skeleton)
      .map(async (step) => {
        const { body } = await event(ports, tenant, device, step.event);
        if (body.type !== "fallChange" || !body.skeleton) return undefined;
        const { stepMs, endsMsBefore, poses } = body.skeleton;
        return {
          event: step.event,
          kind: step.kind,
          capturedAt: step.wallMs - (step.frameAgeMs ?? 0),
          stepMs,
          endsMsBefore,
          poses: posesOf(poses),
        };
      }),
  );
  const tracks = found.filter((track) => track !== undefined);
  if (tracks.length === 0)
    throw new Refusal("not-found", `incident ${incident.id}: its device told no skeleton; see its steps`);
  return tracks;
}

/** To 1/1000: what the wire carries. */
function posesOf(numbers: Float32Array): (number | null)[][] {
  return Array.from({ length: numbers.length / POSE }, (_, pose) =>
    Array.from(numbers.subarray(pose * POSE, (pose + 1) * POSE), (value) => known(Math.round(value * 1000) / 1000)),
  );
}
