import type { Body, CameraState, FallChange, ReceiptEntry } from "../../src/event/event.ts";
import { type Course, figure } from "./figure.ts";
import type { Random } from "./random.ts";

/** What a camera watches. */
export interface Scene {
  readonly camera: string;
  readonly zone: string;
  readonly machine: string;
}

/** How often things happen, ms between two on average; Infinity: never. */
export interface Rates {
  readonly incidentMs: number;
  readonly troubleMs: number;
  /** Exactly. */
  readonly heartbeatMs: number;
  /** How busy the hall is at a time (ms since 1970), 0..1; incidents come in proportion. */
  readonly busy?: (at: number) => number;
}

/** Something that a camera has to say. */
export interface Said {
  /** ms since the story's start. */
  readonly atMs: number;
  readonly body: Body;
}

const BLIND = [
  "covered: the picture is uniform; clean the lens",
  "no picture for 900 ms; see camera and cable",
] as const;
const DEGRADED = ["slow: decisions take 312 ms, the budget is 250 ms", "dark: few keypoints are found"] as const;
const NAMES = ["Ada", "Ben", "Chiara", "Deniz", "Eva", "Farid"] as const;
const VERSION = "0.1.0";
const MODELS = ["eyes@1", "fall@1"];
const FRAMES_PER_S = 10;

/**
 * What one camera says from `startedAt` (ms since 1970) on, in order, without end: heartbeats, falls, near misses, suspicions that come to
 * nothing, and times in which it does not see. The same for the same random source.
 */
export function* story(random: Random, scene: Scene, rates: Rates, startedAt: number): Generator<Said, never> {
  const pending: Said[] = [];
  let beatAt = random.between(0, rates.heartbeatMs);
  let incidentAt = random.gap(rates.incidentMs);
  let troubleAt = random.gap(rates.troubleMs);
  let state: CameraState["state"] = "armed";
  let count = 0;
  const add = (said: readonly Said[]) => {
    pending.push(...said);
    pending.sort((a, b) => a.atMs - b.atMs);
  };
  for (;;) {
    const next = pending[0]?.atMs ?? Number.POSITIVE_INFINITY;
    const soonest = Math.min(next, beatAt, incidentAt, troubleAt);
    if (soonest === next) {
      const said = pending.shift() as Said;
      if (said.body.type === "cameraState") state = said.body.state;
      yield said;
    } else if (soonest === beatAt) {
      yield { atMs: beatAt, body: heartbeat(random, scene, state, beatAt, rates.heartbeatMs) };
      beatAt += rates.heartbeatMs;
    } else if (soonest === incidentAt) {
      // Who does not see tells of no falls.
      const seen = state === "armed" || state === "degraded";
      if (seen && random.chance(rates.busy?.(startedAt + incidentAt) ?? 1)) {
        count += 1;
        add(incident(random, scene, `${scene.camera}-${count}`, incidentAt));
      }
      incidentAt += random.gap(rates.incidentMs);
    } else {
      const lastsMs = random.between(15_000, 240_000);
      add(trouble(random, scene, troubleAt, lastsMs));
      troubleAt += lastsMs + random.gap(rates.troubleMs);
    }
  }
}

function heartbeat(
  random: Random,
  { camera }: Scene,
  state: CameraState["state"],
  atMs: number,
  everyMs: number,
): Body {
  const p50 = random.between(35, 60);
  const health = { camera, state, decisionP50Ms: p50, decisionP99Ms: p50 * random.between(1.5, 3) };
  const superseded = Math.floor(random.between(0, 6));
  const frames = { decided: Math.round((everyMs / 1000) * FRAMES_PER_S) - superseded, superseded };
  return {
    type: "heartbeat",
    uptimeS: Math.round(atMs / 1000),
    version: VERSION,
    models: MODELS,
    cameras: [{ ...health, frames }],
    outboxEvents: 0,
    outboxOldestS: 0,
  };
}

function trouble(random: Random, { camera }: Scene, atMs: number, lastsMs: number): Said[] {
  const blind = random.chance(0.4);
  const reason = random.pick(blind ? BLIND : DEGRADED);
  const say = (at: number, state: CameraState["state"], why: string): Said => ({
    atMs: at,
    body: { type: "cameraState", camera, state, reason: why },
  });
  return [say(atMs, blind ? "blind" : "degraded", reason), say(atMs + lastsMs, "armed", "")];
}

