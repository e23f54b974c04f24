import type { Clock } from "./clock.ts";
import { transact } from "./draft.ts";
import { digest, key } from "./keys.ts";
import type { LivePush } from "./push.ts";
import type { Key, Store } from "./store.ts";

/** Failures in a row that cost nothing: from one address, and from all of them together. */
const FREE_HERE = 5;
const FREE_EVERYWHERE = 100;
const FIRST_LOCK_MS = 10_000;
const LONGEST_LOCK_MS = 15 * 60_000;
/** Failures are forgotten after this, ms. */
const FORGET_MS = 24 * 3_600_000;

interface Failures {
  readonly count: number;
  /** No try before then, ms since 1970. */
  readonly until: number;
}

/** Who is trying, by what they say: there need not be such a user, and nobody learns whether there is. */
export interface Trying {
  readonly tenant: string;
  readonly user: string;
  readonly address: string;
}

interface Ports {
  readonly store: Store;
  readonly push: LivePush;
  readonly clock: Clock;
}

/**
 * After five wrong passwords for a login from one address that address waits, 10 s and then twice as long each time, up to
 * 15 minutes; after a hundred from anywhere everybody does. So nobody guesses on, and nobody shuts others out with a few tries.
 */
const counters = ({ tenant, user, address }: Trying): { key: Key<Failures>; free: number }[] => [
  { key: key("lockouts", digest(tenant, user, address)), free: FREE_HERE },
  { key: key("lockouts", digest(tenant, user)), free: FREE_EVERYWHERE },
];

/**
 * ms to wait before the next try; 0: try now. A try that may be made counts as a failure until it has succeeded, so that many
 * at the same time are not free.
 */
export async function mayTry(ports: Ports, trying: Trying): Promise<number> {
  return transact(ports, async (draft) => {
    const now = ports.clock.now();
    const kept = counters(trying);
    await draft.load(kept.map((counter) => counter.key));
    const untils = await Promise.all(kept.map(async (counter) => (await draft.get(counter.key))?.until ?? 0));
    const wait = Math.max(0, Math.max(...untils) - now);
    if (wait > 0) return wait;
    for (const { key: place, free } of kept) {
      const count = ((await draft.get(place))?.count ?? 0) + 1;
      const lock = count < free ? 0 : Math.min(FIRST_LOCK_MS * 2 ** Math.min(count - free, 20), LONGEST_LOCK_MS);
      await draft.put(place, { count, until: now + lock }, { expiresAt: now + FORGET_MS });
    }
    return 0;
  });
}

/** The password was right: its failures are forgotten. */
export async function succeeded(ports: Ports, trying: Trying): Promise<void> {
  await transact(ports, async (draft) => {
    for (const counter of counters(trying)) await draft.remove(counter.key);
  });
}
