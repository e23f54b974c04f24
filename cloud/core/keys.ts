import { createHash } from "node:crypto";
import type { Key } from "./store.ts";

/** Longest key of DynamoDB, the strictest store: bytes of partition and sort. */
const MAX_PARTITION = 2048;
const MAX_SORT = 1024;

/** Names whose code is longer are cut, with a digest of the whole in place of the rest. */
const MAX_NAME = 120;

/** Names as one text in which none can pass for another: ASCII, so that every store orders it alike. */
export function path(...names: readonly string[]): string {
  return names.map(coded).join("/");
}

function coded(name: string): string {
  // Halves of surrogate pairs, which no store keeps, become U+FFFD.
  const code = encodeURIComponent(name.toWellFormed());
  // No code of a name holds "%~".
  return code.length <= MAX_NAME ? code : `${code.slice(0, 60)}%~${sha256(name).slice(0, 43)}`;
}

/** A key; throws RangeError when a store would refuse it. */
export function key<Body>(partition: string, sort: string): Key<Body> {
  if (partition === "" || partition.length > MAX_PARTITION || sort === "" || sort.length > MAX_SORT)
    throw new RangeError(`key ${partition} / ${sort}: must be 1-${MAX_PARTITION} and 1-${MAX_SORT} characters long`);
  return { partition, sort };
}

/** A time, ms since 1970, as text that sorts like the number; `id` keeps two at the same time apart. */
export function timed(at: number, id: string): string {
  return `${instant(at)}~${id}`;
}

export function instant(at: number): string {
  return String(Math.max(0, Math.floor(at))).padStart(16, "0");
}

/** A short name for something that has several: the same for the same names, 22 characters, fit for addresses. */
export function digest(...names: readonly string[]): string {
  return sha256(path(...names)).slice(0, 22);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
