import { readFileSync } from "node:fs";
import * as oidc from "openid-client";
import { z } from "zod";
import { keepSignIn, takeSignIn } from "../core/sign-in.ts";
import { ApiFailure } from "./failure.ts";
import type { ApiPorts } from "./ports.ts";
import { name, title } from "./words.ts";

/** A provider of OpenID Connect at which people of one tenant sign in. */
export interface Provider {
  /** In addresses, such as `works`. */
  readonly provider: string;
  /** On the button. */
  readonly name: string;
  readonly tenant: string;
  /** Its issuer, where it can be discovered (OpenID Connect Discovery section 4). */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const providersInFile = z
  .array(
    z.strictObject({
      provider: name,
      name: title,
      tenant: name.optional(),
      issuer: z.url({ protocol: /^https?$/ }),
      clientId: z.string().min(1),
      clientSecret: z.string().min(1),
    }),
  )
  .max(20);

/** The providers in a JSON file. Throws an Error that names file, key and remedy. */
export function readProviders(file: string, tenant: string): Provider[] {
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`--oidc ${file}: ${(error as Error).message}; give a file with a JSON list of providers`);
  }
  const { data, error } = providersInFile.safeParse(given);
  if (!data) {
    const [issue] = error.issues;
    throw new Error(`--oidc ${file}: ${issue?.path.join(".")}: ${issue?.message}; see cloud/api/README.md`);
  }
  return data.map((provider) => ({ ...provider, tenant: provider.tenant ?? tenant }));
}

/** What a provider says of somebody. */
export interface Claims {
  readonly issuer: string;
  readonly sub: string;
  /** Only when the provider has verified it. */
  readonly email: string | undefined;
}

/** Time to log in at the provider, ms. */
export const SIGN_IN_MS = 10 * 60_000;

/** Sends people to their provider and understands what it says of them: authorisation code with PKCE, state and nonce. */
export class OidcDoor {
  readonly #provider: Provider;
  readonly #redirect: string;
  #found: Promise<oidc.Configuration> | undefined;

  constructor(provider: Provider, publicUrl: string) {
    this.#provider = provider;
    this.#redirect = `${publicUrl.replace(/\/$/, "")}/api/session/oidc/${provider.provider}/callback`;
  }

  /** Where to send the browser, and what it must still hold when it comes back. Throws ApiFailure when the provider is away. */
  async start(ports: ApiPorts): Promise<{ readonly url: string; readonly state: string }> {
    const config = await this.#discover();
    const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()];
    const expiresAt = ports.clock.now() + SIGN_IN_MS;
    await keepSignIn(ports, state, { provider: this.#provider.provider, nonce, verifier, expiresAt });
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: this.#redirect,
      scope: "openid email",
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    return { url: url.href, state };
  }

  /** Who came back with this query; `held`: the state in the browser's cookie. Throws ApiFailure for anything doubtful. */
  async finish(ports: ApiPorts, search: string, held: string | undefined): Promise<Claims> {
    const state = new URLSearchParams(search).get("state");
    // A stranger's link would log people in as somebody else.
    if (!state || state !== held)
      throw new ApiFailure("wrong-credential", "this sign-in did not begin in this browser; begin again");
    const begun = await takeSignIn(ports, state);
    if (begun?.provider !== this.#provider.provider)
      throw new ApiFailure("wrong-credential", "this sign-in is over or took too long; begin again");
    const config = await this.#discover();
    const { nonce: expectedNonce, verifier: pkceCodeVerifier } = begun;
    try {
      const tokens = await oidc.authorizationCodeGrant(config, new URL(`${this.#redirect}?${search}`), {
        expectedState: state,
        expectedNonce,
        pkceCodeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error("no id_token came");
      const { iss, sub } = claims;
      // Where the id_token is kept short, the rest is asked for (OpenID Connect Core section 5.4).
      const { email, email_verified } =
        claims.email === undefined ? await oidc.fetchUserInfo(config, tokens.access_token, sub) : claims;
      return { issuer: iss, sub, email: email_verified === true && typeof email === "string" ? email : undefined };
    } catch (error) {
      throw new ApiFailure("wrong-credential", `the provider's word is not valid: ${(error as Error).message}`);
    }
  }

  #discover(): Promise<oidc.Configuration> {
    this.#found ??= this.#ask().catch((error: Error) => {
      this.#found = undefined;
      throw new ApiFailure("busy", `provider ${this.#provider.provider} does not answer: ${error.message}`);
    });
    return this.#found;
  }

  #ask(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.#provider;
    const url = new URL(issuer);
    const plain = url.protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
    return oidc.discovery(url, clientId, clientSecret, undefined, {
      timeout: 10,
      // Without TLS only on this very machine.
      execute: plain ? [oidc.allowInsecureRequests] : [],
    });
  }
}
