import "../../src/vision/telemetry.ts";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Runtime } from "../../src/vision/families/family.ts";

/** ONNX Runtime in this thread, for tests of a family without a worker around it. */
export const runtime: Runtime = {
  load: (_name, bytes, options) => InferenceSession.create(bytes, { executionProviders: ["cpu"], ...options }),
  uint8: (data, shape) => new Tensor("uint8", data, shape),
  float32: (data, shape) => new Tensor("float32", data, shape),
  int64: (data, shape) => new Tensor("int64", data, shape),
};
