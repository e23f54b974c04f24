import { createHash } from "node:crypto";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSteered, steeredCatalogue } from "./steered.ts";

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "spotter-models-"));
  path = join(directory, "catalogue.json");
  await copyFile(steeredCatalogue, path);
  for (const file of ["steered-eyes.onnx", "steered-fall.onnx", "golden-eyes.json"]) {
    await copyFile(join(steeredCatalogue, "..", file), join(directory, file));
  }
});
afterEach(() => rm(directory, { recursive: true }));

type Json = { models: Record<string, unknown>[] };

async function change(edit: (catalogue: Json) => void): Promise<void> {
  const catalogue = JSON.parse(await readFile(path, "utf8")) as Json;
  edit(catalogue);
  await writeFile(path, JSON.stringify(catalogue));
}

/** Tells what `start` says about the catalogue at `path`. */
async function refusal(config: Parameters<typeof openSteered>[0] = {}): Promise<string> {
  const { vision } = openSteered({ catalogue: path, ...config });
  try {
    await vision.start();
  } catch (error) {
    return (error as Error).message;
  } finally {
    await vision.close();
  }
  return "armed";
}

const sha256 = (data: string) => createHash("sha256").update(data).digest("hex");

describe("the model catalogue", () => {
  it("may be one of the user's own", async () => {
    expect(await refusal()).toBe("armed");
  });

  it("refuses to arm with a file whose sha256 is another", async () => {
    await writeFile(join(directory, "steered-eyes.onnx"), "changed");
    const text = await refusal();
    expect(text).toContain(
      `model "steered-eyes", file ${join(directory, "steered-eyes.onnx")}: sha256 is ${sha256("changed")}`,
    );
    expect(text).toContain("restore the original file");
  });

  it("refuses to arm without the file", async () => {
    await rm(join(directory, "steered-fall.onnx"));
    expect(await refusal()).toMatch(/model "steered-fall", file .*steered-fall.onnx: ENOENT.*; restore the file/);
  });

  it("refuses to arm with a file that is no ONNX model", async () => {
    await writeFile(join(directory, "steered-eyes.onnx"), "not a model");
    await change(({ models }) => {
      models[0]!.sha256 = sha256("not a model");
    });
    expect(await refusal()).toMatch(/model "steered-eyes" cannot be loaded on cpu: .*protobuf parsing failed/i);
  });

  it("refuses to arm with a model of another shape than its family needs", async () => {
    await change(({ models }) => {
      models[0]!.input = { width: 128, height: 64 };
    });
    const text = await refusal();
    expect(text).toContain('model "steered-eyes" takes uint8 [1,32,64,3] and gives float32 [1,20,57]');
    expect(text).toContain("its family takes uint8 [1,64,128,3]");
  });

  it("refuses to arm when a model's output is not its golden one", async () => {
    const golden = JSON.parse(await readFile(join(directory, "golden-eyes.json"), "utf8"));
    golden.rows[0][2] += 0.02;
    await writeFile(join(directory, "golden-eyes.json"), JSON.stringify(golden));
    const text = await refusal();
    expect(text).toContain(
      'model "steered-eyes" differs from its golden output: value 2 is 19.625, 19.645 ± 0.01 is right',
    );
    expect(text).toContain("try vision.provider cpu");
  });

  it("reports of each model where it ran, how fast, and whether its golden output came out", async () => {
    const { vision } = openSteered({ catalogue: path });
    const reports = await vision.start();
    await vision.close();
    const ran = { provider: "CPUExecutionProvider", runMs: expect.any(Number) };
    expect(reports).toEqual([
      { model: "steered-eyes", golden: true, ...ran },
      { model: "steered-fall", golden: undefined, ...ran },
    ]);
  });

  it("names the key, the value and the remedy of each mistake", async () => {
    await change(({ models }) => {
      models[0]!.sha256 = "abc";
      models[1]!.licence = 7;
    });
    const text = await refusal();
    expect(text).toContain(
      'models.0.sha256: write the file\'s SHA-256 as 64 lower-case hex digits (sha256sum) (found "abc")',
    );
    expect(text).toMatch(/models\.1\.licence: .*expected string.* \(found 7\)/);
  });

  it("names the families it knows when it meets another", async () => {
    await change(({ models }) => {
      models[0]!.family = "yolo";
    });
    const text = await refusal();
    expect(text).toMatch(
      /models\.0\.family: .*'spotter-eyes'.*'topdown'.*'blazepose'.*'spotter-fall'.*\(found "yolo"\)/,
    );
  });

  it("refuses a file that is no JSON", async () => {
    await writeFile(path, "{");
    expect(await refusal()).toMatch(/model catalogue .*: .*JSON.*; point vision.catalogue at a readable JSON file/);
  });

  it("refuses a model that it does not hold, and one in the wrong place", async () => {
    expect(await refusal({ tiers: ["steered-eyes", "other"] })).toMatch(
      /vision\.tiers\.1: no model "other" in .*; use one of: steered-eyes, steered-fall/,
    );
    expect(await refusal({ tiers: ["steered-fall"] })).toContain('vision.tiers.0: model "steered-fall" judges falls');
    expect(await refusal({ fall: "steered-eyes" })).toContain(
      'vision.fall: model "steered-eyes" is of family spotter-eyes',
    );
  });

  it("refuses a provider that is not there", async () => {
    expect(await refusal({ provider: "cuda" })).toMatch(/cannot be loaded on cuda|has no "cuda"|"cuda" is configured/);
  });
});
