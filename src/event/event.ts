/**
 * The event as the rest of the code sees it, on the device and in the cloud; event.proto is its form on the wire.
 * Imports nothing, so that both sides can share it. A number that is not known is NaN, a text that is not is empty.
 */

/** Version of event.proto that this code writes. */
export const SCHEMA = 1;

export const CHANGE_KINDS = ["suspected", "confirmed", "recovered", "down", "acknowledged", "cleared"] as const;
export const OUTCOMES = ["confirmed", "commanded", "late", "failed"] as const;
export const SUPERVISION_STATES = ["armed", "degraded", "blind", "fault"] as const;
export const SYNCS = ["unknown", "synced", "unsynced"] as const;
/** Order of the stage times on the wire; new stages go at the end. */
export const STAGE_ORDER = ["decode", "wait", "paint", "eyes", "track", "fall", "decide", "actuate"] as const;
/** Order of the frame counts on the wire; new fates go at the end. */
export const FATE_ORDER = ["decided", "superseded", "stale", "budget", "paced", "failed", "shutdown", "still"] as const;

/** A name of the list, or `unknown` for one that a newer writer knows and this reader does not. */
type Known<List extends readonly string[]> = List[number] | "unknown";

export interface Clocks {
  /** ms since 1970-01-01 UTC, as the device believes. */
  readonly wallMs: number;
  /** ms on a clock that never goes back; comparable only between events of one `boot`. */
  readonly monotonicMs: number;
  /** Counts the runs of the service within one epoch. */
  readonly boot: number;
  /** Whether the wall clock was kept by a time source. */
  readonly sync: (typeof SYNCS)[number];
}

/** W3C Trace Context, the ids of `traceparent`: 32 and 16 lower-case hexadecimal digits. */
export interface Trace {
  readonly traceId: string;
  readonly parentId: string;
}

export interface Evidence {
  readonly votes: number;
  readonly asked: number;
  /** Probabilities 0..1. */
  readonly fall: number;
  readonly fallen: number;
  readonly lying: number;
  /** Degrees from vertical. */
  readonly torsoAngle: number;
  /** Picture heights per second, downwards positive. */
  readonly dropSpeed: number;
  readonly visible: number;
  /** Only what the numbers cannot say, such as who acknowledged; `explain` makes the sentence for the rest. */
  readonly text: string;
}

export interface ReceiptEntry {
  readonly actuator: string;
  readonly state: "active" | "idle";
  readonly outcome: Known<typeof OUTCOMES>;
  /** From issuing the command to bytes written, ms. */
  readonly writtenMs: number;
  /** From issuing the command to read-back, ms. */
  readonly confirmedMs: number;
  readonly detail: string;
}

/** Poses of one person at even steps, oldest first. */
export interface SkeletonTrack {
  /** ms between two poses. */
  readonly stepMs: number;
  /** How long before the deciding frame the last pose was seen, ms. */
  readonly endsMsBefore: number;
  readonly steps: number;
  /** `steps × 17 × (x, y, visibility)`, COCO order, x and y in 0..1 of the picture. */
  readonly poses: Float32Array;
}

export interface FallChange {
  readonly type: "fallChange";
  readonly kind: Known<typeof CHANGE_KINDS>;
  readonly tier: 1 | 2 | undefined;
  readonly camera: string;
  readonly zone: string;
  /** Empty: the zone guards none. */
  readonly machine: string;
  readonly track: number;
  /** Names one alarm from its first change to `cleared`. */
  readonly alarm: string;
  /** Age of the deciding frame when the event was made, ms. */
  readonly frameAgeMs: number;
  /** The camera's own clock minus the device's at the deciding frame, ms; absent when the camera does not tell its time. */
  readonly cameraOffsetMs?: number;
  /** 0..1. */
  readonly score: number;
  readonly why: Evidence;
  /** ms per stage of the deciding frame. */
  readonly stages: { readonly [stage in (typeof STAGE_ORDER)[number]]?: number };
  /** What the outputs answered so far. */
  readonly receipts: readonly ReceiptEntry[];
  readonly skeleton: SkeletonTrack | undefined;
}

/** Receipts that came after the change they belong to was recorded. */
export interface ActionReceipts {
  readonly type: "actionReceipts";
  readonly alarm: string;
  readonly camera: string;
  readonly zone: string;
  readonly receipts: readonly ReceiptEntry[];
}

export interface CameraState {
  readonly type: "cameraState";
  readonly camera: string;
  readonly state: Known<typeof SUPERVISION_STATES>;
  /** Why it is not armed, with the remedy where there is one. */
  readonly reason: string;
}

export interface CameraHealth {
  readonly camera: string;
  readonly state: Known<typeof SUPERVISION_STATES>;
  /** From a frame's arrival to the decision about it since the last heartbeat, ms. */
  readonly decisionP50Ms: number;
  readonly decisionP99Ms: number;
  /** Frames since the last heartbeat by fate. */
  readonly frames: { readonly [fate in (typeof FATE_ORDER)[number]]?: number };
}

export interface Heartbeat {
  readonly type: "heartbeat";
  readonly uptimeS: number;
  readonly version: string;
  /** Models in use, name@version. */
  readonly models: readonly string[];
  readonly cameras: readonly CameraHealth[];
  readonly outboxEvents: number;
  readonly outboxOldestS: number;
}

/** What happened. */
export type Body = FallChange | ActionReceipts | CameraState | Heartbeat;

export interface Event<B = Body | { readonly type: "unknown" }> {
  /** Version of the schema that the writer used. */
  readonly schema: number;
  /** UUIDv7 (RFC 9562 section 5.7) as text; receivers deduplicate by it. */
  readonly id: string;
  readonly device: string;
  /** Counts this device's events from 1 within one `epoch`; a gap is an event given up or still on its way. */
  readonly sequence: number;
  /** Random number of the file that `sequence` counts in. */
  readonly epoch: number;
  readonly clock: Clocks;
  readonly trace: Trace;
  /** This is history, sent from the backlog. */
  readonly resent: boolean;
  /** `unknown`: of a kind that only a newer schema has. */
  readonly body: B;
}
