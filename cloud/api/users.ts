import { changeUser, createUser, type User, users } from "../core/users.ts";
import type { RouteKey } from "./contract.ts";
import type { Handlers } from "./handler.ts";

type Key = Extract<RouteKey, `${string} /api/users${string}`>;

export const userHandlers: Handlers<Key> = {
  "GET /api/users": async ({ who, ports }) => ({ users: (await users(ports, who.tenant)).map(shown) }),
  "POST /api/users": async ({ body, who, ports }) => shown(await createUser(ports, who.tenant, body)),
  "PATCH /api/users/:user": async ({ params: { user }, body, who, ports }) =>
    shown(await changeUser(ports, who.tenant, user, body)),
};

function shown({ password, ...user }: User) {
  return { ...user, signsIn: password === undefined ? ("oidc" as const) : ("password" as const) };
}
