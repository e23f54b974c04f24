import type { Item, Key, Page, Put, Range, Store, Write } from "../cloud/core/store.ts";
import { MemoryStore } from "../cloud/stores/memory-store.ts";

/** What a table of DynamoDB would have been asked for, in the units that it is paid in. */
export interface Units {
  /** A transactional write takes two for each begun kB of a row (DynamoDB's guide, "read/write capacity mode"). */
  write: number;
  /** A consistent read takes one for each begun 4 kB of a row, and one for a row that is not there. */
  read: number;
  commits: number;
  calls: number;
  /** That have come to lie in the table, rows of lists and all. */
  bytes: number;
}

/** What DynamoDB adds to each row for its index. */
const ROW_BYTES = 100;

/** A store in memory that counts as `cloud/stores/dynamo-store.ts` would ask: one row for an item and one for each list. */
export class CountedStore implements Store {
  readonly maxWrites = 20;
  readonly units: Units = { write: 0, read: 0, commits: 0, calls: 0, bytes: 0 };
  readonly #store = new MemoryStore(this.maxWrites);
  readonly #rows = new Map<
    string,
    { readonly bytes: number; readonly lists: readonly string[]; readonly expires: number }
  >();

  async read(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    this.units.calls += Math.ceil(keys.length / 100);
    for (const name of new Set(keys.map(nameOf))) this.#readRow(name);
    return this.#store.read(keys);
  }

  async list(partition: string, range: Range): Promise<Page> {
    const page = await this.#store.list(partition, range);
    this.units.calls += 2;
    this.units.read += Math.max(1, Math.ceil((page.items.length * 200) / 4096));
    for (const { key } of page.items) this.#readRow(nameOf(key));
    return page;
  }

  async commit(writes: readonly Write[]): Promise<void> {
    await this.#store.commit(writes);
    const { units } = this;
    units.commits += 1;
    units.calls += 1;
    if (writes.some(({ expect }) => expect > 0)) units.calls += 1;
    for (const write of writes) {
      const name = nameOf(write.key);
      const before = this.#rows.get(name) ?? { bytes: 0, lists: [], expires: 0 };
      if (write.expect > 0) this.#readRow(name);
      const after = write.body === undefined ? undefined : rowOf(write);
      this.#writeRow(Math.max(before.bytes, after?.bytes ?? 0));
      units.bytes += (after?.bytes ?? 0) - before.bytes;
      for (const list of before.lists.filter((one) => !after?.lists.includes(one))) {
        this.#writeRow(placeBytes(list, name));
        units.bytes -= placeBytes(list, name);
      }
      for (const list of after?.lists ?? []) {
        const there = before.lists.includes(list);
        if (there && before.expires === after?.expires) continue;
        this.#writeRow(placeBytes(list, name));
        if (!there) units.bytes += placeBytes(list, name);
      }
      if (after) this.#rows.set(name, after);
      else this.#rows.delete(name);
    }
  }

  sweep(now: number): Promise<number> {
    return this.#store.sweep(now);
  }

  #readRow(name: string): void {
    this.units.read += Math.max(1, Math.ceil((this.#rows.get(name)?.bytes ?? 0) / 4096));
  }

  #writeRow(bytes: number): void {
    this.units.write += 2 * Math.max(1, Math.ceil((bytes - ROW_BYTES) / 1024));
  }
}

const nameOf = ({ partition, sort }: Key) => `${partition}\n${sort}`;

function rowOf({ key, body, listed = [], expiresAt = 0 }: Put) {
  const lists = listed.map(nameOf);
  const named = nameOf(key).length + lists.join("").length + "pkskvbodyliststtl".length + 16;
  return { bytes: ROW_BYTES + named + Buffer.byteLength(JSON.stringify(body)), lists, expires: expiresAt };
}

/** A row of a list: where it is, and the name of what it leads to. */
const placeBytes = (list: string, name: string) => ROW_BYTES + list.length + name.length + "pkskofttl".length + 8;
