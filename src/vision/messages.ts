import type { ModelSet } from "./catalogue.ts";
import type { ModelReport } from "./vision.ts";

/** What a worker is born with. */
export interface WorkerStart {
  models: ModelSet;
  provider: "cpu" | "cuda" | "tensorrt";
  threads: number;
  memory: SharedArrayBuffer;
  pictureBytes: number;
  /** Run the self-test; a worker that replaces a lost one only warms up. */
  selfTest: boolean;
}

/** One question at a time; the pictures and numbers lie in shared memory. */
export type Question = { kind: "look"; tier: number; hints: number } | { kind: "judge"; tracks: number };

/** Asks the worker to leave by itself; see Thread.end. */
export interface Farewell {
  kind: "end";
}

export type Answer =
  | { kind: "ready"; reports: ModelReport[] }
  /** `rows`: rows filled by `look`; 0 for `judge`. */
  | { kind: "done"; rows: number }
  | { kind: "failed"; message: string };
