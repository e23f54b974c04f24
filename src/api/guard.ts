import { isIP } from "node:net";
import { hostname } from "node:os";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Clock } from "../lib/clock.ts";
import { type Credential, same } from "./credential.ts";
import { ApiFailure } from "./failure.ts";
import { Lockout } from "./lockout.ts";

const COOKIE = "spotter";
const MONTH_S = 30 * 24 * 3600;

/** Everything that a page of this device may load comes from the device itself; no inline script, no framing. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

declare module "fastify" {
  interface FastifyContextConfig {
    /** Needs no credential. */
    open?: boolean;
  }
}

/**
 * Who may use the API: whoever shows the device's token, as a bearer token or as the cookie that /api/login gives for it.
 * A cookie alone may not change anything: the request must also carry a header that a foreign page cannot set. Requests
 * under a foreign host name are refused, so that no web site can point its own name at this device (DNS rebinding).
 */
export function guard(app: FastifyInstance, credential: Credential, host: string, clock: Clock): void {
  const lockout = new Lockout();

  const check = (request: FastifyRequest, given: string, wanted: string) => {
    const now = clock.now();
    const wait = lockout.waitMs(request.ip, now);
    if (wait > 0)
      throw new ApiFailure("locked-out", "too many wrong credentials from this address", {
        headers: { "retry-after": String(Math.ceil(wait / 1000)) },
      });
    if (same(given, wanted)) return lockout.succeeded(request.ip);
    lockout.failed(request.ip, now);
    throw new ApiFailure("wrong-credential", "the credential is wrong");
  };

  app.addHook("onRequest", async (request, reply) => {
    reply.headers(HEADERS);
    if (!hostAllowed(request.headers.host, host))
      throw new ApiFailure("wrong-host", "this device does not answer under that name");
    if (request.routeOptions.config.open) return;
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (bearer !== undefined) return check(request, bearer, credential.token);
    const session = cookie(request.headers.cookie);
    if (session === undefined) throw new ApiFailure("no-credential", "this needs the device's credential");
    // Not behind the lockout: guessing elsewhere must not shut out who is already in. 256 bits are beyond guessing.
    if (!same(session, credential.session)) throw new ApiFailure("wrong-credential", "the session has ended");
    if (request.method !== "GET" && request.method !== "HEAD" && !fromOwnPage(request))
      throw new ApiFailure("foreign-page", "the request does not come from the device's own page");
  });

  app.post<{ Body: { token: string } }>(
    "/api/login",
    {
      config: { open: true },
      schema: {
        body: {
          type: "object",
          required: ["token"],
          additionalProperties: false,
          properties: { token: { type: "string", minLength: 1, maxLength: 200 } },
        },
      },
    },
    async (request, reply) => {
      check(request, request.body.token, credential.token);
      reply.header(
        "set-cookie",
        `${COOKIE}=${credential.session}; Path=/; Max-Age=${MONTH_S}; HttpOnly; SameSite=Strict`,
      );
      return { ok: true };
    },
  );
}

function cookie(header: string | undefined): string | undefined {
  for (const part of (header ?? "").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === COOKIE && value) return value;
  }
  return undefined;
}

/** A header of our own cannot be set across origins without a preflight, which is never granted. */
function fromOwnPage(request: FastifyRequest): boolean {
  const { origin, host } = request.headers;
  return request.headers["x-spotter"] === "1" && (origin === undefined || originHost(origin) === host);
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/**
 * Names that cannot be pointed here by somebody else: IP addresses, localhost and what the device is known as. A device
 * that listens on loopback only is asked for by loopback names only.
 */
function hostAllowed(header: string | undefined, listening: string): boolean {
  if (header === undefined || !/^[A-Za-z0-9.:[\]_-]+$/.test(header)) return false;
  const name = header
    .replace(/:\d+$/, "")
    .replace(/^\[|\]$/g, "")
    .toLowerCase();
  const loopback = name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
  if (loopback) return true;
  if (isLoopback(listening)) return false;
  const own = hostname().toLowerCase();
  return isIP(name) !== 0 || name === listening.toLowerCase() || name === own || name === `${own}.local`;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
