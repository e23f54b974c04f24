import { createPublicKey, verify } from "node:crypto";

/** The cookie that opens what the CDN has cached. */
export const PASS_COOKIE = "__Host-spotter-pass";
/** Browsers keep no longer cookies; neither do we read them. */
const MAX_PASS = 4_000;
/** SubjectPublicKeyInfo of Ed25519 (RFC 8410 section 4) up to the 32 bytes of the key. */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** What its bearer may see of the CDN's cache. */
export interface Pass {
  readonly tenant: string;
  /** Names of sites; `*`: all. */
  readonly sites: readonly string[];
}

/**
 * `<key id>.<claims>.<signature>`: claims are base64url of `{"t": tenant, "s": sites, "e": s since 1970}`, the signature is
 * Ed25519 (RFC 8032) over everything before its dot. The pass, when one of these keys signed it and it has not expired
 * (`now`: ms since 1970); undefined otherwise, whatever the text is.
 */
export function openPass(keys: Readonly<Record<string, string>>, text: string, now: number): Pass | undefined {
  if (text.length > MAX_PASS) return undefined;
  const [, signed = "", id = "", claims = "", signature = ""] =
    /^(([\w-]{1,16})\.([\w-]+))\.([\w-]{86})$/.exec(text) ?? [];
  const bytes = Buffer.from(signature, "base64url");
  // The last letter has bits to spare: one pass has one spelling.
  if (signed === "" || !Object.hasOwn(keys, id) || bytes.toString("base64url") !== signature) return undefined;
  const der = Buffer.concat([SPKI, Buffer.from(keys[id] as string, "base64url")]);
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  if (!verify(null, Buffer.from(signed), key, bytes)) return undefined;
  // Signed by us, so it is what we write.
  const { t, s, e } = JSON.parse(Buffer.from(claims, "base64url").toString());
  return e * 1000 > now ? { tenant: t, sites: s } : undefined;
}

export function sees({ sites }: Pass, site: string): boolean {
  return sites.includes("*") || sites.includes(site);
}