function incident(random: Random, scene: Scene, alarm: string, atMs: number): Said[] {
  const chance = random.next();
  const change = (at: number, kind: FallChange["kind"], more: Partial<FallChange> = {}): Said => ({
    atMs: at,
    body: changeOf(random, scene, alarm, kind, more),
  });
  const answered = (at: number, actuator: string): Said => ({
    atMs: at,
    body: { type: "actionReceipts", alarm, ...place(scene), receipts: [receipt(random, actuator)] },
  });
  const skeleton = (course: Course) => ({ skeleton: figure(random, course) });
  const course = chance < 0.5 ? "gets up" : "falls";
  const suspected = [change(atMs, "suspected", skeleton(course)), answered(atMs + 150, "beacon")];
  if (chance < 0.2)
    return [...suspected, change(atMs + 3_000, "cleared", because("left the view before the fall could be confirmed"))];
  if (chance < 0.5) return [...suspected, change(atMs + random.between(900, 2_500), "recovered", skeleton(course))];
  const found = chance >= 0.95;
  const fellAt = found ? atMs : atMs + random.between(1_200, 2_500);
  const fall = change(fellAt, found ? "down" : "confirmed", skeleton(found ? "lies" : course));
  // Half of them are seen at the machine at once; of the others only the cloud's people know at first.
  const who = random.pick(NAMES);
  const noticedAt = fellAt + (random.chance(0.5) ? random.between(8_000, 60_000) : random.between(150_000, 400_000));
  return [
    ...(found ? [] : suspected),
    fall,
    answered(fellAt + 120, "stop"),
    change(noticedAt, "acknowledged", because(`acknowledged by ${who}`)),
    change(noticedAt + random.between(10_000, 90_000), "cleared", because(`reset by ${who}`)),
  ];
}

const place = ({ camera, zone }: Scene) => ({ camera, zone });
const because = (text: string) => ({ why: { ...NO_NUMBERS, text } });
const NO_NUMBERS = {
  ...{ votes: 0, asked: 0, fall: 0, fallen: 0, lying: 0, visible: 0 },
  ...{ torsoAngle: Number.NaN, dropSpeed: Number.NaN },
};

function changeOf(
  random: Random,
  scene: Scene,
  alarm: string,
  kind: FallChange["kind"],
  more: Partial<FallChange>,
): FallChange {
  const tier = kind === "suspected" ? 1 : kind === "confirmed" || kind === "down" ? 2 : undefined;
  const asked = tier === 2 ? 15 : 6;
  const score = random.between(0.7, 0.98);
  const lying = tier === 2 ? random.between(0.7, 0.97) : random.between(0.1, 0.4);
  const why = {
    ...{ votes: Math.round(asked * random.between(0.6, 1)), asked, fall: score, fallen: lying, lying, text: "" },
    ...{
      torsoAngle: tier === 2 ? random.between(65, 88) : random.between(35, 60),
      dropSpeed: random.between(0.5, 1.4),
    },
    visible: 13 + Math.floor(random.between(0, 5)),
  };
  const stages = {
    ...{ decode: random.between(3, 7), wait: random.between(0, 4), paint: random.between(1, 2) },
    ...{ eyes: random.between(18, 35), track: 0.2, fall: random.between(1, 3), decide: 0.1 },
  };
  return {
    type: "fallChange",
    ...{ kind, tier, ...scene, track: 1 + Math.floor(random.between(0, 40)), alarm },
    ...{ frameAgeMs: random.between(40, 90), score, why, stages, receipts: [], skeleton: undefined },
    ...more,
  };
}

function receipt(random: Random, actuator: string): ReceiptEntry {
  const writtenMs = random.between(1, 4);
  const command = { actuator, state: "active", writtenMs } as const;
  const chance = random.next();
  if (chance < 0.02)
    return { ...command, outcome: "failed", confirmedMs: Number.NaN, detail: "no answer within 200 ms; see the PLC" };
  if (chance < 0.05) return { ...command, outcome: "late", confirmedMs: 310, detail: "read back after 310 ms" };
  return { ...command, outcome: "confirmed", confirmedMs: writtenMs + random.between(3, 25), detail: "" };
}
