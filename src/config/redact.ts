import type { Config } from "./schema.ts";

/** A URL without its user, password and query; other text unchanged. */
export function maskUrl(text: string): string {
  return text
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1***@")
    .replace(/^([a-z][a-z0-9+.-]*:\/\/[^?#]*)[?#].*$/i, "$1?***");
}

/**
 * The config as the API and the log may show it. Secrets stand in it by reference only, which may be seen; what is left
 * is whatever an address carries beside its host and path, for instance a webhook's token in the query.
 */
export function redact(config: Config): Config {
  return walk(config) as Config;
}

function walk(value: unknown): unknown {
  if (typeof value === "string") return maskUrl(value);
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, walk(entry)]));
  return value;
}
