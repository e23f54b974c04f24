import { parentPort, workerData } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";

const session = await InferenceSession.create((workerData as { file: string }).file, {
  executionProviders: ["cpu"],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: "all",
});
const feeds: Record<string, Tensor> = {};
for (const input of session.inputMetadata) {
  if (!input.isTensor) continue;
  const shape = input.shape.map((size) => (typeof size === "number" && size > 0 ? size : 1));
  const length = shape.reduce((product, size) => product * size, 1);
  const data = input.type === "uint8" ? new Uint8Array(length).fill(114) : new Float32Array(length).fill(0.4);
  feeds[input.name] = new Tensor(input.type as "uint8", data as Uint8Array, shape);
}
for (let warm = 0; warm < 5; warm += 1) await session.run(feeds);
parentPort?.on("message", async () => {
  const started = performance.now();
  await session.run(feeds);
  parentPort?.postMessage(performance.now() - started);
});
parentPort?.postMessage("ready");
