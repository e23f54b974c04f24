import { readFileSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type Document, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { asError, UsageError } from "../lib/failure.ts";
import { resolvePaths } from "./paths.ts";
import { child, toProblems } from "./problem.ts";
import { firstLine, MAX_PROBLEMS, positionOf, report } from "./report.ts";
import { rules } from "./rules.ts";
import { actuatorSchema, type Config, cameraSchema, configSchema, uplinkSchema } from "./schema.ts";

const MAX_BYTES = 1_000_000;
/** More than any config nests, far less than what overflows the parser's stack. */
const MAX_DEPTH = 64;
/** Nodes that aliases may stand for, so that a few lines cannot unfold into gigabytes. */
const MAX_ALIASED = 100;

/**
 * Reads a config file; relative paths in it are taken from the file's own folder. Throws UsageError with every problem
 * at once, one a line.
 */
export function loadConfig(path: string): Config {
  let bytes: Buffer;
  try {
    if (statSync(path).size > MAX_BYTES)
      throw new UsageError(`${path}: is larger than ${MAX_BYTES} bytes; a config never is, check the path`);
    bytes = readFileSync(path);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(
      `${path}: cannot be read (${asError(cause).message}); correct the path, or start from the shipped default.yaml`,
    );
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${path}: line ${brokenLine(bytes)} is not UTF-8 text; save the file as UTF-8`);
  }
  return resolvePaths(parseConfig(text, basename(path)), dirname(resolve(path)));
}

/**
 * The config in a YAML text, checked and with every default filled in; paths stay as written. `origin` names the text in
 * messages: `origin:line:column: key: value what is wrong; remedy`. Throws UsageError with every problem at once.
 */
export function parseConfig(text: string, origin: string): Config {
  const lines = new LineCounter();
  const { document, raw } = parseYaml(text, origin, lines);
  const parsed = configSchema.safeParse(raw);
  const problems = [...(parsed.error?.issues ?? []).flatMap((issue) => toProblems(issue, raw)), ...rules(draftOf(raw))];
  if (problems.length === 0 && parsed.data) return parsed.data;
  throw new UsageError(report(problems, raw, origin, (path) => positionOf(document, path, lines)));
}

function parseYaml(text: string, origin: string, lines: LineCounter): { document: Document; raw: unknown } {
  if (text.length > MAX_BYTES)
    throw new UsageError(`${origin}: line 1: is larger than ${MAX_BYTES} characters; a config never is`);
  const deep = tooDeep(text);
  if (deep > 0) throw new UsageError(`${origin}:${deep}:1: nests deeper than ${MAX_DEPTH} levels; no setting does`);
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      version: "1.2",
      merge: false,
      logLevel: "error",
    });
    const faults = [...document.errors, ...document.warnings];
    if (faults.length > 0) {
      const said = faults.slice(0, MAX_PROBLEMS).map((fault) => {
        const { line, col } = lines.linePos(fault.pos[0]);
        return `${origin}:${line}:${col}: is not YAML: ${firstLine(fault.message)}; correct the line`;
      });
      throw new UsageError(said.join("\n"));
    }
    // An empty file means every default.
    return { document, raw: document.toJS({ maxAliasCount: MAX_ALIASED }) ?? {} };
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(
      `${origin}:1:1: cannot be read as YAML (${firstLine(asError(cause).message)}); simplify the file`,
    );
  }
}

/** First line that nests too deep, by brackets or by indentation marks; 0 when none does. Cheap, so it may overcount. */
function tooDeep(text: string): number {
  let open = 0;
  for (const [i, line] of text.split("\n").entries()) {
    for (const char of line) {
      if (char === "[" || char === "{") open += 1;
      else if ((char === "]" || char === "}") && open > 0) open -= 1;
    }
    if (open > MAX_DEPTH || (/^[\s?:-]*/.exec(line)?.[0].match(/[?:-]/g)?.length ?? 0) > MAX_DEPTH) return i + 1;
  }
  return 0;
}

/** What of a faulty config can still be checked against the rest of it. */
function draftOf(raw: unknown): Parameters<typeof rules>[0] {
  const list = (key: string): unknown[] => {
    const value = child(raw, key);
    return Array.isArray(value) ? value : [];
  };
  const each = <T>(key: string, schema: z.ZodType<T>) => list(key).map((entry) => schema.safeParse(entry).data);
  return {
    cameras: each("cameras", cameraSchema),
    actuators: each("actuators", actuatorSchema),
    uplink: uplinkSchema.safeParse(child(raw, "uplink") ?? {}).data,
    outputs: list("actuators")
      .map((entry) => child(entry, "name"))
      .filter((name) => typeof name === "string"),
  };
}

function brokenLine(bytes: Buffer): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (const byte of bytes) {
    try {
      decoder.decode(Uint8Array.of(byte), { stream: true });
    } catch {
      return line;
    }
    if (byte === 10) line += 1;
  }
  return line;
}
