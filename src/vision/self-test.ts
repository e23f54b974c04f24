import { z } from "zod";
import { type EyesEntry, type FallEntry, filesOf, type Model } from "./catalogue.ts";
import type { Eyes, Runtime } from "./families/family.ts";
import type { FallModel } from "./families/spotter-fall.ts";
import { bytesOf, type Memory, POSTURES, SLOTS } from "./memory.ts";
import type { WorkerStart } from "./messages.ts";
import { isCoordinate, ROW } from "./person.ts";
import { PROVIDERS, providerOf } from "./provider.ts";
import type { ModelReport } from "./vision.ts";

const RUNS = 5;

/** The first run of a session allocates its arena and is several times slower than the rest; no frame shall pay for it. */
export async function warmUp(eyes: readonly Eyes[], judge: FallModel): Promise<ModelReport[]> {
  for (const eye of eyes) await eye.look(0);
  await judge.judge(1);
  return [];
}

/**
 * Runs every model on an input that is written down in its golden file, compares, and measures. Throws, naming the
 * remedy, when an output differs or the wanted execution provider is not the one that ran most of the graph.
 */
export async function selfTest(
  start: WorkerStart,
  eyes: readonly Eyes[],
  judge: FallModel,
  memory: Memory,
  runtime: Runtime,
): Promise<ModelReport[]> {
  const reports: ModelReport[] = [];
  for (const [i, model] of start.models.tiers.entries()) {
    paintGolden(memory.picture, model.entry);
    const look = () => eyes[i]!.look(0);
    const runMs = await measure(look);
    const golden = checkEyes(model, memory);
    reports.push({ model: model.entry.name, provider: await provider(model, start, runtime), runMs, golden });
  }
  const { fall } = start.models;
  for (let i = 0; i < SLOTS * ROW; i++) memory.history[i] = ((i * 37) % 101) / 101;
  memory.present.fill(1, 0, SLOTS);
  const runMs = await measure(() => judge.judge(1));
  reports.push({
    model: fall.entry.name,
    provider: await provider(fall, start, runtime),
    runMs,
    golden: checkFall(fall, memory),
  });
  return reports;
}

async function measure(run: () => Promise<unknown>): Promise<number> {
  await run();
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const from = performance.now();
    await run();
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}

function paintGolden(picture: Uint8Array, { input }: EyesEntry): void {
  const rowBytes = input.width * 3;
  for (let i = 0; i < bytesOf(input); i++) {
    const x = Math.floor((i % rowBytes) / 3);
    picture[i] = (x * 7 + Math.floor(i / rowBytes) * 13 + (i % 3) * 29) % 256;
  }
}

const eyesGolden = z.object({
  rows: z.array(z.array(z.number()).length(ROW)).min(1),
  tolerance: z.object({ score: z.number(), pixels: z.number() }),
});
const fallGolden = z.object({
  posture: z.array(z.array(z.number()).length(POSTURES)).length(1),
  tolerance: z.number(),
});

function checkEyes(model: Model<EyesEntry>, memory: Memory): boolean | undefined {
  if (model.golden === undefined) return undefined;
  const { rows, tolerance } = eyesGolden.parse(model.golden);
  const allowed = (i: number) => (isCoordinate(i % ROW) ? tolerance.pixels : tolerance.score);
  return compare(model.entry.name, rows.flat(), memory.rows, allowed);
}

function checkFall(model: Model<FallEntry>, memory: Memory): boolean | undefined {
  if (model.golden === undefined) return undefined;
  const { posture, tolerance } = fallGolden.parse(model.golden);
  return compare(model.entry.name, posture.flat(), memory.posture, () => tolerance);
}

function compare(name: string, expected: readonly number[], found: Float32Array, allowed: (i: number) => number): true {
  const wrong = expected.findIndex((value, i) => !(Math.abs(value - found[i]!) <= allowed(i)));
  if (wrong < 0) return true;
  throw new Error(
    `model "${name}" differs from its golden output: value ${wrong} is ${found[wrong]}, ${expected[wrong]} ± ${allowed(wrong)} is right; this machine or its ONNX Runtime computes it wrongly: try vision.provider cpu, or another model`,
  );
}

/** The provider that really ran the model's files; throws when it is not the configured one. */
async function provider(model: Model, start: WorkerStart, runtime: Runtime): Promise<string> {
  const wanted = PROVIDERS[start.provider];
  // The CPU is what everything falls back to: there is nothing to doubt, and start-up need not pay for a profile.
  if (start.provider === "cpu") return wanted;
  for (const { file } of filesOf(model.entry)) {
    const used = await providerOf(model.entry.name, model.bytes[file]!, runtime);
    if (used === wanted) continue;
    throw new Error(
      `vision.provider: "${start.provider}" is configured, but ${used} ran most of model "${model.entry.name}"; install the provider's libraries or set vision.provider to cpu`,
    );
  }
  return wanted;
}
