import { createHash, randomBytes } from "node:crypto";

/** Digest algorithms (RFC 7616 section 6.1), the strongest first, and node's names for them. */
const HASHES = [
  ["SHA-512-256", "sha512-256"],
  ["SHA-256", "sha256"],
  ["MD5", "md5"],
] as const;

export interface Challenge {
  /** In lower case. */
  scheme: string;
  /** By name in lower case. */
  parameters: Map<string, string>;
}

/** Reads WWW-Authenticate fields (RFC 7235 section 4.1): one field may hold several challenges. */
export function parseChallenges(values: readonly string[]): Challenge[] {
  const challenges: Challenge[] = [];
  for (const value of values) {
    for (const [, word = "", equals, quoted, bare] of value.matchAll(
      /([\w!#$%&'*+.^`|~-]+)(?:\s*(=)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g,
    )) {
      if (equals === undefined) challenges.push({ scheme: word.toLowerCase(), parameters: new Map() });
      else challenges.at(-1)?.parameters.set(word.toLowerCase(), quoted?.replaceAll(/\\(.)/g, "$1") ?? bare ?? "");
    }
  }
  return challenges;
}

/** User and password, and how this camera wants them: Digest (RFC 7616, and the older RFC 2069 form) or Basic (RFC 7617). */
export class Login {
  readonly #user: string;
  readonly #password: string;
  readonly #random: () => string;
  #challenge: Challenge | undefined;
  #count = 0;

  /** `random` gives the client's nonce. */
  constructor(user: string, password: string, random = () => randomBytes(16).toString("base64url")) {
    this.#user = user;
    this.#password = password;
    this.#random = random;
  }

  /** Remembers the strongest challenge that can be answered; `stale` when the last answer was only too old. */
  learn(values: readonly string[]): "none" | "new" | "stale" {
    const challenges = parseChallenges(values);
    const best =
      HASHES.map(([name]) => challenges.find((challenge) => answers(challenge, name))).find(Boolean) ??
      challenges.find(({ scheme }) => scheme === "basic");
    if (!best) return "none";
    this.#challenge = best;
    this.#count = 0;
    return best.parameters.get("stale")?.toLowerCase() === "true" ? "stale" : "new";
  }

  /** The Authorization field for a request, once a challenge is known. */
  answer(method: string, url: string): Record<string, string> {
    const challenge = this.#challenge;
    if (!challenge) return {};
    if (challenge.scheme === "basic")
      return { Authorization: `Basic ${Buffer.from(`${this.#user}:${this.#password}`).toString("base64")}` };
    return { Authorization: this.#digest(challenge.parameters, method, url) };
  }

  #digest(parameters: Map<string, string>, method: string, uri: string): string {
    const algorithm = parameters.get("algorithm") ?? "MD5";
    const [, name = "md5"] = HASHES.find(([known]) => known === plain(algorithm)) ?? [];
    const hash = (text: string) => createHash(name).update(text).digest("hex");
    const realm = parameters.get("realm") ?? "";
    const nonce = parameters.get("nonce") ?? "";
    const cnonce = this.#random();
    this.#count += 1;
    const nc = this.#count.toString(16).padStart(8, "0");

    // RFC 7616 section 3.4.2 and 3.4.3.
    let secret = hash(`${this.#user}:${realm}:${this.#password}`);
    if (/-sess$/i.test(algorithm)) secret = hash(`${secret}:${nonce}:${cnonce}`);
    const asked = hash(`${method}:${uri}`);
    const withQop = parameters.has("qop");
    const response = hash(withQop ? `${secret}:${nonce}:${nc}:${cnonce}:auth:${asked}` : `${secret}:${nonce}:${asked}`);

    const fields = [
      `username=${quote(this.#user)}`,
      `realm=${quote(realm)}`,
      `nonce=${quote(nonce)}`,
      `uri=${quote(uri)}`,
      `response="${response}"`,
    ];
    if (parameters.has("algorithm")) fields.push(`algorithm=${algorithm}`);
    const opaque = parameters.get("opaque");
    if (opaque !== undefined) fields.push(`opaque=${quote(opaque)}`);
    if (withQop) fields.push("qop=auth", `nc=${nc}`);
    if (withQop || /-sess$/i.test(algorithm)) fields.push(`cnonce="${cnonce}"`);
    return `Digest ${fields.join(", ")}`;
  }
}

function answers({ scheme, parameters }: Challenge, algorithm: string): boolean {
  if (scheme !== "digest" || plain(parameters.get("algorithm") ?? "MD5") !== algorithm) return false;
  const qop = parameters.get("qop");
  return qop === undefined || qop.split(/[\s,]+/).includes("auth");
}

function plain(algorithm: string): string {
  return algorithm.toUpperCase().replace(/-SESS$/, "");
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}
