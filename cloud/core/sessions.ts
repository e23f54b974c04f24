import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";
import { transact } from "./draft.ts";
import { key } from "./keys.ts";
import type { LivePush } from "./push.ts";
import type { Key, Store } from "./store.ts";
import { type User, userKey } from "./users.ts";

/** A session ends when nobody used it for so long, ms … */
const IDLE_MS = 12 * 3_600_000;
/** … and after so long in any case. */
const LONGEST_MS = 7 * 24 * 3_600_000;
/** Use is written down no more often than this, ms. */
const TOUCH_MS = 5 * 60_000;

/** What is kept of a session; its token is not. */
export interface Session {
  readonly tenant: string;
  readonly user: string;
  /** The user's epoch when it began. */
  readonly epoch: number;
  readonly createdAt: number;
  readonly usedAt: number;
  readonly expiresAt: number;
}

/** Who is logged in. */
export interface Who extends User {
  readonly tenant: string;
  readonly token: string;
  /** Known only to pages that can read the API's answers; made from the token. */
  readonly csrf: string;
  readonly expiresAt: number;
}

interface Ports {
  readonly store: Store;
  readonly push: LivePush;
  readonly clock: Clock;
}

/** 256 random bits, base64url. */
const TOKEN = /^[\w-]{43}$/;

/** Only the token's hash is kept: whoever reads the store cannot use what they find. */
const sessionKey = (token: string): Key<Session> => key("sessions", hash(token));

/** Begins a session; the token is for the user's browser alone. */
export async function beginSession(ports: Ports, tenant: string, user: User): Promise<Who> {
  const token = randomBytes(32).toString("base64url");
  const now = ports.clock.now();
  const session = {
    tenant,
    user: user.user,
    epoch: user.epoch,
    createdAt: now,
    usedAt: now,
    expiresAt: now + IDLE_MS,
  };
  await transact(ports, async (draft) => {
    await draft.put(sessionKey(token), session, { expiresAt: now + LONGEST_MS });
    const found = await draft.get(userKey(tenant, user.user));
    if (found) await draft.put(userKey(tenant, user.user), { ...found, lastSeenAt: now });
  });
  return whoIs(user, token, session);
}

/** Who shows this token; undefined: nobody, any more. */
export async function openSession(ports: Ports, token: string): Promise<Who | undefined> {
  if (!TOKEN.test(token)) return undefined;
  const [item] = await ports.store.read([sessionKey(token)]);
  const session = item?.body as Session | undefined;
  const now = ports.clock.now();
  if (!session || session.expiresAt <= now) return undefined;
  const [found] = await ports.store.read([userKey(session.tenant, session.user)]);
  const user = found?.body as User | undefined;
  if (!user || user.disabled || user.epoch !== session.epoch) return undefined;
  if (now - session.usedAt < TOUCH_MS) return whoIs(user, token, session);
  return whoIs(user, token, await touch(ports, token, session, now));
}

export async function endSession(ports: Ports, token: string): Promise<void> {
  await transact(ports, (draft) => draft.remove(sessionKey(token)));
}

async function touch(ports: Ports, token: string, session: Session, now: number): Promise<Session> {
  const { tenant, user, createdAt } = session;
  const longest = createdAt + LONGEST_MS;
  const used = { ...session, usedAt: now, expiresAt: Math.min(now + IDLE_MS, longest) };
  await transact(ports, async (draft) => {
    // It may have been ended meanwhile, and stays so.
    if (!(await draft.get(sessionKey(token)))) return;
    await draft.put(sessionKey(token), used, { expiresAt: longest });
    const found = await draft.get(userKey(tenant, user));
    if (found) await draft.put(userKey(tenant, user), { ...found, lastSeenAt: now });
  });
  return used;
}

function whoIs(user: User, token: string, { tenant, expiresAt }: Session): Who {
  return { ...user, tenant, token, csrf: hash(`csrf\n${token}`), expiresAt };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
