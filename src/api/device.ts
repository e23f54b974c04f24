import type { OutputState } from "../actuators/actuator.ts";
import type { ChangeKind, Tier } from "../alarm/change.ts";
import type { Supervision } from "../observe/supervision.ts";
import type { Person } from "../vision/person.ts";

/** What the API sees of the device, and all it can ask of it. `device.ts` provides it; a test may too. */
export interface DeviceView {
  /** The whole state as of now; cheap, called several times a second. */
  status(): Status;
  /** The newest picture of a camera, scaled to fit into `maxWidth`; undefined before the first one. */
  picture(camera: string, maxWidth: number): Picture | undefined;
  /** The people in the newest judged frame of a camera. */
  people(camera: string): readonly Person[];
  /** Somebody took notice of an alarm. */
  acknowledge(alarm: string, who: string): Verdict;
  /** Ends a latched alarm; refused while its condition persists. Never restarts a machine. */
  reset(alarm: string, who: string): Verdict;
  /** Switches a zone on or off until the next start. */
  enableZone(camera: string, zone: string, enabled: boolean): Verdict;
  /** All figures in Prometheus' text format. */
  metrics(): Promise<string>;
  /** Tells `listener` what happens, in order, until the returned function is called. The listener never throws. */
  subscribe(listener: (news: News) => void): () => void;
}

/** What became of a request. `unknown`: no such alarm or zone · `refused`: not now, for this reason. */
export type Verdict = { ok: true } | { ok: false; code: "unknown" | "refused"; reason: string };

/** `status`: something in `Status` changed · `people`: a frame was judged. */
export type News =
  | { kind: "status" }
  | {
      kind: "people";
      camera: string;
      people: readonly Person[];
      /** Capture of the judged frame, ms since 1970 UTC. */
      capturedAt: number;
      /** Arrival of the frame to the decision about it, ms. */
      decisionMs: number;
    };

export interface Picture {
  /** Packed RGB, uint8, row-major, `height * width * 3` bytes. Not changed after it was handed over. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Sequence of the frame. */
  readonly sequence: number;
  /** Time since the frame arrived, ms. */
  readonly ageMs: number;
}

export interface Status {
  device: { name: string; site: string; version: string };
  /** The worst camera's. */
  state: Supervision;
  /** Why it is not armed, with the remedy; empty while armed. */
  reason: string;
  /** ms since 1970 UTC, by the device's clock. */
  now: number;
  cameras: CameraStatus[];
  machines: MachineStatus[];
  outputs: OutputStatus[];
  /** Newest first, bounded by the device. */
  alarms: AlarmStatus[];
  cloud: CloudStatus;
}

export interface CameraStatus {
  name: string;
  state: Supervision;
  reason: string;
  /** Frames judged per second, lately. */
  fps: number;
  /** Name of the model that looks. */
  model: string;
  /** Time since the newest frame arrived, ms; null before the first one. */
  frameAgeMs: number | null;
  /** Arrival to decision, ms, median and 99th percentile of the last minute; null before the first decision. */
  decisionMs: { p50: number; p99: number } | null;
  zones: ZoneStatus[];
}

export interface ZoneStatus {
  name: string;
  kind: "monitor" | "machine" | "rest" | "ignore";
  /** Corners as [x, y], each 0-1. */
  polygon: [number, number][];
  machine: string | null;
  enabled: boolean;
}

/** A machine as far as the device can read it. */
export interface MachineStatus {
  name: string;
  state: "running" | "stopping" | "stopped" | "unknown";
  /** Share of full speed 0-1; null when unknown. */
  speed: number | null;
  /** In this state since, ms since 1970 UTC. */
  since: number;
}

export interface OutputStatus {
  name: string;
  kind: string;
  state: OutputState;
  /** Connected, and in the state it was last asked for. */
  ok: boolean;
  detail: string;
}

export interface AlarmStatus {
  id: string;
  camera: string;
  zone: string;
  machine: string | null;
  track: number;
  /** The last step. */
  stage: ChangeKind;
  tier: Tier | null;
  /** Stands until it has recovered or is cleared. */
  open: boolean;
  acknowledgedBy: string | null;
  /** Why a reset would be refused now; null when it would be granted, or the alarm is not open. */
  resetRefused: string | null;
  /** In order of time. */
  steps: AlarmStep[];
}

export interface AlarmStep {
  kind: ChangeKind;
  /** Capture of the deciding frame, ms since 1970 UTC. */
  at: number;
  /** Arrival of that frame to the decision, ms; null for steps that a person took. */
  decisionMs: number | null;
  score: number;
  /** One sentence in plain words. */
  why: string;
  receipts: OutputReceipt[];
}

export interface OutputReceipt {
  actuator: string;
  state: OutputState;
  outcome: "confirmed" | "commanded" | "late" | "failed";
  /** Decision to bytes written, ms; null when nothing was written. */
  writtenMs: number | null;
  /** Decision to read-back, ms; null when not read back. */
  confirmedMs: number | null;
  detail: string;
}

export interface CloudStatus {
  /** off: no broker configured, events stay on disk. */
  state: "off" | "connected" | "offline";
  /** Events on disk that the cloud has not acknowledged. */
  waiting: number;
}
