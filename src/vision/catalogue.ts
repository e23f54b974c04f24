import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { asError, UsageError } from "../lib/failure.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "write the file's SHA-256 as 64 lower-case hex digits (sha256sum)");
const size = z.strictObject({
  width: z.number().int().min(32).max(4096).describe("pixels"),
  height: z.number().int().min(32).max(4096).describe("pixels"),
});
const file = z.strictObject({
  file: z.string().min(1).describe("ONNX file, relative to the catalogue"),
  sha256,
});

const common = {
  name: z.string().min(1).describe("how the config calls the model"),
  licence: z.string().min(1).describe("SPDX identifier, or the licence as its source states it"),
  card: z.string().optional().describe("page about the model, relative to the catalogue"),
  golden: z.string().optional().describe("expected output, checked at start, relative to the catalogue"),
  figures: z
    .record(z.string(), z.union([z.number(), z.string()]))
    .default({})
    .describe("measured, with the unit in the name"),
};

/** `input` of a model that sees people is the size in which pictures are painted for it. */
const entrySchema = z.discriminatedUnion("family", [
  z.strictObject({
    ...common,
    family: z.literal("spotter-eyes").describe("uint8 [1,H,W,3] → people [1,20,57]; pre-processing in the graph"),
    input: size,
    ...file.shape,
  }),
  z.strictObject({
    ...common,
    family: z
      .literal("topdown")
      .describe("a person detector, then TinyPose on a crop turned so that the body is upright"),
    input: size,
    detector: z.strictObject({ kind: z.enum(["yolox", "rtmdet", "picodet"]), input: size, ...file.shape }),
    pose: z.strictObject({ kind: z.literal("tinypose"), input: size, ...file.shape }),
  }),
  z.strictObject({
    ...common,
    family: z.literal("blazepose").describe("BlazePose detector and landmark model, 33 keypoints reduced to 17"),
    input: size,
    detector: file,
    landmark: file,
  }),
  z.strictObject({
    ...common,
    family: z.literal("spotter-fall").describe("judges falls: history [N,20,57] and present [N,20] → posture [N,4]"),
    ...file.shape,
  }),
]);

export const catalogueSchema = z.strictObject({ models: z.array(entrySchema).min(1) });

type Entry = z.output<typeof entrySchema>;
export type FallEntry = Extract<Entry, { family: "spotter-fall" }>;
/** A model that sees people. */
export type EyesEntry = Exclude<Entry, FallEntry>;
type ModelFile = z.output<typeof file>;

/** A catalogue entry with the verified bytes of its files, by the name the catalogue gives them. */
export interface Model<E extends Entry = Entry> {
  readonly entry: E;
  readonly bytes: Readonly<Record<string, Uint8Array>>;
  readonly golden: unknown;
}

export interface ModelSet {
  readonly tiers: readonly Model<EyesEntry>[];
  readonly fall: Model<FallEntry>;
}

export const shippedCatalogue = resolve(import.meta.dirname, "../../models/catalogue.json");

/** The ONNX files that an entry names. */
export function filesOf(entry: Entry): ModelFile[] {
  switch (entry.family) {
    case "topdown":
      return [entry.detector, entry.pose];
    case "blazepose":
      return [entry.detector, entry.landmark];
    default:
      return [entry];
  }
}

/** Reads and checks a catalogue. Throws UsageError naming the key, the value and the remedy. */
export async function readCatalogue(path: string): Promise<Entry[]> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new UsageError(
      `model catalogue ${path}: ${asError(error).message}; point vision.catalogue at a readable JSON file`,
    );
  }
  const parsed = catalogueSchema.safeParse(json);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => describe(issue, json)).join("; ");
    throw new UsageError(`model catalogue ${path}: ${issues}`);
  }
  return parsed.data.models;
}

/** Finds the wanted models and reads their files; what is returned is exactly what the catalogue's SHA-256 vouches for. */
export async function loadModels(path: string, tiers: readonly string[], fall: string): Promise<ModelSet> {
  const entries = await readCatalogue(path);
  const find = (name: string, key: string): Entry => {
    const entry = entries.find((candidate) => candidate.name === name);
    if (entry) return entry;
    const known = entries.map((candidate) => candidate.name).join(", ");
    throw new UsageError(`${key}: no model "${name}" in ${path}; use one of: ${known}`);
  };
  const eyes = tiers.map((name, i) => {
    const entry = find(name, `vision.tiers.${i}`);
    if (entry.family !== "spotter-fall") return entry;
    throw new UsageError(`vision.tiers.${i}: model "${name}" judges falls and sees nobody; name it under vision.fall`);
  });
  const judge = find(fall, "vision.fall");
  if (judge.family !== "spotter-fall") {
    throw new UsageError(`vision.fall: model "${fall}" is of family ${judge.family}; use one of family spotter-fall`);
  }
  return {
    tiers: await Promise.all(eyes.map((entry) => loadModel(path, entry))),
    fall: await loadModel(path, judge),
  };
}

/** An entry with the verified bytes of its files. Throws UsageError when one is missing or was changed. */
export async function loadModel<E extends Entry>(catalogue: string, entry: E): Promise<Model<E>> {
  const bytes: Record<string, Uint8Array> = {};
  for (const wanted of filesOf(entry)) bytes[wanted.file] = await readVerified(catalogue, entry.name, wanted);
  const golden =
    entry.golden === undefined ? undefined : await readGolden(entry.name, resolve(dirname(catalogue), entry.golden));
  return { entry, bytes, golden };
}

/** Undefined when the file is not there: the self-test then reports that nothing was compared. */
async function readGolden(model: string, path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UsageError(`model "${model}", golden ${path}: ${asError(error).message}; restore the file`);
  }
}

async function readVerified(catalogue: string, model: string, wanted: ModelFile): Promise<Uint8Array> {
  const path = resolve(dirname(catalogue), wanted.file);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new UsageError(
      `model "${model}", file ${path}: ${asError(error).message}; restore the file or correct the catalogue`,
    );
  }
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== wanted.sha256) {
    throw new UsageError(
      `model "${model}", file ${path}: sha256 is ${found}, the catalogue says ${wanted.sha256}; restore the original file, or correct sha256 if you changed the model on purpose`,
    );
  }
  return bytes;
}

function describe(issue: z.core.$ZodIssue, json: unknown): string {
  const key = issue.path.join(".") || "(top)";
  let value: unknown = json;
  for (const step of issue.path) value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
  return `${key}: ${issue.message} (found ${JSON.stringify(value)?.slice(0, 80) ?? "nothing"})`;
}
