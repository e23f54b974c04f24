import type { Clock } from "./clock.ts";
import { type Draft, transact } from "./draft.ts";
import { instant, key, timed } from "./keys.ts";
import type { LivePush } from "./push.ts";
import type { Item, Key, Page, Store } from "./store.ts";

/** What is to be done at some time. */
export type Task =
  | { readonly kind: "escalate"; readonly tenant: string; readonly incident: string }
  | { readonly kind: "near miss"; readonly tenant: string; readonly incident: string }
  | { readonly kind: "trouble"; readonly tenant: string; readonly device: string }
  | { readonly kind: "silence"; readonly tenant: string; readonly device: string }
  | { readonly kind: "deliver"; readonly tenant: string; readonly notice: string };

/**
 * A task and its time, in the store: set and cancelled in the same commit as what asks for it, so that no crash comes between
 * the two, and run by whichever process looks first.
 */
export interface Timer {
  readonly id: string;
  /** ms since 1970. */
  readonly at: number;
  readonly task: Task;
}

interface Ports {
  readonly store: Store;
  readonly push: LivePush;
  readonly clock: Clock;
}

const DUE = "timers/due";
/** A process that takes a timer has so long to do the task, ms; then another may. */
const LEASE_MS = 60_000;
/** Tasks run at the same time: a slow receiver of messages holds up no others. */
const TOGETHER = 32;

export const timerKey = (id: string): Key<Timer> => key("timers", id);

/** Sets a timer, or sets it anew. */
export async function setTimer(draft: Draft, id: string, at: number, task: Task, ahead = false): Promise<void> {
  await draft.put(timerKey(id), { id, at, task }, { listed: [key(DUE, timed(at, id))], ahead });
}

export async function cancelTimer(draft: Draft, id: string): Promise<void> {
  await draft.remove(timerKey(id));
}

/**
 * Runs what is due, until nothing is; how many tasks. A task gets its timer's id, and cancels or sets it in the commit that does
 * the work; one that fails runs again after its lease, and `failed` is told.
 */
export async function runDue(
  ports: Ports,
  run: (task: Task, id: string) => Promise<void>,
  failed: (task: Task, error: unknown) => void,
): Promise<number> {
  let done = 0;
  for (;;) {
    const now = ports.clock.now();
    const page = (await ports.store.list(DUE, { limit: TOGETHER, to: instant(now + 1) })) as Page<Timer>;
    if (page.items.length === 0) return done;
    await Promise.all(
      page.items.map(async (item) => {
        const timer = await claim(ports, item, now);
        if (!timer) return;
        done += 1;
        await run(timer.task, timer.id).catch((error: unknown) => failed(timer.task, error));
      }),
    );
  }
}

/** When the next timer is due, ms since 1970. */
export async function nextDue({ store }: { readonly store: Store }): Promise<number | undefined> {
  const { items } = await store.list(DUE, { limit: 1 });
  return (items[0]?.body as Timer | undefined)?.at;
}

/** Puts a due timer off by its lease; undefined when somebody else has it. */
async function claim(ports: Ports, { body }: Item<Timer>, now: number): Promise<Timer | undefined> {
  return transact(ports, async (draft) => {
    const timer = await draft.get(timerKey(body.id));
    if (!timer || timer.at > now) return undefined;
    await setTimer(draft, timer.id, now + LEASE_MS, timer.task);
    return timer;
  });
}
