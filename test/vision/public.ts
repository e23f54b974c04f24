import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { modelsDir } from "../engines.ts";

const fixtures = resolve(import.meta.dirname, "../fixtures/vision");

/** A catalogue of the public models where they lie on this machine; remove it with the returned function. */
export async function publicCatalogue(): Promise<{ path: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "spotter-public-"));
  const text = await readFile(join(fixtures, "public-catalogue.json"), "utf8");
  const located = text.replaceAll('"public/', `"${modelsDir}/`).replaceAll('"steered-', `"${fixtures}/steered-`);
  const path = join(directory, "catalogue.json");
  await writeFile(path, located.replace(`"name": "${fixtures}/steered-`, '"name": "steered-'));
  return { path, remove: () => rm(directory, { recursive: true }) };
}
