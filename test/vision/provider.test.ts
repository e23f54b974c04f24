import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { providerOf } from "../../src/vision/provider.ts";
import { runtime } from "./runtime.ts";
import { steeredCatalogue } from "./steered.ts";

it("names the execution provider that really ran a model, whatever was asked for", async () => {
  const bytes = await readFile(join(steeredCatalogue, "../steered-fall.onnx"));
  expect(await providerOf("steered-fall", bytes, runtime)).toBe("CPUExecutionProvider");
});
