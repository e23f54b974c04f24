import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { Runtime } from "./families/family.ts";

/** ONNX Runtime's own names of the execution providers. */
export const PROVIDERS = {
  cpu: "CPUExecutionProvider",
  cuda: "CUDAExecutionProvider",
  tensorrt: "TensorrtExecutionProvider",
} as const;

/**
 * Names the provider that ran most nodes of a model, from ONNX Runtime's own profile of one run on zeros: the runtime
 * falls back to the CPU node by node without an error, and offers no other way to ask.
 */
export async function providerOf(name: string, bytes: Uint8Array, runtime: Runtime): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "spotter-profile-"));
  try {
    const prefix = join(directory, "run");
    const session = await runtime.load(name, bytes, { enableProfiling: true, profileFilePrefix: prefix });
    await session.run(zeros(session, runtime));
    session.endProfiling();
    await session.release();
    const [file] = await readdir(directory);
    const trace = JSON.parse(await readFile(join(directory, file!), "utf8")) as { args?: { provider?: string } }[];
    const counts = new Map<string, number>();
    for (const { args } of trace) {
      if (args?.provider) counts.set(args.provider, (counts.get(args.provider) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "none";
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function zeros(session: InferenceSession, runtime: Runtime): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor) continue;
    const shape = input.shape.map((side) => (typeof side === "number" ? side : 1));
    const length = shape.reduce((a, b) => a * b, 1);
    feeds[input.name] =
      input.type === "uint8"
        ? runtime.uint8(new Uint8Array(length), shape)
        : runtime.float32(new Float32Array(length), shape);
  }
  return feeds;
}
