import { client } from "../../cloud/api/client.ts";
import type { Answer } from "../../cloud/api/contract.ts";

/** Somebody who is logged in at a cloud, as a script of theirs would be. */
export interface Visitor {
  readonly call: ReturnType<typeof client>;
  readonly me: Answer<"GET /api/session">;
  /** For requests past `call`, such as the live line. */
  readonly cookie: () => string;
}

/** Logs in, keeps the session's cookie, and changes the password where it must be changed. */
export async function visit(base: string, user: string, password: string, next = password): Promise<Visitor> {
  let cookie = "";
  let csrf: string | undefined;
  const call = client({
    base,
    csrf: () => csrf,
    fetch: async (url, init) => {
      const response = await fetch(url, { ...init, headers: { ...(init?.headers as object), cookie } });
      const [set] = response.headers.getSetCookie();
      if (set) cookie = set.split(";")[0] ?? "";
      return response;
    },
  });
  let me = await call("POST /api/session", { body: { user, password } });
  csrf = me.csrf;
  if (me.mustChangePassword) {
    me = await call("POST /api/session/password", { body: { old: password, new: next } });
    csrf = me.csrf;
  }
  return { call, me, cookie: () => cookie };
}
