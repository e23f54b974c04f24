import postgres, { type Sql, type TransactionSql } from "postgres";
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

const SCHEMA_VERSION = 1;
/** Collation "C" orders by bytes, whatever the database's language. */
const SCHEMA = `
  CREATE TABLE item (
    partition TEXT COLLATE "C" NOT NULL,
    sort TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    expires BIGINT,
    PRIMARY KEY (partition, sort)
  );
  CREATE INDEX item_expires ON item (expires) WHERE expires IS NOT NULL;
  CREATE TABLE listing (
    partition TEXT COLLATE "C" NOT NULL,
    sort TEXT COLLATE "C" NOT NULL,
    item_partition TEXT COLLATE "C" NOT NULL,
    item_sort TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partition, sort),
    FOREIGN KEY (item_partition, item_sort) REFERENCES item (partition, sort) ON DELETE CASCADE
  );
  CREATE INDEX listing_item ON listing (item_partition, item_sort);
  CREATE TABLE spotter_schema (version INTEGER NOT NULL);
  INSERT INTO spotter_schema VALUES (${SCHEMA_VERSION});
`;
/** Of the lock under which processes that start together make the tables once; any number that nobody else uses. */
const SCHEMA_LOCK = 5_076_837;
/** Items removed at a time, so that no sweep holds writers up for long. */
const SWEEP_ITEMS = 1_000;
/** Connections of one process. */
const CONNECTIONS = 8;
/** SQLSTATE of a deadlock: two writers came at the same items from two sides, and this one gave way. */
const DEADLOCK = "40P01";

interface Row {
  readonly place: string;
  readonly partition: string;
  readonly sort: string;
  readonly version: number;
  readonly body: string;
}

/** The incident store in PostgreSQL: for a cloud without AWS whose data a database server keeps. Several processes may write it. */
export class PostgresStore implements Store {
  readonly maxWrites = 500;
  readonly #sql: Sql;

  private constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Makes the tables in an empty database. `url` such as `postgres://spotter@db.example/spotter`; a password may also come as
   * PGPASSWORD. Rejects with an Error that names the database, without its password.
   */
  static async open(url: string): Promise<PostgresStore> {
    const place = URL.parse(url);
    if (!place || !/^postgres(ql)?:$/.test(place.protocol))
      throw new Error("database: is no address of PostgreSQL; give one such as postgres://spotter@db.example/spotter");
    const sql = postgres(url, { max: CONNECTIONS, onnotice: () => {}, connect_timeout: 10 });
    try {
      await sql.begin((transaction) => prepare(transaction));
      return new PostgresStore(sql);
    } catch (thrown) {
      await sql.end();
      const { code = "", message } = thrown as Error & { code?: string };
      throw new Error(`database ${place.host}${place.pathname}: ${message || code}`, { cause: thrown });
    }
  }

