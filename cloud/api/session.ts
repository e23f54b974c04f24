import type { FastifyReply } from "fastify";
import { append } from "../core/audit.ts";
import { mayTry, succeeded } from "../core/lockout.ts";
import { PASS_COOKIE, PASS_S, signPass } from "../core/pass.ts";
import { isPassword } from "../core/password.ts";
import { beginSession, endSession, type Who } from "../core/sessions.ts";
import { changePassword, type User, userKey, whoSignsIn } from "../core/users.ts";
import type { RouteKey } from "./contract.ts";
import { type Cookies, SESSION } from "./cookies.ts";
import { ApiFailure, lockedOut } from "./failure.ts";
import type { Handlers } from "./handler.ts";
import { Limiter } from "./limiter.ts";
import { OidcDoor, SIGN_IN_MS } from "./oidc.ts";
import type { ApiOptions, ApiPorts } from "./ports.ts";

type Key = Extract<RouteKey, `${string} /api/session${string}`>;

const SIGN_IN = "spotter-sign-in";
/** The browser may forget it later than the cloud does. */
const COOKIE_S = 7 * 24 * 3600;
/** Passwords that are hashed at the same time; each takes 19 MiB and a core for a while. */
const MOST_HASHES = 16;

export function sessionHandlers(options: ApiOptions, cookies: Cookies): Handlers<Key> {
  const { ports: raw, tenant: home, providers = [], publicUrl = "", passKey } = options;
  const doors = new Map(
    providers.map((provider) => [provider.provider, { ...provider, door: new OidcDoor(provider, publicUrl) }]),
  );
  const tries = new Limiter(30, 60_000);
  let hashing = 0;

  /** Passwords are slow on purpose, so nobody may ask for many at once. */
  async function slowly<Result>(work: () => Promise<Result>): Promise<Result> {
    if (hashing >= MOST_HASHES) throw new ApiFailure("busy", "too many people log in at this moment");
    hashing += 1;
    try {
      return await work();
    } finally {
      hashing -= 1;
    }
  }

  function mustBeCalm(address: string): void {
    const wait = tries.take(address, raw.clock.now());
    if (wait > 0) throw lockedOut("too many attempts from this address", wait);
  }

  async function welcome(ports: ApiPorts, tenant: string, user: User, reply: FastifyReply): Promise<Who> {
    const who = await beginSession(ports, tenant, user);
    cookies.set(reply, SESSION, who.token, COOKIE_S);
    return admit(who, reply);
  }

  /** Also lets them in at the edge, for a while. */
  function admit(who: Who, reply: FastifyReply): Who {
    const pass = passKey && !who.mustChangePassword && signPass(passKey, who, raw.clock.now() + PASS_S * 1000);
    if (pass) cookies.setNamed(reply, PASS_COOKIE, pass, PASS_S);
    return who;
  }

  function doorOf(name: string) {
    const found = doors.get(name);
    if (!found) throw new ApiFailure("not-found", `provider "${name}": there is none; see GET /api/session/providers`);
    return found;
  }

  return {
    "POST /api/session": async ({ body, request, reply }) => {
      const { tenant = home, user, password } = body;
      mustBeCalm(request.ip);
      const trying = { tenant, user, address: request.ip };
      const wait = await mayTry(raw, trying);
      if (wait > 0) throw lockedOut(`too many wrong passwords for "${user}"`, wait);
      const [item] = await raw.store.read([userKey(tenant, user)]);
      const found = item?.body as User | undefined;
      // Nobody learns, by words or by time, whether there is such a login.
      const right = await slowly(() => isPassword(password, found?.password));
      if (!found || !right || found.disabled) throw new ApiFailure("wrong-credential", "login or password is wrong");
      await succeeded(raw, trying);
      await append(raw, { tenant, user, action: "session.logIn", subject: user, detail: { from: request.ip } });
      return welcome(raw, tenant, found, reply);
    },
    "GET /api/session": async ({ who, reply }) => admit(who, reply),
    "DELETE /api/session": async ({ who, ports, reply }) => {
      await endSession(ports, who.token);
      cookies.clear(reply, SESSION);
      cookies.setNamed(reply, PASS_COOKIE, "", 0);
    },
    "POST /api/session/password": async ({ body, who, ports, request, reply }) => {
      const trying = { tenant: who.tenant, user: who.user, address: `${request.ip} inside` };
      const wait = await mayTry(raw, trying);
      if (wait > 0) throw lockedOut("too many wrong passwords", wait);
      const user = await slowly(() => changePassword(ports, who.tenant, who.user, body));
      await succeeded(raw, trying);
      return welcome(ports, who.tenant, user, reply);
    },

    "GET /api/session/providers": async () => ({ providers: [...doors.values()] }),
    "GET /api/session/oidc/:provider/start": (ask) =>
      byBrowser(ask, async ({ params, request, reply }) => {
        mustBeCalm(request.ip);
        const { url, state } = await doorOf(params.provider).door.start(raw);
        // Lax: it is needed when the provider leads the browser back.
        cookies.set(reply, SIGN_IN, state, SIGN_IN_MS / 1000, "Lax");
        return url;
      }),
    "GET /api/session/oidc/:provider/callback": (ask) =>
      byBrowser(ask, async ({ params, request, reply }) => {
        mustBeCalm(request.ip);
        const { door, tenant, provider } = doorOf(params.provider);
        const held = cookies.read(request, SIGN_IN);
        cookies.clear(reply, SIGN_IN);
        const claims = await door.finish(raw, request.url.split("?")[1] ?? "", held);
        const user = await whoSignsIn(raw, tenant, claims);
        if (!user || user.disabled)
          throw new ApiFailure("wrong-credential", "nobody here is known under that account; an admin can let you in");
        const detail = { from: request.ip, provider };
        await append(raw, { tenant, user: user.user, action: "session.signIn", subject: user.user, detail });
        await welcome(raw, tenant, user, reply);
        return "/";
      }),
  };
}

/** Sends a browser on, which has no page of ours open: in whatever case to one. The code of a failure goes with it. */
async function byBrowser<Asked extends { readonly reply: FastifyReply }>(
  ask: Asked,
  work: (ask: Asked) => Promise<string>,
): Promise<void> {
  try {
    void ask.reply.redirect(await work(ask), 303);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    void ask.reply.redirect(`/?sign-in=${error.failure.code}`, 303);
  }
}
