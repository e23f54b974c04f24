import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { openSession, type Who } from "../core/sessions.ts";
import type { Route } from "./contract.ts";
import { type Cookies, SESSION } from "./cookies.ts";
import { ApiFailure, lockedOut } from "./failure.ts";
import { seesAll } from "./handler.ts";
import { Limiter } from "./limiter.ts";
import type { ApiOptions } from "./ports.ts";

/** Requests of one address: so many at once, and then so many a second. */
const BURST = 2_000;
const PER_SECOND = 200;

/** Everything that a page of this cloud may load comes from the cloud itself; no inline script, no framing. */
export function securityHeaders({ secure, pictureOrigins = [] }: Pick<ApiOptions, "secure" | "pictureOrigins">) {
  const pictures = ["'self'", "blob:", "data:", ...pictureOrigins].join(" ");
  return {
    "content-security-policy":
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src ${pictures}; media-src ${pictures}; ` +
      "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; " +
      "base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cache-control": "no-store",
    ...(secure ? { "strict-transport-security": "max-age=63072000; includeSubDomains" } : {}),
  };
}

/**
 * Who may pass, in this order: a known host name · not too often · a session · a password of their own · the role · sight of
 * every site · the token that only the cloud's own pages know.
 */
export class Guard {
  readonly #options: ApiOptions;
  readonly #cookies: Cookies;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #limiter = new Limiter(BURST, (BURST / PER_SECOND) * 1000);

  constructor(options: ApiOptions, cookies: Cookies) {
    this.#options = options;
    this.#cookies = cookies;
    this.#headers = securityHeaders(options);
  }

  /** Of every request, whether there is such a route or not. Throws ApiFailure. */
  greet(request: FastifyRequest, reply: FastifyReply): void {
    void reply.headers(this.#headers);
    const { hosts, ports } = this.#options;
    if (hosts && !hosts.includes(hostOf(request.headers)))
      throw new ApiFailure("wrong-host", "the cloud does not answer under that name");
    const wait = this.#limiter.take(request.ip, ports.clock.now());
    if (wait > 0) throw lockedOut("too many requests from this address", wait);
  }

  /** Throws ApiFailure for whoever may not; undefined: nobody needs to be known. */
  async admit(request: FastifyRequest, route: Route): Promise<Who | undefined> {
    const writes = request.method !== "GET";
    const { headers } = request;
    // Even where there is no session yet, nobody else's page may write.
    if (writes && headers["sec-fetch-site"] === "cross-site")
      throw new ApiFailure("wrong-token", "the request comes from another site's page");
    if (route.roles === "public") return undefined;
    const who = await this.recognise(request);
    if (!who) throw new ApiFailure("no-session", "nobody is logged in, or not any more");
    if (who.mustChangePassword && !route.name.startsWith("session."))
      throw new ApiFailure("password-change-needed", "the password was chosen by somebody else");
    if (!route.roles.includes(who.role))
      throw new ApiFailure(
        "wrong-role",
        `${route.name}: needs the role ${route.roles.join(" or ")}, yours is ${who.role}`,
      );
    if (route.whole && !seesAll(who))
      throw new ApiFailure(
        "wrong-role",
        `${route.name}: needs sight of every site, yours is of ${who.sites.join(", ")}`,
      );
    if (writes && !same(String(headers["x-csrf-token"] ?? ""), who.csrf))
      throw new ApiFailure("wrong-token", "x-csrf-token: is missing or not this session's");
    return who;
  }

  async recognise(request: Pick<FastifyRequest, "headers">): Promise<Who | undefined> {
    const token = this.#cookies.read(request, SESSION);
    return token === undefined ? undefined : openSession(this.#options.ports, token);
  }

  /** A WebSocket is opened by any site's page, cookies and all; only the cloud's own may. */
  isOwnPage({ headers }: Pick<FastifyRequest, "headers">): boolean {
    const origin = URL.parse(headers.origin ?? "");
    const { hosts, publicUrl } = this.#options;
    if (!origin || (hosts && !hosts.includes(hostOf(headers)))) return false;
    return origin.host === headers.host || (publicUrl !== undefined && origin.origin === new URL(publicUrl).origin);
  }
}

/** The name that a request asks for, without its port. */
function hostOf({ host = "" }: IncomingHttpHeaders): string {
  return host.replace(/:\d+$/, "").toLowerCase();
}

function same(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
