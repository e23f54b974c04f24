import type { Change, LivePush } from "./push.ts";
import { ConflictError, type Key, type Store, type Write } from "./store.ts";

/** Somebody else being faster this often in a row is a fault, not bad luck. */
const MAX_TRIES = 20;

interface Entry {
  readonly key: Key;
  readonly version: number;
  body: unknown;
  /** undefined: only read so far. */
  write?: Write;
  ahead?: boolean;
}

interface Placing {
  readonly listed?: readonly Key[];
  readonly expiresAt?: number;
  /** It does no harm without the rest of the commit, and whoever decides again finds it: so it need not be of one piece with it. */
  readonly ahead?: boolean;
}

/** Items read and about to be written together; later reads see what was put before. Nothing happens until the commit. */
export class Draft {
  readonly #store: Store;
  readonly #entries = new Map<string, Entry>();
  /** In the order in which they were first put. */
  readonly #written = new Set<Entry>();
  readonly #changes: Change[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  /** Reads keys together that will be needed one by one. */
  async load(keys: readonly Key[]): Promise<void> {
    const fresh = new Map(keys.map((key) => [nameOf(key), key] as const).filter(([name]) => !this.#entries.has(name)));
    if (fresh.size === 0) return;
    const wanted = [...fresh.values()];
    const found = await this.#store.read(wanted);
    for (const [index, key] of wanted.entries())
      this.#entries.set(nameOf(key), { key, version: found[index]?.version ?? 0, body: found[index]?.body });
  }

  async get<Body>(key: Key<Body>): Promise<Body | undefined> {
    return (await this.#entry(key)).body as Body | undefined;
  }

  async put<Body>(key: Key<Body>, body: Body, { ahead = false, ...placing }: Placing = {}): Promise<void> {
    const entry = await this.#entry(key);
    entry.body = body;
    entry.write = { key, body, expect: entry.version, ...placing };
    entry.ahead = ahead;
    this.#written.add(entry);
  }

  async remove(key: Key): Promise<void> {
    const entry = await this.#entry(key);
    entry.body = undefined;
    entry.ahead = false;
    this.#written.add(entry);
    if (entry.version > 0) entry.write = { key, expect: entry.version };
    else delete entry.write;
  }

  /** To be told once this is committed. */
  tell(change: Change): void {
    this.#changes.push(change);
  }

  get changes(): readonly Change[] {
    return this.#changes;
  }

  /** All or nothing; of more than the store takes at once, what may go ahead does, in the order in which it was put. */
  async commit(): Promise<void> {
    const { maxWrites } = this.#store;
    const written = [...this.#written].filter(({ write }) => write !== undefined);
    const early = written.length > maxWrites ? written.filter(({ ahead }) => ahead) : [];
    for (let at = 0; at < early.length; at += maxWrites) await this.#commit(early.slice(at, at + maxWrites));
    await this.#commit(written.filter((entry) => !early.includes(entry)));
  }

  async #commit(entries: readonly Entry[]): Promise<void> {
    const writes = entries.flatMap(({ write }) => (write ? [write] : []));
    if (writes.length > 0) await this.#store.commit(writes);
  }

  async #entry(key: Key): Promise<Entry> {
    await this.load([key]);
    return this.#entries.get(nameOf(key)) as Entry;
  }
}

/**
 * Decides on what the store holds and commits it; decides again on fresh items when somebody else was faster. Those who
 * watch are told after the commit. Rejects with what `decide` or the store threw.
 */
export async function transact<Result>(
  ports: { readonly store: Store; readonly push: LivePush },
  decide: (draft: Draft) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    const draft = new Draft(ports.store);
    const result = await decide(draft);
    try {
      await draft.commit();
    } catch (error) {
      if (error instanceof ConflictError && tries < MAX_TRIES) continue;
      throw error;
    }
    for (const change of draft.changes) ports.push.publish(change);
    return result;
  }
}

function nameOf({ partition, sort }: Key): string {
  return `${partition}\n${sort}`;
}
