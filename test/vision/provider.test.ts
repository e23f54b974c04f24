import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, it } from "vitest";
import type { Runtime } from "../../src/vision/families/family.ts";
import { providerOf } from "../../src/vision/provider.ts";
import { steeredCatalogue } from "./steered.ts";

it("names the execution provider that really ran a model, whatever was asked for", async () => {
  const runtime: Runtime = {
    load: (_name, bytes, options) => InferenceSession.create(bytes, { executionProviders: ["cpu"], ...options }),
    uint8: (data, shape) => new Tensor("uint8", data, shape),
    float32: (data, shape) => new Tensor("float32", data, shape),
    int64: (data, shape) => new Tensor("int64", data, shape),
  };
  const bytes = await readFile(join(steeredCatalogue, "../steered-fall.onnx"));
  expect(await providerOf("steered-fall", bytes, runtime)).toBe("CPUExecutionProvider");
});
