import { writeFileSync } from "node:fs";
import { encode } from "../src/event/encode.ts";
import type { Body, Event, FallChange, SkeletonTrack } from "../src/event/event.ts";
import { EventMaker } from "../src/event/make.ts";

/** Bytes of one event on the wire, and of the same content as JSON. */
export interface Size {
  readonly event: string;
  readonly protobuf: number;
  readonly json: number;
  /** What protobuf must stay within; 0: no goal set. */
  readonly goal: number;
}

/** Sizes of typical events: names of 5-14 characters, a person who falls in 0.7 s with 2 pixels of jitter at 1080p. */
export function sizes(): Size[] {
  const maker = new EventMaker({
    device: "hall-2-north",
    epoch: 1_912_345,
    boot: 93,
    clock: { now: () => 812_345_678, wall: () => Date.UTC(2026, 10, 21, 9, 30) },
    sync: () => "synced",
    sequence: () => 41_233,
  });
  const receipts = ["press-3-stop", "press-3-beacon"].map((actuator) => ({
    actuator,
    state: "active" as const,
    outcome: "confirmed" as const,
    writtenMs: 0.6,
    confirmedMs: 14.2,
    detail: "",
  }));
  const change: FallChange = {
    type: "fallChange",
    kind: "confirmed",
    tier: 2,
    camera: "press-3",
    zone: "infeed",
    machine: "press-3",
    track: 117,
    alarm: "k3f9-press-3-2",
    frameAgeMs: 61,
    cameraOffsetMs: -84,
    score: 0.912,
    why: {
      votes: 9,
      asked: 12,
      fall: 0.812,
      fallen: 0.903,
      lying: 0.951,
      torsoAngle: 78,
      dropSpeed: 0.912,
      visible: 15,
      text: "",
    },
    stages: { decode: 6.8, wait: 1.2, paint: 4.1, eyes: 31.6, track: 0.4, fall: 1.1, decide: 0.1, actuate: 0.6 },
    receipts: [],
    skeleton: undefined,
  };
  const cases: [string, Body, number][] = [
    ["fall change", change, 160],
    ["fall change, two receipts", { ...change, receipts }, 0],
    ["fall change, 3 s of skeleton", { ...change, skeleton: fallingBody() }, 1_500],
    ["fall change, 3 s of skeleton, two receipts", { ...change, skeleton: fallingBody(), receipts }, 1_500],
    [
      "action receipts, two",
      { type: "actionReceipts", alarm: change.alarm, camera: "press-3", zone: "infeed", receipts },
      0,
    ],
    ["camera state", { type: "cameraState", camera: "press-3", state: "blind", reason: "no frame for 0.8 s" }, 0],
    [
      "heartbeat, four cameras",
      {
        type: "heartbeat",
        uptimeS: 812_345,
        version: "0.1.0",
        models: ["spotter-eyes-512x288@1", "spotter-fall@1"],
        cameras: ["press-1", "press-2", "press-3", "press-4"].map((camera) => ({
          camera,
          state: "armed",
          decisionP50Ms: 44.2,
          decisionP99Ms: 71.9,
          frames: { decided: 447, superseded: 2, stale: 1 },
        })),
        outboxEvents: 3,
        outboxOldestS: 4,
      },
      0,
    ],
  ];
  return cases.map(([event, body, goal]) => {
    const made = maker.make(body);
    return { event, protobuf: encode(made).length, json: JSON.stringify(plain(made)).length, goal };
  });
}

/** `npm run bench -- sizes`. */
export function printSizes(options: { json?: string }): void {
  const list = sizes();
  console.table(list);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(list, undefined, 2)}\n`);
}

/** Thirty poses of a person who stands, falls to the side within 0.7 s and lies; the same at every call. */
export function fallingBody(): SkeletonTrack {
  const steps = 30;
  // biome-ignore format: pairs of x and y in COCO order
  const standing = [
    [0, -0.2], [0.008, -0.21], [-0.008, -0.21], [0.018, -0.2], [-0.018, -0.2], [0.04, -0.15], [-0.04, -0.15],
    [0.05, -0.08], [-0.05, -0.08], [0.05, -0.01], [-0.05, -0.01], [0.025, 0], [-0.025, 0], [0.03, 0.1],
    [-0.03, 0.1], [0.03, 0.2], [-0.03, 0.2],
  ] as const;
  const random = lehmer(7);
  const poses: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const fallen = Math.min(1, Math.max(0, (step - 12) / 7));
    const angle = (fallen * fallen * Math.PI) / 2;
    const [hipX, hipY] = [0.5 + 0.002 * Math.min(step, 12) + 0.1 * fallen, 0.55 + 0.18 * fallen * fallen];
    for (const [keypoint, [x, y]] of standing.entries()) {
      const jitter = () => (random() - 0.5) * (4 / 1080);
      poses.push(hipX + (x * Math.cos(angle) - y * Math.sin(angle)) * 0.5625 + jitter());
      poses.push(hipY + x * Math.sin(angle) + y * Math.cos(angle) + jitter());
      poses.push(keypoint === 3 || (keypoint === 9 && fallen > 0.5) ? 0.1 : 0.9);
    }
  }
  return { stepMs: 100, endsMsBefore: 12, steps, poses: Float32Array.from(poses) };
}

/** The event as somebody would write it in JSON: coordinates rounded to 1/1000, unknown numbers as null. */
function plain(event: Event<Body>): unknown {
  return JSON.parse(
    JSON.stringify(event, (_, value) =>
      value instanceof Float32Array ? Array.from(value, (number) => Math.round(number * 1000) / 1000) : value,
    ),
  );
}

/** Park and Miller's minimal standard generator: 0..1, the same numbers for the same seed. */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
