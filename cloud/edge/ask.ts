import type { Ask } from "./message.ts";

/** Functions at a CDN may take 30 s at the origin's side; people do not wait so long. */
const TIMEOUT_MS = 4_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** Asks over HTTP; the local server does without TLS. Rejects when the answer is late, too long or no JSON. */
export function askOver(scheme: "https" | "http", timeoutMs = TIMEOUT_MS): Ask {
  return async (host, path, cookie) => {
    const answer = await fetch(`${scheme}://${host}${path}`, {
      headers: { accept: "application/json", ...(cookie === "" ? {} : { cookie }) },
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of answer.body ?? []) {
      bytes += part.length;
      if (bytes > MAX_BYTES) throw new Error(`${path}: the answer is longer than ${MAX_BYTES} bytes`);
      parts.push(part);
    }
    return { status: answer.status, json: JSON.parse(Buffer.concat(parts).toString()) };
  };
}
