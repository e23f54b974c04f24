import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes the SHA-256 of every model file into catalogue.json: `npx node models/seal.ts`, after a model was trained anew. */
const path = join(import.meta.dirname, "catalogue.json");

function seal(part: unknown): void {
  if (typeof part !== "object" || part === null) return;
  const entry = part as Record<string, unknown>;
  if (typeof entry.file === "string") {
    entry.sha256 = createHash("sha256")
      .update(readFileSync(join(import.meta.dirname, entry.file)))
      .digest("hex");
    console.log(`${entry.sha256}  ${entry.file}`);
  }
  Object.values(entry).forEach(seal);
}

const catalogue: unknown = JSON.parse(readFileSync(path, "utf8"));
seal(catalogue);
writeFileSync(path, `${JSON.stringify(catalogue, null, 2)}\n`);
