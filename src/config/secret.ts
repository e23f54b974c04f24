import { readFileSync } from "node:fs";
import { UsageError } from "../lib/failure.ts";

/**
 * The value behind a secret reference of the config: `env:NAME` or `file:/path` (one trailing line break dropped).
 * `key` is the config key, for the message. Throws UsageError when it cannot be read or is empty.
 */
export function readSecret(reference: string, key: string): string {
  const [, scheme, where] = /^(env|file):(.+)$/.exec(reference) ?? [];
  if (scheme === undefined || where === undefined)
    throw new UsageError(`${key}: a secret is written as env:NAME or file:/path`);
  let value: string | undefined;
  try {
    value = scheme === "env" ? process.env[where] : readFileSync(where, "utf8").replace(/\r?\n$/, "");
  } catch (cause) {
    throw new UsageError(
      `${key}: ${reference} cannot be read (${(cause as Error).message}); create the file or correct the path`,
    );
  }
  if (!value)
    throw new UsageError(
      `${key}: ${reference} is ${value === undefined ? "not set" : "empty"}; set it before starting`,
    );
  return value;
}
