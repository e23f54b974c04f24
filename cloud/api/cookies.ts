import type { FastifyReply, FastifyRequest } from "fastify";

/** The cookie that carries the session's token. */
export const SESSION = "spotter";

/**
 * Cookies of this cloud: for scripts out of reach, for other sites out of use. With TLS their names begin with `__Host-`, so that
 * no neighbouring host can set them (RFC 6265bis section 4.1.3.2); without, on loopback, they do not.
 */
export class Cookies {
  readonly #secure: boolean;

  constructor(secure: boolean) {
    this.#secure = secure;
  }

  read({ headers }: Pick<FastifyRequest, "headers">, name: string): string | undefined {
    const wanted = this.#nameOf(name);
    for (const part of (headers.cookie ?? "").split(";")) {
      const at = part.indexOf("=");
      if (part.slice(0, at).trim() === wanted) return part.slice(at + 1).trim();
    }
    return undefined;
  }

  /** `sameSite` Lax: also sent when another site leads the browser here by a link or redirect. */
  set(reply: FastifyReply, name: string, value: string, maxAgeS: number, sameSite: "Strict" | "Lax" = "Strict"): void {
    const secure = this.#secure ? "; Secure" : "";
    put(reply, `${this.#nameOf(name)}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=${sameSite}${secure}`);
  }

  /** Under exactly this name, which begins with `__Host-`; browsers take it on loopback too. */
  setNamed(reply: FastifyReply, name: string, value: string, maxAgeS: number): void {
    put(reply, `${name}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict; Secure`);
  }

  clear(reply: FastifyReply, name: string): void {
    this.set(reply, name, "", 0);
  }

  #nameOf(name: string): string {
    return this.#secure ? `__Host-${name}` : name;
  }
}

/** Several cookies are several headers: fastify adds them up. */
function put(reply: FastifyReply, cookie: string): void {
  void reply.header("set-cookie", cookie);
}
