import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { main as pbjs } from "protobufjs-cli/pbjs.js";

/** Where the committed code lies. */
export const GENERATED = join(import.meta.dirname, "generated");
const MADE_BY =
  "// Made by src/event/generate.ts (protobufjs-cli) from event.proto: change that, then `npm run generate`.\n";

/** The text of each generated file by its name. */
export async function generate(): Promise<Map<string, string>> {
  const out = mkdtempSync(join(tmpdir(), "spotter-generate-"));
  try {
    const main = join(out, "event.js");
    const proto = join(import.meta.dirname, "event.proto");
    const without = ["create", "verify", "convert", "delimited", "typeurl", "service"].map((part) => `--no-${part}`);
    await new Promise<void>((done, failed) => {
      pbjs(
        [
          ...["--target", "static-module", "--wrap", "esm", "--es6", "--root", "spotter", "--dts", "--out", main],
          ...["--force-number", "--null-semantics", ...without, proto],
        ],
        (error) => (error ? failed(error) : done()),
      );
    });
    const files = [main, join(out, "event.d.ts")];
    return new Map(files.map((file) => [basename(file), MADE_BY + readFileSync(file, "utf8")]));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  mkdirSync(GENERATED, { recursive: true });
  for (const [name, text] of await generate()) writeFileSync(join(GENERATED, name), text);
}
