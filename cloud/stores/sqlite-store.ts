import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { ConflictError, type Item, type Key, type Page, type Range, type Store, type Write } from "../core/store.ts";

const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE item (
    partition TEXT NOT NULL,
    sort TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    expires INTEGER,
    PRIMARY KEY (partition, sort)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX item_expires ON item (expires) WHERE expires IS NOT NULL;
  CREATE TABLE listing (
    partition TEXT NOT NULL,
    sort TEXT NOT NULL,
    item_partition TEXT NOT NULL,
    item_sort TEXT NOT NULL,
    PRIMARY KEY (partition, sort),
    FOREIGN KEY (item_partition, item_sort) REFERENCES item (partition, sort) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX listing_item ON listing (item_partition, item_sort);
`;
/** Items removed at a time, so that no sweep holds writers up for long. */
const SWEEP_ITEMS = 1_000;

/** The incident store in one SQLite file: the embedded default. One process writes it. */
export class SqliteStore implements Store {
  readonly maxWrites = 500;
  readonly #db: DatabaseSync;
  readonly #read: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #remove: StatementSync;
  readonly #unlist: StatementSync;
  readonly #enlist: StatementSync;
  readonly #sweep: StatementSync;
  readonly #lists = new Map<string, StatementSync>();

  /** Opens or creates the file; `:memory:` for one that is gone with the process. Throws SQLite's errors. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: 5_000, enableForeignKeyConstraints: true });
    try {
      prepare(this.#db, path);
      this.#read = this.#db.prepare("SELECT version, body FROM item WHERE partition = ? AND sort = ?");
      this.#insert = this.#db.prepare(
        "INSERT INTO item (partition, sort, version, body, expires) VALUES (?, ?, 1, ?, ?) ON CONFLICT DO NOTHING",
      );
      this.#update = this.#db.prepare(
        "UPDATE item SET version = version + 1, body = ?, expires = ? WHERE partition = ? AND sort = ? AND version = ?",
      );
      this.#remove = this.#db.prepare("DELETE FROM item WHERE partition = ? AND sort = ? AND version = ?");
      this.#unlist = this.#db.prepare("DELETE FROM listing WHERE item_partition = ? AND item_sort = ?");
      this.#enlist = this.#db.prepare("INSERT INTO listing VALUES (?, ?, ?, ?)");
      this.#sweep = this.#db.prepare(
        "DELETE FROM item WHERE (partition, sort) IN (SELECT partition, sort FROM item WHERE expires <= ? LIMIT ?)",
      );
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  async read(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    return keys.map(({ partition, sort }) => {
      const row = this.#read.get(partition, sort);
      return row && itemOf({ ...row, partition, sort });
    });
  }

  async list(partition: string, range: Range): Promise<Page> {
    const { limit, after, backwards = false, from, to } = range;
    const bounds: [string, string | undefined][] = [
      [">= ?", from],
      ["< ?", to],
      [backwards ? "< ?" : "> ?", after],
    ];
    const given = bounds.flatMap(([test, value]) => (value === undefined ? [] : [{ test, value }]));
    const values = [partition, ...given.map(({ value }) => value)];
    const rows = this.#list(
      given.map(({ test }) => test),
      backwards,
    ).all(...values, ...values, limit + 1);
    const page = rows.slice(0, limit);
    return {
      items: page.map(itemOf),
      next: rows.length > limit ? String(page.at(-1)?.place) : undefined,
    };
  }

  async commit(writes: readonly Write[]): Promise<void> {
    if (writes.length > this.maxWrites) throw new RangeError(`${writes.length} writes, at most ${this.maxWrites}`);
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      for (const write of writes) this.#write(write);
      this.#db.exec("COMMIT");
    } catch (error) {
      // SQLite itself has rolled back already after some errors (full disk, I/O).
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  /** Removes what nobody needs any more; how many items. */
  async sweep(now: number): Promise<number> {
    let swept = 0;
    for (;;) {
      const changes = Number(this.#sweep.run(now, SWEEP_ITEMS).changes);
      swept += changes;
      if (changes < SWEEP_ITEMS) return swept;
    }
  }

  close(): void {
    this.#db.close();
  }

  #write(write: Write): void {
    const { partition, sort } = write.key;
    const { changes } = this.#writeItem(write);
    if (Number(changes) !== 1)
      throw new ConflictError(`${partition} / ${sort} is no longer at version ${write.expect}`);
    if (write.body === undefined) return;
    if (write.expect > 0) this.#unlist.run(partition, sort);
    for (const listed of write.listed ?? []) this.#enlist.run(listed.partition, listed.sort, partition, sort);
  }

  #writeItem(write: Write) {
    const { partition, sort } = write.key;
    if (write.body === undefined) return this.#remove.run(partition, sort, write.expect);
    const text = JSON.stringify(write.body);
    const expires = write.expiresAt ?? null;
    return write.expect === 0
      ? this.#insert.run(partition, sort, text, expires)
      : this.#update.run(text, expires, partition, sort, write.expect);
  }

  /** Own and listed items are each in order in an index; SQLite merges the two without sorting. */
  #list(tests: readonly string[], backwards: boolean): StatementSync {
    const where = (table: string) => tests.map((test) => ` AND ${table}.sort ${test}`).join("");
    const sql = `
      SELECT sort AS place, partition, sort, version, body FROM item WHERE partition = ?${where("item")}
      UNION ALL
      SELECT listing.sort AS place, item.partition, item.sort, item.version, item.body FROM listing
        JOIN item ON item.partition = item_partition AND item.sort = item_sort
        WHERE listing.partition = ?${where("listing")}
      ORDER BY place ${backwards ? "DESC" : "ASC"} LIMIT ?`;
    const statement = this.#lists.get(sql) ?? this.#db.prepare(sql);
    this.#lists.set(sql, statement);
    return statement;
  }
}

function prepare(db: DatabaseSync, path: string): void {
  db.exec("PRAGMA journal_mode = WAL");
  // FULL: each commit is on the disk, not in its cache, before it returns (SQLite "PRAGMA synchronous").
  db.exec("PRAGMA synchronous = FULL");
  const version = Number(db.prepare("PRAGMA user_version").get()?.user_version);
  if (version === SCHEMA_VERSION) return;
  if (version !== 0)
    throw new Error(
      `${path}: has version ${version}, this program knows ${SCHEMA_VERSION}; use the program that made it`,
    );
  db.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
}

function itemOf(row: Record<string, SQLOutputValue>): Item {
  return {
    key: { partition: String(row.partition), sort: String(row.sort) },
    version: Number(row.version),
    body: JSON.parse(String(row.body)),
  };
}
