import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Size } from "../src/frames/frame.ts";
import { type EyesEntry, filesOf, loadModel, readCatalogue, shippedCatalogue } from "../src/vision/catalogue.ts";
import { openEyes } from "../src/vision/families/eyes.ts";
import { bytesOf, type Memory, shareMemory } from "../src/vision/memory.ts";
import { isCoordinate, ROW, ROW_BOX } from "../src/vision/person.ts";
import { suppress } from "../src/vision/suppress.ts";
import type { BoxCorners } from "./labels.ts";
import { runtime } from "./runtime.ts";
import { paintView, type View } from "./view.ts";

/** Somebody that a model saw, in pixels of the picture. `row`: see ROW. */
export interface Sighting {
  score: number;
  box: BoxCorners;
  row: Float32Array;
}

/** A model of the catalogue, ours or a public one, behind its own family. */
export interface Contestant {
  name: string;
  /** Everybody seen, one row per body, best first, and the ms of the look. Nothing is known from earlier pictures. */
  look(view: View): Promise<{ seen: Sighting[]; ms: number }>;
  /** ONNX files of the model; the first finds people. */
  files: string[];
}

/** The service drops rows below 0.1; figures at a threshold need some of them. */
const FLOOR = 0.02;

/** Our own tiers (or those of `catalogue`), then the public models of `publicModels`. `only`: those whose name contains it. */
export async function openContestants(
  catalogue: string | undefined,
  publicModels: string,
  only: string | undefined,
): Promise<Contestant[]> {
  const own = catalogue ?? shippedCatalogue;
  const tiers = (await readCatalogue(own)).filter((entry): entry is EyesEntry => entry.family !== "spotter-fall");
  const manifest = join(publicModels, "manifest.json");
  const all = [
    ...tiers.map((entry) => ({ entry, path: own })),
    ...(existsSync(manifest) ? publicEntries(manifest) : []).map((entry) => ({ entry, path: manifest })),
  ].filter(({ entry }) => !only || entry.name.includes(only));
  const memory = shareMemory(Math.max(0, ...all.map(({ entry }) => bytesOf(entry.input))));
  return Promise.all(all.map(({ entry, path }) => open(entry, path, memory)));
}

async function open(entry: EyesEntry, catalogue: string, memory: Memory): Promise<Contestant> {
  const model = await loadModel(catalogue, entry);
  const eyes = await openEyes(model, memory, runtime);
  const picture = memory.picture.subarray(0, bytesOf(entry.input));
  return {
    name: entry.name,
    files: filesOf(entry).map(({ file }) => join(catalogue, "..", file)),
    async look(view) {
      const scale = await paintView(view, picture, entry.input);
      const started = performance.now();
      const count = await eyes.look(0);
      const ms = performance.now() - started;
      const rows = Array.from({ length: count }, (_, i) => memory.rows.slice(i * ROW, (i + 1) * ROW))
        .filter((row) => row[0]! >= FLOOR && row.every(Number.isFinite))
        .sort((a, b) => b[0]! - a[0]!);
      return { ms, seen: suppress(rows).map((row) => sighting(row, scale)) };
    },
  };
}

function sighting(row: Float32Array, scale: number): Sighting {
  const own = row.map((value, i) => (isCoordinate(i) ? value / scale : value));
  const [x1, y1, x2, y2] = own.subarray(ROW_BOX) as unknown as BoxCorners;
  return { score: own[0]!, box: [x1, y1, x2, y2], row: own };
}

/** Public models painted in the size of a small camera picture, as somebody who uses them here would have it. */
const PAINTED: Size = { width: 640, height: 384 };
const square = (side: number): Size => ({ width: side, height: side });

/** Catalogue entries for the public models in a folder with a manifest; each detector brings its boxes, TinyPose the joints. */
function publicEntries(manifest: string): EyesEntry[] {
  const { models } = JSON.parse(readFileSync(manifest, "utf8")) as { models: { file: string; sha256: string }[] };
  const known = new Map(models.map(({ file, sha256 }) => [file, { file, sha256 }]));
  const pose = known.get("tinypose_256_192.onnx");
  const common = { licence: "see the manifest", input: PAINTED, figures: {} };
  const entries: EyesEntry[] = [];
  for (const [kind, file, side] of [
    ["yolox", "yolox_nano_416_dpp.onnx", 416],
    ["rtmdet", "rtmdet_nano_person.onnx", 640],
    ["picodet", "picodet_s_320_ped.onnx", 320],
  ] as const) {
    const found = known.get(file);
    if (!found || !pose) continue;
    entries.push({
      ...common,
      family: "topdown",
      name: `${kind}+tinypose`,
      detector: { kind, input: square(side), ...found },
      pose: { kind: "tinypose", input: { width: 192, height: 256 }, ...pose },
    });
  }
  const [detector, landmark] = [
    known.get("blazepose_detector_224.onnx"),
    known.get("blazepose_landmark_lite_256.onnx"),
  ];
  if (detector && landmark) entries.push({ ...common, family: "blazepose", name: "blazepose", detector, landmark });
  return entries;
}
