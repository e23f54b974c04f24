import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { build, type Metafile } from "esbuild";

const here = import.meta.dirname;
/** Where the built dashboard lies: every file, and beside each its Brotli form with `.br` behind the name. */
export const dist = join(here, "dist");

/** Where nearly everybody begins. */
const FIRST_PAGE = "pages/incidents.tsx";

export interface BuiltFile {
  readonly name: string;
  readonly bytes: number;
  readonly brotli: number;
}

/**
 * Builds the dashboard into `outdir`. Scripts and styles carry a hash in their name, so that browsers may keep them for ever;
 * each page is a script of its own. Throws esbuild's errors.
 */
export async function buildDashboard(outdir = dist): Promise<BuiltFile[]> {
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: ["main.tsx", "main.css"],
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: "esm",
    target: ["chrome123", "firefox128", "safari17.5"],
    jsx: "automatic",
    jsxImportSource: "preact",
    entryNames: "assets/[name]-[hash]",
    chunkNames: "assets/[name]-[hash]",
    legalComments: "none",
    logLevel: "silent",
  });
  const built = (entry: string) => {
    const [file] = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === entry) ?? [];
    return addressOf(file ?? "");
  };
  // Without these links a browser would learn of each script only from the one before it: a journey each.
  const preloads = needed(metafile, ["main.tsx", FIRST_PAGE]).map(
    (file) => `<link rel="modulepreload" href="${file}" />`,
  );
  const html = await readFile(join(here, "index.html"), "utf8");
  const page = html
    .replace("/main.css", built("main.css"))
    .replace("/main.js", built("main.tsx"))
    .replace("</head>", `${preloads.join("")}</head>`);
  await writeFile(join(outdir, "index.html"), page);
  await writeFile(join(outdir, "icon.svg"), await readFile(join(here, "icon.svg")));
  const assets = Object.keys(metafile.outputs).map((file) => `assets/${file.split("/").at(-1)}`);
  return Promise.all(["index.html", "icon.svg", ...assets].map((name) => pack(outdir, name)));
}

/** Every script that these entries cannot do without, as addresses. */
function needed({ outputs }: Metafile, entries: readonly string[]): string[] {
  const found = new Set<string>();
  const add = (file: string) => {
    if (found.has(file)) return;
    found.add(file);
    for (const { path, kind } of outputs[file]?.imports ?? []) if (kind === "import-statement") add(path);
  };
  for (const [file, { entryPoint = "" }] of Object.entries(outputs)) if (entries.includes(entryPoint)) add(file);
  return [...found].map(addressOf);
}

const addressOf = (file: string) => `/assets/${file.split("/").at(-1)}`;

async function pack(outdir: string, name: string): Promise<BuiltFile> {
  const content = await readFile(join(outdir, name));
  const packed = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } });
  await writeFile(join(outdir, `${name}.br`), packed);
  return { name, bytes: content.length, brotli: packed.length };
}

if (import.meta.main)
  for (const { name, bytes, brotli } of await buildDashboard())
    process.stdout.write(`${String(bytes).padStart(8)} bytes ${String(brotli).padStart(8)} brotli  ${name}\n`);
