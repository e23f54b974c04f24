import { createHmac, timingSafeEqual } from "node:crypto";

/** The header that carries the signature. */
export const SIGNATURE_HEADER = "spotter-signature";
/** A receiver refuses what was signed longer ago than this, s: a message overheard cannot be played again later. */
export const TOLERANCE_S = 300;

/** `t=<s since 1970>,v1=<hex>`: HMAC-SHA256 (RFC 2104) under the contact's secret over `<t>.<body>`. */
export function sign(secret: string, body: string, atMs: number): string {
  const t = Math.floor(atMs / 1000);
  return `t=${t},v1=${mac(secret, t, body).toString("hex")}`;
}

/** What a receiver does; `now` in ms since 1970. */
export function verify(secret: string, body: string, header: string, now: number): boolean {
  const [, t = "", given = ""] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  if (given === "" || Math.abs(now / 1000 - Number(t)) > TOLERANCE_S) return false;
  return timingSafeEqual(Buffer.from(given, "hex"), mac(secret, Number(t), body));
}

function mac(secret: string, t: number, body: string): Buffer {
  return createHmac("sha256", secret).update(`${t}.${body}`).digest();
}
