import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";

/** Packages of the CommonJS kind ask for their parts at run time. */
const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/**
 * One function with everything it needs, as `index.mjs` in `outdir`: this is what gets deployed, made by the esbuild of this
 * repository without Docker and network. Throws esbuild's errors. Bytes of the bundle.
 */
export function bundle(entry: string, outdir: string, define: Readonly<Record<string, unknown>> = {}): number {
  mkdirSync(outdir, { recursive: true });
  const { metafile } = buildSync({
    entryPoints: [entry],
    outfile: join(outdir, "index.mjs"),
    bundle: true,
    minify: true,
    keepNames: true,
    platform: "node",
    target: "node22",
    format: "esm",
    mainFields: ["module", "main"],
    banner: { js: REQUIRE },
    define: Object.fromEntries(Object.entries(define).map(([name, value]) => [name, JSON.stringify(value)])),
    legalComments: "none",
    metafile: true,
    logLevel: "silent",
  });
  return Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
}
