import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";

/** The cookie that opens what the edge computes and a CDN caches; `cloud/edge/pass.ts` reads it, and holds only public keys. */
export const PASS_COOKIE = "__Host-spotter-pass";
/** How long somebody who was shut out still sees cached summaries and thumbnails, s; each GET /api/session renews it. */
export const PASS_S = 900;
/** Browsers keep no longer cookies. */
const MAX_PASS = 4_000;

export interface PassKey {
  /** 1-16 letters, digits, `_` and `-`; the edge knows the public key by it. */
  readonly id: string;
  /** PEM of an Ed25519 private key (PKCS #8). */
  readonly pem: string;
}

/** A new key, with the public one as the edge's configuration takes it. */
export function newPassKey(id: string): PassKey & { readonly publicKey: string } {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  return { id, pem, publicKey: publicOf(pem) };
}

/** base64url of the 32 bytes of the public key. */
export function publicOf(pem: string): string {
  return createPublicKey(pem).export({ format: "jwk" }).x as string;
}

/** A pass for one person until `expiresAt`, ms since 1970; undefined when they see more sites than a cookie can name. */
export function signPass(
  { id, pem }: PassKey,
  { tenant, sites }: { readonly tenant: string; readonly sites: readonly string[] },
  expiresAt: number,
): string | undefined {
  const claims = JSON.stringify({ t: tenant, s: sites, e: Math.floor(expiresAt / 1000) });
  const signed = `${id}.${Buffer.from(claims).toString("base64url")}`;
  const pass = `${signed}.${sign(null, Buffer.from(signed), createPrivateKey(pem)).toString("base64url")}`;
  return pass.length <= MAX_PASS ? pass : undefined;
}
