import { parentPort, workerData } from "node:worker_threads";
import { InferenceSession, listSupportedBackends, Tensor } from "onnxruntime-node";
import { asError } from "../lib/failure.ts";
import { openEyes } from "./families/eyes.ts";
import type { Runtime } from "./families/family.ts";
import { openFallModel } from "./families/spotter-fall.ts";
import { shareMemory } from "./memory.ts";
import type { Answer, Farewell, Question, WorkerStart } from "./messages.ts";
import { selfTest, warmUp } from "./self-test.ts";

/*
 * The one place where ONNX Runtime runs. `run()` blocks its thread although it returns a promise, so nothing else
 * lives here. Pictures and results stay in shared memory; the messages only say whose turn it is (a round trip by
 * postMessage costs about 60 µs, by Atomics.waitAsync about 50 µs: not worth giving up the event loop for).
 */
const start = workerData as WorkerStart;
const port = parentPort!;
const memory = shareMemory(start.pictureBytes, start.memory);

const options: InferenceSession.SessionOptions = {
  executionProviders: [start.provider],
  graphOptimizationLevel: "all",
  intraOpNumThreads: start.threads,
  interOpNumThreads: 1,
  // Threads that spin between runs take the cores that decode the video; with one thread there is nothing to spin.
  extra: { session: { intra_op: { allow_spinning: "0" } } },
};

const runtime: Runtime = {
  async load(name, bytes, extra = {}) {
    try {
      return await InferenceSession.create(bytes, { ...options, ...extra });
    } catch (error) {
      throw new Error(`model "${name}" cannot be loaded on ${start.provider}: ${asError(error).message}`);
    }
  },
  uint8: (data, shape) => new Tensor("uint8", data, shape),
  float32: (data, shape) => new Tensor("float32", data, shape),
  int64: (data, shape) => new Tensor("int64", data, shape),
};

function post(answer: Answer): void {
  port.postMessage(answer);
}

try {
  const backends = listSupportedBackends().map((backend) => backend.name);
  if (!backends.includes(start.provider)) {
    throw new Error(
      `vision.provider: this build of ONNX Runtime has no "${start.provider}", only ${backends.join(", ")}; set vision.provider to one of them`,
    );
  }
  const { tiers, fall } = start.models;
  const eyes = await Promise.all(tiers.map((model) => openEyes(model, memory, runtime)));
  const judge = await openFallModel(fall, memory, runtime);
  const reports = start.selfTest ? await selfTest(start, eyes, judge, memory, runtime) : await warmUp(eyes, judge);

  let running: Promise<void> = Promise.resolve();
  port.on("message", (question: Question | Farewell) => {
    if (question.kind === "end") {
      running.finally(() => port.close());
      return;
    }
    const run = question.kind === "look" ? eyes[question.tier]!.look(question.hints) : judge.judge(question.tracks);
    running = run.then(
      (rows) => post({ kind: "done", rows }),
      (error) => post({ kind: "failed", message: asError(error).message }),
    );
  });
  post({ kind: "ready", reports });
} catch (error) {
  post({ kind: "failed", message: asError(error).message });
}
