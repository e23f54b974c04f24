import { type Document, isNode, type LineCounter } from "yaml";
import { child, type Problem } from "./problem.ts";
import { maskUrl } from "./redact.ts";

export const MAX_PROBLEMS = 50;

/** One line a problem, in the order of the file. */
export function report(
  problems: Problem[],
  raw: unknown,
  origin: string,
  positionOf: (path: Problem["path"]) => Position,
): string {
  const lines = problems
    .map((problem) => ({ ...problem, at: positionOf(problem.path) }))
    .sort((a, b) => a.at.line - b.at.line || a.at.col - b.at.col)
    .map(({ path, text, showValue, at }) => {
      const value = showValue ? `${show(path.reduce<unknown>(child, raw), path)} ` : "";
      return `${origin}:${at.line}:${at.col}: ${keyOf(path)}: ${value}${text}`;
    });
  if (lines.length <= MAX_PROBLEMS) return lines.join("\n");
  return [...lines.slice(0, MAX_PROBLEMS), `… and ${lines.length - MAX_PROBLEMS} more problems`].join("\n");
}

/** `cameras[1].zones[0].tier2[0]`; the whole file is `config`, a key that is no plain word stands in quotes. */
function keyOf(path: Problem["path"]): string {
  const text = path
    .map((key) =>
      typeof key === "number" ? `[${key}]` : `.${/^\w+$/.test(String(key)) ? String(key) : JSON.stringify(key)}`,
    )
    .map((part) => clean(part));
  return path.length === 0 ? "config" : text.join("").replace(/^\./, "");
}

/** A value as the reader may see it: short, on one line, and never a secret that was written in the wrong place. */
function show(value: unknown, path: Problem["path"]): string {
  if (/password|secret|^key$|token/i.test(String(path.at(-1)))) return "(hidden)";
  if (value === undefined) return "nothing";
  const text = typeof value === "string" ? maskUrl(value) : value;
  return clean(JSON.stringify(text) ?? String(text));
}

function clean(text: string, longest = 60): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a control character must not reach a terminal
  const line = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, "\uFFFD");
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

type Position = ReturnType<LineCounter["linePos"]>;

/** Where the setting stands, or the nearest thing that holds it. */
export function positionOf(document: Document, path: Problem["path"], lines: LineCounter): Position {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]);
  }
  return { line: 1, col: 1 };
}

/** The first line of somebody else's message, without its full stop. */
export function firstLine(text: string): string {
  return clean(text.split("\n")[0] ?? "", 160).replace(/[.:;]+$/, "");
}
