import type { Clock } from "./clock.ts";
import { type Draft, transact } from "./draft.ts";
import { key, path } from "./keys.ts";
import { hashPassword, isPassword } from "./password.ts";
import { checkName } from "./places.ts";
import type { LivePush } from "./push.ts";
import { Refusal } from "./refusal.ts";
import type { Key, Store } from "./store.ts";

/** `operator` sees and acknowledges · `safety` judges, and says who is told · `admin` also says who may do what. */
export const ROLES = ["operator", "safety", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Stands for every site, those to come included. */
export const ALL_SITES = "*";

/** Somebody who can log in. */
export interface User {
  readonly user: string;
  /** How incidents and the audit log call them. */
  readonly name: string;
  readonly role: Role;
  /** Names of sites, or ALL_SITES. */
  readonly sites: readonly string[];
  readonly disabled: boolean;
  /** As `password.ts` keeps it; undefined: signs in at a provider. */
  readonly password?: string;
  /** Somebody else chose the password: nothing works until it is changed. */
  readonly mustChangePassword: boolean;
  /** Who this is at the provider, once they have signed in there (OpenID Connect: `iss`, `sub`). */
  readonly subject?: { readonly issuer: string; readonly sub: string };
  /** Sessions of an earlier epoch are over. */
  readonly epoch: number;
  readonly createdAt: number;
  readonly lastSeenAt?: number;
}

interface Ports {
  readonly store: Store;
  readonly push: LivePush;
  readonly clock: Clock;
}

const MAX_USERS = 1_000;

const usersOf = (tenant: string) => path(tenant, "users");
export const userKey = (tenant: string, user: string): Key<User> => key(usersOf(tenant), path(user));

/** In the order of their logins. */
export async function users({ store }: { readonly store: Store }, tenant: string): Promise<User[]> {
  const { items } = await store.list(usersOf(tenant), { limit: MAX_USERS });
  return items.map(({ body }) => body as User);
}

export interface NewUser extends Pick<User, "user" | "name" | "role" | "sites"> {
  readonly password?: string | undefined;
  readonly mustChangePassword?: boolean;
}

/** Lets somebody in. Throws Refusal when the login is taken. */
export async function createUser(ports: Ports, tenant: string, fresh: NewUser): Promise<User> {
  const { user, name, role, sites, password, mustChangePassword = password !== undefined } = fresh;
  checkName("tenant", tenant);
  if ((await users(ports, tenant)).length >= MAX_USERS)
    throw new Refusal("refused", `users: there are ${MAX_USERS} already; no more are kept`);
  const kept = password === undefined ? {} : { password: await hashPassword(password) };
  return transact(ports, async (draft) => {
    if (await draft.get(userKey(tenant, user)))
      throw new Refusal("refused", `user "${user}": the login is taken; choose another`);
    const createdAt = ports.clock.now();
    const created = { user, name, role, sites, disabled: false, ...kept, mustChangePassword, epoch: 0, createdAt };
    await draft.put(userKey(tenant, user), created);
    return created;
  });
}

export interface UserChange {
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  readonly sites?: readonly string[] | undefined;
  readonly disabled?: boolean | undefined;
  readonly password?: string | undefined;
}

/** Changes somebody; whatever sessions they have end. Throws Refusal for nobody, and for the last who could undo it. */
export async function changeUser(ports: Ports, tenant: string, user: string, change: UserChange): Promise<User> {
  const { password, ...rest } = change;
  const kept = password === undefined ? {} : { password: await hashPassword(password), mustChangePassword: true };
  const others = (await users(ports, tenant)).filter((other) => other.user !== user);
  return transact(ports, async (draft) => {
    const before = await draft.get(userKey(tenant, user));
    if (!before) throw new Refusal("not-found", `user "${user}": there is none; see the list of users`);
    const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const after: User = { ...before, ...said, ...kept, epoch: before.epoch + 1 };
    if (isFullAdmin(before) && !isFullAdmin(after)) await keepAnAdmin(draft, tenant, user, others);
    await draft.put(userKey(tenant, user), after);
    return after;
  });
}

/** Throws Refusal when none of the others could let people in; holds one who can, so that two do not shut each other out. */
async function keepAnAdmin(draft: Draft, tenant: string, user: string, others: readonly User[]): Promise<void> {
  for (const { user: name } of others.filter(isFullAdmin)) {
    const other = await draft.get(userKey(tenant, name));
    // Written as it is: the commit fails if somebody changes it meanwhile.
    if (other && isFullAdmin(other)) return draft.put(userKey(tenant, name), other);
  }
  throw new Refusal("refused", `user "${user}": is the last admin of every site; make somebody else one first`);
}

function isFullAdmin({ role, sites, disabled }: User): boolean {
  return role === "admin" && sites.includes(ALL_SITES) && !disabled;
}

/** Changes one's own password. Throws Refusal when the old one is wrong or the new one the same. */
export async function changePassword(
  ports: Ports,
  tenant: string,
  user: string,
  given: { readonly old: string; readonly new: string },
): Promise<User> {
  const [item] = await ports.store.read([userKey(tenant, user)]);
  const found = item?.body as User | undefined;
  if (!(await isPassword(given.old, found?.password)))
    throw new Refusal("refused", "old: is not the password; give the one you logged in with");
  if (given.old === given.new) throw new Refusal("bad-request", "new: is the old password; choose another");
  const password = await hashPassword(given.new);
  return transact(ports, async (draft) => {
    const before = (await draft.get(userKey(tenant, user))) as User;
    const after = { ...before, password, mustChangePassword: false, epoch: before.epoch + 1 };
    await draft.put(userKey(tenant, user), after);
    return after;
  });
}

/**
 * Who signs in with a provider's word: the one linked to that subject, or else the one whose login is the address that the
 * provider has verified, and who is linked from then on. Undefined: nobody here.
 */
export async function whoSignsIn(
  ports: Ports,
  tenant: string,
  claims: { readonly issuer: string; readonly sub: string; readonly email: string | undefined },
): Promise<User | undefined> {
  const { issuer, sub, email } = claims;
  const all = await users(ports, tenant);
  const linked = all.find(({ subject }) => subject?.issuer === issuer && subject.sub === sub);
  if (linked) return linked;
  const meant = all.find(
    ({ user, password, subject }) => user === email?.toLowerCase() && password === undefined && subject === undefined,
  );
  if (!meant) return undefined;
  return transact(ports, async (draft: Draft) => {
    const before = await draft.get(userKey(tenant, meant.user));
    if (!before || before.subject) return undefined;
    const after = { ...before, subject: { issuer, sub } };
    await draft.put(userKey(tenant, meant.user), after);
    return after;
  });
}
