import {
  ConflictError,
  type Item,
  type Key,
  type Page,
  type Put,
  type Range,
  type Store,
  type Write,
} from "../core/store.ts";

interface Row {
  readonly put: Put;
  readonly version: number;
  /** JSON, so that nobody can change what is stored by holding on to it. */
  readonly text: string;
}

/** The incident store's twin in memory, for tests. */
export class MemoryStore implements Store {
  readonly maxWrites: number;
  readonly #rows = new Map<string, Row>();

  constructor(maxWrites = 500) {
    this.maxWrites = maxWrites;
  }

  async read(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    return keys.map((key) => {
      const row = this.#rows.get(nameOf(key));
      return row && itemOf(row);
    });
  }

  async list(partition: string, { limit, after, backwards, from, to }: Range): Promise<Page> {
    const found = [...this.#rows.values()]
      .flatMap((row) => [row.put.key, ...(row.put.listed ?? [])].map((key) => ({ ...key, row })))
      .filter((entry) => entry.partition === partition)
      .filter(({ sort }) => (from === undefined || sort >= from) && (to === undefined || sort < to))
      .filter(({ sort }) => after === undefined || (backwards ? sort < after : sort > after))
      .sort((a, b) => (a.sort < b.sort ? -1 : 1) * (backwards ? -1 : 1));
    const page = found.slice(0, limit);
    return { items: page.map(({ row }) => itemOf(row)), next: found.length > limit ? page.at(-1)?.sort : undefined };
  }

  async commit(writes: readonly Write[]): Promise<void> {
    if (writes.length > this.maxWrites) throw new RangeError(`${writes.length} writes, at most ${this.maxWrites}`);
    const texts = writes.map(({ body }) => JSON.stringify(body));
    for (const { key, expect } of writes)
      if ((this.#rows.get(nameOf(key))?.version ?? 0) !== expect)
        throw new ConflictError(`${nameOf(key)} is no longer at version ${expect}`);
    for (const [index, write] of writes.entries()) {
      if (write.body === undefined) this.#rows.delete(nameOf(write.key));
      else this.#rows.set(nameOf(write.key), { put: write, version: write.expect + 1, text: texts[index] as string });
    }
  }

  /** Removes what nobody needs any more; how many items. */
  async sweep(now: number): Promise<number> {
    let swept = 0;
    for (const [name, { put }] of this.#rows)
      if (put.expiresAt !== undefined && put.expiresAt <= now) swept += Number(this.#rows.delete(name));
    return swept;
  }
}

const nameOf = ({ partition, sort }: Key) => `${partition}\n${sort}`;

function itemOf({ put, version, text }: Row): Item {
  const { partition, sort } = put.key;
  return { key: { partition, sort }, version, body: JSON.parse(text) };
}
