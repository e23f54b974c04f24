import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import "../src/vision/telemetry.ts";

/**
 * Times the bare model run: an ONNX file in a thread of its own with nothing around it, one run every `everyMs` (0: one after the
 * other), fed with a constant picture. Resolves with the ms of each run.
 */
export async function bareRuns(file: string, runs: number, everyMs: number): Promise<number[]> {
  const worker = new Worker(new URL("./bare-worker.ts", import.meta.url), { workerData: { file } });
  await once(worker, "message");
  const times: number[] = [];
  try {
    for (let run = 0; run < runs; run += 1) {
      const started = performance.now();
      worker.postMessage("run");
      const [ms] = (await once(worker, "message")) as [number];
      times.push(ms);
      const left = everyMs - (performance.now() - started);
      if (left > 0) await sleep(left);
    }
  } finally {
    await worker.terminate();
  }
  return times;
}
