import { resolve } from "node:path";
import type { VisionConfig } from "../config/schema.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import { loadModels, type ModelSet, shippedCatalogue } from "./catalogue.ts";
import { Crew } from "./crew.ts";
import { openEye } from "./eye.ts";
import { bytesOf } from "./memory.ts";
import { type Spawn, Thread } from "./thread.ts";
import type { Vision } from "./vision.ts";

/**
 * A run that takes longer than this hangs. That is patience for clips and checks, where nobody falls meanwhile and a busy machine
 * may be slow; for live cameras `device.ts` sets a limit that their budgets allow.
 */
const HUNG_AFTER_MS = 60_000;

export interface VisionDeps {
  clock: Clock;
  log: Logger;
  metrics?: Metrics;
  /** A run that takes longer is given up, and its thread with it, ms. */
  hungAfterMs?: number;
  /** Starts the worker thread; a test hands in its own to hold the real thread and end it. */
  spawn?: Spawn;
}

/** Builds vision; nothing is read or started before `start`. */
export function openVision(config: VisionConfig, deps: VisionDeps): Vision {
  const { clock, log, metrics } = deps;
  const { hungAfterMs = HUNG_AFTER_MS } = deps;
  let models: ModelSet | undefined;
  let crew: Crew | undefined;

  return {
    async start() {
      const catalogue = config.catalogue === undefined ? shippedCatalogue : resolve(config.catalogue);
      const set = await loadModels(catalogue, config.tiers, config.fall);
      models = set;
      const pictureBytes = Math.max(...set.tiers.map(({ entry }) => bytesOf(entry.input)));
      crew = new Crew({
        size: config.workers,
        clock,
        log,
        open: (first) =>
          new Thread({
            models: set,
            provider: config.provider,
            threads: config.threads,
            pictureBytes,
            selfTest: first,
            hungAfterMs,
            spawn: deps.spawn,
          }),
        onLost: (reason) => metrics?.workerRestarts.inc({ reason }),
      });
      return crew.start();
    },
    eye() {
      if (!models || !crew) throw new Error("start vision before opening an eye");
      return openEye({ crew, clock, sizes: models.tiers.map(({ entry }) => entry.input), minScore: config.minScore });
    },
    async close() {
      await crew?.close();
    },
  };
}
