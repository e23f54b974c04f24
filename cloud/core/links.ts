import { createHmac, timingSafeEqual } from "node:crypto";
import { type BlobKey, checkBlobKey } from "./blobs.ts";

/** Addresses of blobs that this cloud serves itself: `/blobs/<key>?expires=<s>&signature=<base64url>`. */
export const BLOBS = "/blobs/";

/** HMAC-SHA256 (RFC 2104) over key and expiry; `expiresAt` in ms since 1970, rounded down to seconds. */
export function signLink(secret: string, key: BlobKey, expiresAt: number): string {
  checkBlobKey(key);
  const expires = Math.floor(expiresAt / 1000);
  return `${BLOBS}${key}?expires=${expires}&signature=${mac(secret, key, expires).toString("base64url")}`;
}

/** The key that an address leads to, when it was signed with this secret and has not expired; undefined otherwise. */
export function openLink(secret: string, link: string, now: number): BlobKey | undefined {
  const [, key = "", expires = "", signature = ""] =
    /^\/blobs\/([\w./-]+)\?expires=(\d{1,12})&signature=([\w-]{43})$/.exec(link) ?? [];
  if (signature === "" || Number(expires) * 1000 <= now) return undefined;
  return timingSafeEqual(Buffer.from(signature, "base64url"), mac(secret, key, Number(expires))) ? key : undefined;
}

function mac(secret: string, key: BlobKey, expires: number): Buffer {
  return createHmac("sha256", secret).update(`${expires}\n${key}`).digest();
}
