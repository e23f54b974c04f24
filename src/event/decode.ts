import { DecodeError } from "./errors.ts";
import {
  CHANGE_KINDS,
  type Event,
  type Evidence,
  FATE_ORDER,
  type FallChange,
  OUTCOMES,
  type ReceiptEntry,
  STAGE_ORDER,
  SUPERVISION_STATES,
  SYNCS,
} from "./event.ts";
import { spotter } from "./generated/event.js";
import { hexText, idText, traceOf } from "./id.ts";
import { unpackSkeleton } from "./skeleton.ts";

/** No event is longer: the payload limit of the strictest broker we know (AWS IoT, 128 KB). */
export const MAX_EVENT_BYTES = 131_072;

/**
 * Bytes of `spotter.v1.Event` as an event. Fields and kinds that a newer writer added are passed over.
 * Throws DecodeError, and nothing else, for bytes that are no event.
 */
export function decode(bytes: Uint8Array): Event {
  if (bytes.length > MAX_EVENT_BYTES)
    throw new DecodeError(`event: ${bytes.length} bytes, must be at most ${MAX_EVENT_BYTES}`);
  let event: spotter.v1.Event;
  try {
    event = spotter.v1.Event.decode(bytes);
  } catch (cause) {
    throw new DecodeError(`event: not a spotter.v1.Event (${(cause as Error).message})`, { cause });
  }
  if (event.schema === 0) throw new DecodeError("event: schema is missing; these bytes are no spotter.v1.Event");
  const { clock, trace } = event;
  if (trace.length !== 0 && trace.length !== 24) throw new DecodeError(`trace: ${trace.length} bytes, must be 24`);
  const id = idText(event.id);
  return {
    schema: event.schema,
    id,
    device: event.device,
    sequence: exact(event.sequence, "sequence"),
    epoch: event.epoch,
    clock: {
      wallMs: exact(clock?.wallMs ?? 0, "clock.wall_ms"),
      monotonicMs: exact(clock?.monotonicMs ?? 0, "clock.monotonic_ms"),
      boot: clock?.boot ?? 0,
      sync: SYNCS[clock?.sync ?? 0] ?? "unknown",
    },
    trace:
      trace.length === 0
        ? traceOf(id)
        : { traceId: hexText(trace.subarray(0, 16)), parentId: hexText(trace.subarray(16)) },
    resent: event.resent,
    body: body(event),
  };
}

function body(event: spotter.v1.Event): Event["body"] {
  const { fallChange, actionReceipts, cameraState, heartbeat } = event;
  if (fallChange) return change(fallChange);
  if (actionReceipts) {
    const { alarm, camera, zone, receipts } = actionReceipts;
    return { type: "actionReceipts", alarm, camera, zone, receipts: receipts.map(receipt) };
  }
  if (cameraState) {
    const { camera, state, reason } = cameraState;
    return { type: "cameraState", camera, state: named(SUPERVISION_STATES, state), reason };
  }
  if (heartbeat)
    return {
      type: "heartbeat",
      uptimeS: heartbeat.uptimeS,
      version: heartbeat.version,
      models: heartbeat.models,
      cameras: heartbeat.cameras.map((camera) => ({
        camera: camera.camera ?? "",
        state: named(SUPERVISION_STATES, camera.state ?? 0),
        decisionP50Ms: tenths(camera.decisionP50),
        decisionP99Ms: tenths(camera.decisionP99),
        frames: keyed(FATE_ORDER, camera.frames ?? [], 1),
      })),
      outboxEvents: heartbeat.outboxEvents,
      outboxOldestS: heartbeat.outboxOldestS,
    };
  return { type: "unknown" };
}

function change(of: spotter.v1.FallChange): FallChange {
  const { skeleton } = of;
  return {
    type: "fallChange",
    kind: named(CHANGE_KINDS, of.kind),
    tier: of.tier === 1 || of.tier === 2 ? of.tier : undefined,
    camera: of.camera,
    zone: of.zone,
    machine: of.machine,
    track: of.track,
    alarm: of.alarm,
    frameAgeMs: of.frameAgeMs,
    ...(of.cameraOffsetMs === null ? {} : { cameraOffsetMs: exact(of.cameraOffsetMs, "fallChange.camera_offset_ms") }),
    score: of.score / 1000,
    why: evidence(of.why ?? {}),
    stages: keyed(STAGE_ORDER, of.stageTimes, 10),
    receipts: of.receipts.map(receipt),
    skeleton: skeleton
      ? unpackSkeleton({ scale: skeleton.scale, samples: skeleton.samples }, skeleton.endsMsBefore)
      : undefined,
  };
}

function evidence(why: spotter.v1.Why.$Properties): Evidence {
  return {
    votes: why.votes ?? 0,
    asked: why.asked ?? 0,
    fall: (why.fall ?? 0) / 1000,
    fallen: (why.fallen ?? 0) / 1000,
    lying: (why.lying ?? 0) / 1000,
    torsoAngle: why.torsoAngle ?? Number.NaN,
    dropSpeed: (why.dropSpeed ?? Number.NaN) / 1000,
    visible: why.visible ?? 0,
    text: why.text ?? "",
  };
}

function receipt(of: spotter.v1.Receipt.$Properties): ReceiptEntry {
  return {
    actuator: of.actuator ?? "",
    state: of.active ? "active" : "idle",
    outcome: named(OUTCOMES, of.outcome ?? 0),
    writtenMs: tenths(of.written),
    confirmedMs: tenths(of.confirmed),
    detail: of.detail ?? "",
  };
}

function named<Name extends string>(list: readonly Name[], number: number): Name | "unknown" {
  return list[number - 1] ?? "unknown";
}

function keyed<Key extends string>(order: readonly Key[], list: readonly number[], per: number) {
  const values: { [key in Key]?: number } = {};
  for (const [index, key] of order.entries()) if (list[index]) values[key] = list[index] / per;
  return values;
}

function tenths(value: number | null | undefined): number {
  return (value ?? Number.NaN) / 10;
}

/** protobufjs hands 64-bit numbers out as an object, whatever its types say, once they may exceed 2^53. */
function exact(value: number, field: string): number {
  const number = Number(String(value));
  if (!Number.isSafeInteger(number)) throw new DecodeError(`${field}: ${value} is beyond 2^53`);
  return number;
}
