import {
  type Body,
  CHANGE_KINDS,
  type Event,
  type Evidence,
  FATE_ORDER,
  OUTCOMES,
  type ReceiptEntry,
  type SkeletonTrack,
  STAGE_ORDER,
  SUPERVISION_STATES,
  SYNCS,
  type Trace,
} from "./event.ts";
import { spotter } from "./generated/event.js";
import { hexBytes, idBytes, traceOf } from "./id.ts";
import { packSkeleton } from "./skeleton.ts";

/** Names are cut to this many characters and sentences to that, so that no event outgrows a broker's limit. */
const MAX_NAME = 64;
const MAX_TEXT = 300;
const NOTHING = new Uint8Array(0);
const MAX_UINT32 = 0xffff_ffff;

/** Changes whose sentence `explain` makes from the numbers, so that it need not travel. */
const EXPLAINED = new Set<string>(["suspected", "confirmed", "down"]);

/**
 * An event as bytes of `spotter.v1.Event`. Times are rounded to 0.1 ms, probabilities and speeds to 1/1000, angles to
 * degrees, coordinates as `packSkeleton` says; numbers out of range are held to it. Throws TypeError for an id that is
 * no UUID.
 */
export function encode(event: Event<Body>): Uint8Array {
  const { clock, trace } = event;
  return spotter.v1.Event.encode({
    schema: event.schema,
    id: idBytes(event.id),
    device: name(event.device),
    sequence: event.sequence,
    epoch: event.epoch,
    clock: {
      wallMs: Math.max(0, Math.round(clock.wallMs)),
      monotonicMs: Math.max(0, Math.round(clock.monotonicMs)),
      boot: clock.boot,
      sync: SYNCS.indexOf(clock.sync),
    },
    trace: sameTrace(trace, traceOf(event.id)) ? NOTHING : hexBytes(trace.traceId + trace.parentId),
    resent: event.resent,
    ...body(event.body),
  }).finish();
}

/** The two bytes that set `resent`: a field that comes twice counts as it came last (Protocol Buffers, "Last One Wins"). */
const RESENT = spotter.v1.Event.encode({ resent: true }).finish();

/** Marks encoded bytes as history from the backlog, without decoding them. */
export function markResent(encoded: Uint8Array): Uint8Array {
  const marked = new Uint8Array(encoded.length + RESENT.length);
  marked.set(encoded);
  marked.set(RESENT, encoded.length);
  return marked;
}

function body(of: Body): spotter.v1.Event.$Properties {
  switch (of.type) {
    case "fallChange":
      return {
        fallChange: {
          kind: numbered(CHANGE_KINDS, of.kind),
          tier: of.tier ?? 0,
          camera: name(of.camera),
          zone: name(of.zone),
          machine: name(of.machine),
          track: count(of.track),
          alarm: name(of.alarm),
          frameAgeMs: count(of.frameAgeMs),
          cameraOffsetMs: of.cameraOffsetMs === undefined ? null : Math.round(of.cameraOffsetMs),
          score: permille(of.score),
          why: evidence(of.why, of.kind),
          stageTimes: inOrder(STAGE_ORDER, of.stages, tenths),
          receipts: of.receipts.map(receipt),
          ...(of.skeleton && of.skeleton.steps > 0 ? { skeleton: skeleton(of.skeleton) } : {}),
        },
      };
    case "actionReceipts":
      return {
        actionReceipts: {
          alarm: name(of.alarm),
          camera: name(of.camera),
          zone: name(of.zone),
          receipts: of.receipts.map(receipt),
        },
      };
    case "cameraState":
      return {
        cameraState: {
          camera: name(of.camera),
          state: numbered(SUPERVISION_STATES, of.state),
          reason: text(of.reason),
        },
      };
    case "heartbeat":
      return {
        heartbeat: {
          uptimeS: count(of.uptimeS),
          version: name(of.version),
          models: of.models.map(name),
          cameras: of.cameras.map((camera) => ({
            camera: name(camera.camera),
            state: numbered(SUPERVISION_STATES, camera.state),
            decisionP50: optional(camera.decisionP50Ms, tenths),
            decisionP99: optional(camera.decisionP99Ms, tenths),
            frames: inOrder(FATE_ORDER, camera.frames, count),
          })),
          outboxEvents: count(of.outboxEvents),
          outboxOldestS: count(of.outboxOldestS),
        },
      };
  }
}

function sameTrace(a: Trace, b: Trace): boolean {
  return a.traceId === b.traceId && a.parentId === b.parentId;
}

function evidence(why: Evidence, kind: string): spotter.v1.Why.$Properties {
  return {
    votes: count(why.votes),
    asked: count(why.asked),
    fall: permille(why.fall),
    fallen: permille(why.fallen),
    lying: permille(why.lying),
    torsoAngle: optional(why.torsoAngle, count),
    dropSpeed: optional(why.dropSpeed, (speed) => Math.round(Math.min(1e6, Math.max(-1e6, speed * 1000)))),
    visible: count(why.visible),
    text: EXPLAINED.has(kind) ? "" : text(why.text),
  };
}

function receipt(of: ReceiptEntry): spotter.v1.Receipt.$Properties {
  return {
    actuator: name(of.actuator),
    active: of.state === "active",
    outcome: numbered(OUTCOMES, of.outcome),
    written: optional(of.writtenMs, tenths),
    confirmed: optional(of.confirmedMs, tenths),
    detail: text(of.detail),
  };
}

function skeleton(track: SkeletonTrack): spotter.v1.Skeleton.$Properties {
  return { ...packSkeleton(track), endsMsBefore: count(track.endsMsBefore) };
}

/** Place in the list from 1; 0, which the wire keeps for "unspecified", for anything else. */
function numbered(list: readonly string[], entry: string): number {
  return list.indexOf(entry) + 1;
}

function inOrder<Key extends string>(
  order: readonly Key[],
  values: { readonly [key in Key]?: number },
  rounded: (value: number) => number,
): number[] {
  const list = order.map((key) => rounded(values[key] ?? 0));
  while (list.at(-1) === 0) list.pop();
  return list;
}

/** Nothing for NaN. */
function optional(value: number, rounded: (value: number) => number): number | null {
  return Number.isNaN(value) ? null : rounded(value);
}

/** Rounded into 0..2^32-1; NaN becomes 0. */
function count(value: number): number {
  return Math.min(MAX_UINT32, Math.max(0, Math.round(value) || 0));
}

const permille = (value: number) => count(value * 1000);
const tenths = (milliseconds: number) => count(milliseconds * 10);
const name = (value: string) => value.slice(0, MAX_NAME);
const text = (value: string) => value.slice(0, MAX_TEXT);
