import { z } from "zod";
import { nearest } from "./nearest.ts";
import { configSchema } from "./schema.ts";

/** One thing wrong with a config: where, and what with which remedy. */
export interface Problem {
  path: PropertyKey[];
  /** Completes the sentence that starts with the value. */
  text: string;
  /** Whether the value itself helps the reader; not for missing keys and unknown ones. */
  showValue: boolean;
}

/** The part of JSON Schema that zod writes for this config. */
export interface Shape {
  type?: string;
  description?: string;
  default?: unknown;
  examples?: unknown[];
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Shape>;
  required?: string[];
  items?: Shape | false;
  prefixItems?: Shape[];
  oneOf?: Shape[];
  anyOf?: Shape[];
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
}

/** The config's schema as data, for messages and for `default.yaml`. */
export const shape = z.toJSONSchema(configSchema, { io: "input" }) as Shape;

/** The shape at a path; undefined below an unknown key. `value` picks the variant of a union by its `kind`. */
function shapeAt(path: readonly PropertyKey[], value: unknown): Shape | undefined {
  let at: Shape | undefined = shape;
  let here = value;
  for (const key of path) {
    if (at?.oneOf) at = at.oneOf.find((variant) => variant.properties?.kind?.const === child(here, "kind"));
    at = typeof key === "number" ? (at?.prefixItems?.[key] ?? (at?.items || undefined)) : at?.properties?.[String(key)];
    here = child(here, key);
  }
  return at;
}

export function child(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}

/** Puts zod's finding into the words of whoever wrote the file; `raw` is the whole config as written. */
export function toProblems(issue: z.core.$ZodIssue, raw: unknown): Problem[] {
  const { path } = issue;
  const value = path.reduce<unknown>(child, raw);
  const at = shapeAt(path, raw);
  const meaning = at?.description ? ` (${at.description})` : "";
  const problem = (text: string, showValue = true): Problem[] => [{ path, text, showValue }];

  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(variantOf(at, value)?.properties ?? {});
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      const remedy = near ? `did you mean ${near}?` : `remove it or use one of: ${known.join(", ")}`;
      return { path: [...path, key], text: `is no setting; ${remedy}`, showValue: false };
    });
  }
  if (value === undefined && (issue.code === "invalid_type" || issue.code === "invalid_union")) {
    const options = issue.code === "invalid_union" ? ": one of modbus, mqtt, http, beacon" : meaning;
    return problem(`is missing; write it${options}`, false);
  }
  switch (issue.code) {
    case "invalid_type":
      if (value === null)
        return problem(`is empty; give it ${article(issue.expected)}${meaning} or remove the key`, false);
      return problem(`must be ${article(issue.expected)}${meaning}`);
    case "invalid_value":
      return problem(`must be one of: ${issue.values.join(", ")}${suggest(value, issue.values)}`);
    case "invalid_union": {
      const kinds = (issue as { options?: unknown[] }).options ?? [];
      if (kinds.length === 0) return problem(`must be a number or null${meaning}`);
      return problem(`must be one of: ${kinds.join(", ")}${suggest(value, kinds)}`);
    }
    case "too_small":
    case "too_big":
      return problem(`must ${bounds(issue, at)}${meaning}`);
    default:
      return problem(issue.message);
  }
}

function variantOf(at: Shape | undefined, value: unknown): Shape | undefined {
  return at?.oneOf ? at.oneOf.find((variant) => variant.properties?.kind?.const === child(value, "kind")) : at;
}

function suggest(value: unknown, options: readonly unknown[]): string {
  const near = nearest(String(value), options.map(String));
  return near ? `; did you mean ${near}?` : "";
}

const EXPECTED: Record<string, string> = {
  object: "settings, each on an indented line below",
  array: "a list",
  tuple: "a pair [x, y]",
  string: "text",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
};

function article(expected: string): string {
  return EXPECTED[expected] ?? expected;
}

function bounds(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, at: Shape | undefined): string {
  const least = issue.code === "too_small";
  const limit = String(least ? issue.minimum : issue.maximum);
  const more = least ? "at least" : "at most";
  if (issue.origin === "array") return `have ${more} ${limit} entries`;
  if (issue.origin === "string") return least && limit === "1" ? "not be empty" : `have ${more} ${limit} characters`;
  const floor = at?.minimum ?? at?.exclusiveMinimum;
  const above = at?.minimum === undefined ? "above " : "";
  if (floor === undefined || at?.maximum === undefined) return `be ${issue.inclusive ? more : "above"} ${limit}`;
  return `be ${above || "from "}${floor} ${above ? "and at most" : "to"} ${at.maximum}`;
}
