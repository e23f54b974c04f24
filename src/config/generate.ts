import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Shape, shape } from "./problem.ts";

const HEAD = `# Spotter's settings with their defaults, generated from schema.ts by \`npm run generate\`. Copy this file and change the copy.
#
# A "#" with no blank or with several behind it switches a setting off; what stands there is an example. Take the "#" away
# to use it. Relative paths start from the folder of this file. Secrets stand elsewhere: env:NAME or file:/path.
# Check your copy with: npm run -s spotter -- check-config <file>
`;

const WIDTH = 120;

/**
 * The shipped default config: every setting with its meaning, unit and range. What has no default (lists and optional
 * settings) stands as a commented-out example; lists show one entry of each kind.
 */
export function defaultYaml(): string {
  const sections = Object.entries(shape.properties ?? {}).map(([key, at]) => {
    const entries = entriesOf(at);
    const about = comment(at.description ?? "", 0);
    if (entries) return [...about, ...[`${key}:`, ...entries].map((line) => `#${line}`)];
    return [...about, `${key}:`, ...settings(at, 2, false)];
  });
  return `${HEAD}\n${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** Lines for the settings of one mapping. In an example everything is shown set; else only what has a default. */
function settings(at: Shape, depth: number, example: boolean): string[] {
  const pad = " ".repeat(depth);
  return Object.entries(at.properties ?? {}).flatMap(([key, setting]) => {
    const required = example && at.required?.includes(key);
    const facts = [setting.description, range(setting), required ? "required" : undefined];
    const about = comment(facts.filter(Boolean).join(" · "), depth);
    if (setting.properties) return [...about, `${pad}${key}:`, ...settings(setting, depth + 2, example)];
    const entries = entriesOf(setting);
    if (entries) return [...about, `${pad}${key}:`, ...entries.map((line) => pad + line)];
    const shown = setting.examples?.[0] ?? setting.const ?? setting.default;
    const value = example ? shown : setting.default;
    return [...about, value === undefined ? `${pad}#${key}: ${flow(shown)}` : `${pad}${key}: ${flow(value)}`];
  });
}

/** One example entry of each kind, when `at` is a list of settings; undefined for other lists. */
function entriesOf(at: Shape): string[] | undefined {
  if (!at.items) return undefined;
  const kinds = at.items.oneOf ?? (at.items.properties ? [at.items] : []);
  if (kinds.length === 0) return undefined;
  return kinds.flatMap((kind) => {
    const [first = "", ...rest] = settings(kind, 4, true);
    return [`  - ${first.trimStart()}`, ...rest];
  });
}

/** The values that are allowed, where the schema knows them. */
function range(at: Shape): string | undefined {
  if (at.enum && !at.enum.every((value) => at.description?.includes(`${value}:`))) return at.enum.join(" | ");
  const number = at.anyOf?.[0] ?? at;
  const { minimum, exclusiveMinimum, maximum } = number;
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (exclusiveMinimum !== undefined) return `above ${exclusiveMinimum}${maximum ? `, at most ${maximum}` : ""}`;
  return undefined;
}

/** Prose as comment lines: "#", one blank, text. */
function comment(text: string, depth: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && depth + line.length + word.length + 4 > WIDTH) {
      lines.push(line);
      line = "";
    }
    line += `${line ? " " : ""}${word}`;
  }
  return [...lines, line].map((part) => `${" ".repeat(depth)}# ${part}`);
}

/** A value on one line; text is quoted only where YAML would read it as something else. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value !== "string") return JSON.stringify(value);
  return /^[A-Za-z][\w./:-]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value)
    ? value
    : JSON.stringify(value);
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, "default.yaml"), defaultYaml());
