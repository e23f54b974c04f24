import type { Frame } from "../frames/frame.ts";
import type { Person, StageTimes } from "./person.ts";

/** What one look at one frame gave. */
export interface Look {
  readonly people: readonly Person[];
  /** `wait` (for a free worker), `paint`, `eyes`, `track`, `fall`; ms. */
  readonly times: StageTimes;
  /** Index into the configured tiers of the model that looked. */
  readonly tier: number;
}

/** What the start-up self-test found about one model. */
export interface ModelReport {
  model: string;
  /** Execution provider that really ran the model. */
  provider: string;
  /** Median of several runs, ms. */
  runMs: number;
  /** Whether the golden output came out; undefined when the model has none. */
  golden: boolean | undefined;
}

/**
 * Finds people and how likely each one is falling. One per device; cameras share its workers in turn.
 */
export interface Vision {
  /**
   * Loads the models, runs the self-test. Rejects, naming the remedy, when a model is missing or damaged, gives another
   * output than its golden one, or the wanted execution provider silently is not the one that runs: the device must not arm.
   */
  start(): Promise<ModelReport[]>;
  /** A camera's own view: its tracks and its place in the queue. */
  eye(camera: string): Eye;
  close(): Promise<void>;
}

export interface Eye {
  /**
   * Waits for a free worker, then takes the newest frame from `take` (undefined: nothing worth looking at any more) and
   * looks at it with the model of tier `tier`. The frame is not released here. Rejects with VisionLost when the worker died or hung; it is being
   * restarted then, and the next look waits for it; while too many were lost (`fault`) every look rejects, taking its frame.
   */
  look(take: () => Frame | undefined, tier: number): Promise<{ frame: Frame; look: Look } | undefined>;
}
