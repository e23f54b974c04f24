import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

export interface Account {
  readonly email: string;
  readonly verified: boolean;
}

/** A real OpenID Connect provider on loopback, at which everybody who says who they are is believed. */
export async function startProvider(
  accounts: Readonly<Record<string, Account>>,
  { claimsInToken = true }: { readonly claimsInToken?: boolean } = {},
) {
  let handle: Parameters<typeof createServer>[1] = (_, response) => response.end();
  const server: Server = createServer((request, response) => handle?.(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = { clientId: "spotter", clientSecret: "a secret between the two" };
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const configuration = (redirects: string[]) => ({
    clients: [{ client_id: client.clientId, client_secret: client.clientSecret, redirect_uris: redirects }],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    conformIdTokenClaims: !claimsInToken,
    pkce: { required: () => true },
    cookies: { keys: ["only for tests"] },
    jwks: { keys: [privateKey.export({ format: "jwk" })] },
    findAccount: (_: unknown, sub: string) => {
      const account = accounts[sub];
      return (
        account && { accountId: sub, claims: () => ({ sub, email: account.email, email_verified: account.verified }) }
      );
    },
  });
  return {
    issuer,
    ...client,
    /** Where it may send people back to; known only once the cloud listens. */
    allow(redirect: string) {
      const provider = new Provider(issuer, configuration([redirect]) as ConstructorParameters<typeof Provider>[1]);
      handle = provider.callback();
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A browser, as far as signing in needs one: cookies per host, redirects, and forms filled in and sent. */
export class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  cookies(host: string): ReadonlyMap<string, string> {
    return this.#jars.get(host) ?? new Map();
  }

  /** Goes to an address and on until no redirect and no form is left, or until `stop` says so. */
  async go(
    url: string,
    fill: Readonly<Record<string, string>> = {},
    stop: (next: URL) => boolean = () => false,
  ): Promise<{ readonly url: URL; readonly status: number; readonly text: string }> {
    let at = new URL(url);
    let form: URLSearchParams | undefined;
    for (let hops = 0; hops < 20; hops += 1) {
      if (stop(at)) return { url: at, status: 0, text: "" };
      const { status, location, text } = await this.#fetch(at, form);
      form = undefined;
      if (location !== null) {
        at = new URL(location, at);
        continue;
      }
      const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1];
      if (!action) return { url: at, status, text };
      const hidden = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
      form = new URLSearchParams([
        ...hidden.map(([, name = "", value = ""]) => [name, value] as [string, string]),
        ...Object.entries(fill),
      ]);
      at = new URL(action, at);
    }
    throw new Error(`sent round and round, at last to ${at}`);
  }

  async #fetch(at: URL, form: URLSearchParams | undefined) {
    const jar = this.#jars.get(at.host) ?? new Map<string, string>();
    this.#jars.set(at.host, jar);
    const response = await fetch(at, {
      redirect: "manual",
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form ? { method: "POST", body: form } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === "") jar.delete(name);
      else jar.set(name, value);
    }
    return { status: response.status, location: response.headers.get("location"), text: await response.text() };
  }
}
