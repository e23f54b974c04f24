import { resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { configSchema, type VisionConfig } from "../../src/config/schema.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLog } from "../../src/observe/log.ts";
import { openVision, type VisionDeps } from "../../src/vision/open.ts";
import type { Spawn } from "../../src/vision/thread.ts";

export const steeredCatalogue = resolve(import.meta.dirname, "../fixtures/vision/catalogue.json");

/** Real vision on the steered models, with the real worker threads within reach of the test; no run counts as hung unless a test says so. */
export function openSteered(config: Partial<VisionConfig> = {}, deps: Partial<VisionDeps> = {}) {
  const workers: { thread: Worker; firstPixel: Uint8Array }[] = [];
  const spawn: Spawn = (file, start) => {
    const thread = new Worker(file, { workerData: start });
    workers.push({ thread, firstPixel: new Uint8Array(start.memory, 0, 3) });
    return thread;
  };
  const vision = openVision(
    {
      ...configSchema.shape.vision.parse({}),
      catalogue: steeredCatalogue,
      tiers: ["steered-eyes"],
      fall: "steered-fall",
      ...config,
    },
    { clock: systemClock, log: silentLog, spawn, hungAfterMs: 60_000, ...deps },
  );
  return { vision, workers };
}