  async read(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    const rows = await this.#sql<Row[]>`
      SELECT partition, sort, version, body
      FROM item JOIN unnest(${partitions(keys)}::text[], ${sorts(keys)}::text[]) AS asked (partition, sort) USING (partition, sort)`;
    const found = new Map(rows.map((row) => [nameOf(row), row]));
    return keys.map((key) => {
      const row = found.get(nameOf(key));
      return row && itemOf(row);
    });
  }

  async list(partition: string, { limit, after, backwards = false, from, to }: Range): Promise<Page> {
    const sql = this.#sql;
    const order = backwards ? sql`DESC` : sql`ASC`;
    // Each branch is in the order of its index and ends at the limit, so that a page costs the same in a list of any length.
    const within = (sort: ReturnType<typeof sql>) => sql`
      ${from === undefined ? sql`` : sql`AND ${sort} >= ${from}`}
      ${to === undefined ? sql`` : sql`AND ${sort} < ${to}`}
      ${after === undefined ? sql`` : backwards ? sql`AND ${sort} < ${after}` : sql`AND ${sort} > ${after}`}
      ORDER BY ${sort} ${order} LIMIT ${limit + 1}`;
    const rows = await sql<Row[]>`
      (SELECT sort AS place, partition, sort, version, body FROM item
        WHERE partition = ${partition} ${within(sql`item.sort`)})
      UNION ALL
      (SELECT listing.sort AS place, item.partition, item.sort, item.version, item.body FROM listing
        JOIN item ON item.partition = item_partition AND item.sort = item_sort
        WHERE listing.partition = ${partition} ${within(sql`listing.sort`)})
      ORDER BY place ${order} LIMIT ${limit + 1}`;
    const page = rows.slice(0, limit);
    return { items: page.map(itemOf), next: rows.length > limit ? page.at(-1)?.place : undefined };
  }

  async commit(writes: readonly Write[]): Promise<void> {
    if (writes.length > this.maxWrites) throw new RangeError(`${writes.length} writes, at most ${this.maxWrites}`);
    try {
      await this.#sql.begin((transaction) => write(transaction, writes));
    } catch (error) {
      if (error instanceof postgres.PostgresError && error.code === DEADLOCK) throw new ConflictError(error.message);
      throw error;
    }
  }

  /** Removes what nobody needs any more; how many items. */
  async sweep(now: number): Promise<number> {
    let swept = 0;
    for (;;) {
      const { count } = await this.#sql`
        DELETE FROM item WHERE (partition, sort) IN
          (SELECT partition, sort FROM item WHERE expires <= ${now} LIMIT ${SWEEP_ITEMS})`;
      swept += count;
      if (count < SWEEP_ITEMS) return swept;
    }
  }

  async close(): Promise<void> {
    await this.#sql.end();
  }
}

async function prepare(sql: TransactionSql): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${SCHEMA_LOCK})`;
  const [made] = await sql`SELECT to_regclass('spotter_schema') IS NOT NULL AS is`;
  if (!made?.is) return void (await sql.unsafe(SCHEMA));
  const [found] = await sql<{ version: number }[]>`SELECT version FROM spotter_schema`;
  if (found?.version !== SCHEMA_VERSION)
    throw new Error(
      `has version ${found?.version}, this program knows ${SCHEMA_VERSION}; use the program that made it`,
    );
}

/** All statements go out together; the transaction fails when one of them did not find what it expected. */
async function write(sql: TransactionSql, writes: readonly Write[]): Promise<void> {
  const puts = writes.filter((one): one is Put => one.body !== undefined);
  const fresh = puts.filter(({ expect }) => expect === 0);
  const changed = puts.filter(({ expect }) => expect > 0);
  const gone = writes.filter(({ body }) => body === undefined);
  const keys = (some: readonly Write[]) => some.map(({ key }) => key);
  const expects = (some: readonly Write[]) => some.map(({ expect }) => expect);
  const bodies = (some: readonly Put[]) => some.map(({ body }) => JSON.stringify(body));
  const expiries = (some: readonly Put[]) =>
    some.map(({ expiresAt }) => (expiresAt === undefined ? null : Math.floor(expiresAt)));
  const listings = puts.flatMap(({ key, listed = [] }) => listed.map((place) => ({ place, key })));
  const places = listings.map(({ place }) => place);
  const targets = listings.map(({ key }) => key);
  const counts = await Promise.all([
    sql`
      INSERT INTO item (partition, sort, version, body, expires)
      SELECT p, s, 1, b, e FROM unnest(${partitions(keys(fresh))}::text[], ${sorts(keys(fresh))}::text[],
        ${bodies(fresh)}::text[], ${expiries(fresh)}::bigint[]) AS put (p, s, b, e)
      ON CONFLICT DO NOTHING`,
    sql`
      UPDATE item SET version = version + 1, body = b, expires = e
      FROM unnest(${partitions(keys(changed))}::text[], ${sorts(keys(changed))}::text[], ${expects(changed)}::int[],
        ${bodies(changed)}::text[], ${expiries(changed)}::bigint[]) AS put (p, s, v, b, e)
      WHERE partition = p AND sort = s AND version = v`,
    sql`
      DELETE FROM item USING unnest(${partitions(keys(gone))}::text[], ${sorts(keys(gone))}::text[],
        ${expects(gone)}::int[]) AS gone (p, s, v)
      WHERE partition = p AND sort = s AND version = v`,
    sql`
      DELETE FROM listing USING unnest(${partitions(keys(changed))}::text[], ${sorts(keys(changed))}::text[]) AS put (p, s)
      WHERE item_partition = p AND item_sort = s`,
  ]);
  const expected = [fresh.length, changed.length, gone.length];
  if (expected.some((count, index) => counts[index]?.count !== count))
    throw new ConflictError(`${writes.map(({ key }) => nameOf(key)).join(", ")}: one is no longer as expected`);
  await sql`
    INSERT INTO listing SELECT * FROM unnest(${partitions(places)}::text[], ${sorts(places)}::text[],
      ${partitions(targets)}::text[], ${sorts(targets)}::text[])`;
}

const partitions = (keys: readonly Key[]) => keys.map(({ partition }) => partition);
const sorts = (keys: readonly Key[]) => keys.map(({ sort }) => sort);
const nameOf = ({ partition, sort }: Key) => `${partition} / ${sort}`;

function itemOf({ partition, sort, version, body }: Row): Item {
  return { key: { partition, sort }, version, body: JSON.parse(body) };
}
