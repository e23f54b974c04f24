import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  type DropReason,
  EVENT_CLASSES,
  type EventClass,
  type OutboxEvent,
  type OutboxNotice,
  type OutboxStats,
} from "./classes.ts";
import { DamagedDatabase, type Origin, openDatabase, transaction } from "./database.ts";
import { checksum, className, soundEvent } from "./row.ts";
import { rowBytes, Tally } from "./tally.ts";

/** Events evicted at a time when room is needed. */
const EVICT_CHUNK = 64;
/** Newest corrupt rows kept for people to look at. */
const QUARANTINE_ROWS = 1_000;
/** Free pages (4 KiB) given back to the file system at a time, so that no pass takes long. */
const VACUUM_PAGES = 2_048;
export interface StoreOptions {
  readonly path: string;
  readonly quotaBytes: number;
  /** ms an event of each class is worth sending; null: for ever. */
  readonly ttlMs: Readonly<Record<EventClass, number | null>>;
  /** Monotonic ms. */
  readonly now: () => number;
  readonly notice: (notice: OutboxNotice) => void;
}

/** What became of one append. */
export type Appended = "stored" | "dropped" | { readonly error: string };

/**
 * The outbox's table in SQLite, synchronous; `outbox-worker.ts` keeps it off the main thread. Throws SQLite's errors.
 *
 * A row counts its age in the time that the device has run (`lived`), kept in the file: a wall clock that jumps, or a
 * month switched off, makes no event too old. Order is `sequence`.
 */
export class OutboxStore {
  readonly #options: StoreOptions;
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #next: StatementSync;
  readonly #evict: StatementSync;
  readonly #expire: StatementSync;
  readonly #oldest: StatementSync;
  readonly #tally = new Tally();
  readonly #livedAtOpen: number;
  readonly #openedAt: number;
  /** Told once the transaction they happen in is committed. */
  readonly #untold: OutboxNotice[] = [];
  #diskFull = "";
  readonly epoch: number;
  readonly boot: number;
  readonly #lastAtOpen: number;

  /** Opens or creates the file; `origin` continues the counting of a file that this one replaces. */
  constructor(options: StoreOptions, origin?: Origin) {
    this.#options = options;
    this.#openedAt = options.now();
    const { db, origin: begun } = openDatabase(options.path, origin);
    this.#db = db;
    this.epoch = begun.epoch;
    this.boot = begun.boot;
    this.#livedAtOpen = begun.lived;
    this.#lastAtOpen = begun.lastSequence;
    this.#insert = db.prepare(
      "INSERT OR IGNORE INTO event (sequence, id, class, lived, crc, payload) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#remove = db.prepare("DELETE FROM event WHERE sequence = ? RETURNING class, length(payload) AS bytes");
    this.#next = db.prepare("SELECT sequence, id, class, crc, payload FROM event ORDER BY class, sequence LIMIT ?");
    this.#evict = db.prepare(
      "DELETE FROM event WHERE sequence IN (SELECT sequence FROM event WHERE class = ? ORDER BY sequence LIMIT ?) RETURNING length(payload) AS bytes",
    );
    this.#expire = db.prepare("DELETE FROM event WHERE class = ? AND lived < ?");
    this.#oldest = db.prepare("SELECT lived FROM event ORDER BY sequence LIMIT 1");
    this.#recount();
  }

  /** The highest sequence ever stored in this file or the one it replaced. */
  get lastSequence(): number {
    const row = this.#db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'event'").get();
    return Math.max(this.#lastAtOpen, Number(row?.seq ?? 0));
  }

  /** What a replacement of this file has to go on from. */
  origin(lastSequence: number): Origin {
    return { epoch: this.epoch, boot: this.boot, lived: this.#lived(), lastSequence };
  }

  /**
   * Stores events in one transaction: when this returns, those "stored" survive a power cut. Storing one again changes
   * nothing. Full disk or quota: makes room as `Outbox` says, else tells which event was not stored and why.
   */
  append(events: readonly OutboxEvent[]): Appended[] {
    for (;;) {
      try {
        const results = this.#transaction(() => events.map((event) => this.#store(event)));
        if (results.includes("stored")) this.#diskFull = "";
        return results;
      } catch (error) {
        this.#recount();
        if (!isDiskFull(error)) throw error;
        const [first] = events;
        if (first === undefined) return [];
        if (events.length > 1) return events.flatMap((event) => this.append([event]));
        if (this.#makeRoomOnDisk(first.class)) continue;
        this.#diskFull = `disk full or failing (${(error as Error).message}): free space for ${this.#options.path} or replace the disk`;
        if (first.class === "alarm") return [{ error: this.#diskFull }];
        this.#options.notice({ kind: "dropped", class: first.class, reason: "disk full", count: 1 });
        return ["dropped"];
      }
    }
  }

  /** The most important events, oldest first within a class. Corrupt rows are set aside on the way. */
  next(limit: number): OutboxEvent[] {
    for (;;) {
      const rows = this.#next.all(limit);
      const corrupt = rows.filter((row) => !soundEvent(row));
      if (corrupt.length === 0) return rows.flatMap((row) => soundEvent(row) ?? []);
      for (const row of corrupt) this.setAside(Number(row.sequence), "corrupt");
    }
  }

  /** Forgets events that the other side has. */
  remove(sequences: readonly number[]): void {
    this.#transaction(() => {
      for (const sequence of sequences) {
        const row = this.#remove.get(sequence);
        if (row) this.#tally.add(className(row.class), -1, -Number(row.bytes));
      }
    });
    this.#diskFull = "";
  }

  /** Takes an event out of the way that can never be sent, and keeps it for people to look at. */
  setAside(sequence: number, reason: "corrupt" | "refused"): void {
    this.#transaction(() => {
      this.#db
        .prepare("INSERT INTO quarantine SELECT sequence, id, class, ?, payload FROM event WHERE sequence = ?")
        .run(reason, sequence);
      this.#db
        .prepare(
          "DELETE FROM quarantine WHERE rowid <= (SELECT rowid FROM quarantine ORDER BY rowid DESC LIMIT 1 OFFSET ?)",
        )
        .run(QUARANTINE_ROWS);
      const row = this.#remove.get(sequence);
      if (!row) return;
      this.#tally.add(className(row.class), -1, -Number(row.bytes));
      this.#drop(className(row.class), reason, 1);
    });
  }

  /** Regular housekeeping: drops what is past its time, gives free space back, remembers how long the device has run. */
  tidy(): void {
    const lived = this.#lived();
    const expired = this.#transaction(() => {
      this.#db.prepare("UPDATE device SET lived = ?").run(lived);
      let expired = 0;
      for (const [index, name] of EVENT_CLASSES.entries()) {
        const ttl = this.#options.ttlMs[name];
        if (ttl === null) continue;
        const { changes } = this.#expire.run(index, lived - ttl);
        if (Number(changes) > 0) this.#drop(name, "ttl", Number(changes));
        expired += Number(changes);
      }
      return expired;
    });
    if (expired > 0) this.#recount();
    this.#db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    this.#db.exec("PRAGMA wal_checkpoint(PASSIVE)");
  }

  /** Events set aside, newest last. */
  quarantined(): { sequence: number; reason: string }[] {
    return this.#db
      .prepare("SELECT sequence, reason FROM quarantine ORDER BY rowid")
      .all()
      .map((row) => ({ sequence: Number(row.sequence), reason: String(row.reason) }));
  }

  stats(): OutboxStats {
    const bytes = this.#tally.bytes;
    const oldest = this.#oldest.get();
    const overQuota = `${bytes} bytes of events wait, quota is ${this.#options.quotaBytes}; only alarms are left, which are never evicted: restore the uplink or raise uplink.quotaMb`;
    return {
      events: this.#tally.byClass(),
      bytes,
      oldestMs: oldest ? Math.max(0, this.#lived() - Number(oldest.lived)) : 0,
      trouble: this.#diskFull || (bytes > this.#options.quotaBytes ? overQuota : ""),
    };
  }

  /** Throws when SQLite finds the file damaged (`PRAGMA quick_check`). */
  check(): void {
    const [row] = this.#db.prepare("PRAGMA quick_check(1)").all();
    if (row?.quick_check !== "ok") throw new DamagedDatabase(String(row?.quick_check));
  }

  /** Caps the file at so many pages; SQLite then reports a full disk. For tests. */
  limitPages(pages: number): void {
    this.#db.exec(`PRAGMA max_page_count = ${pages}`);
  }

  close(): void {
    try {
      this.tidy();
      this.#db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } finally {
      this.#db.close();
    }
  }

  #store(event: OutboxEvent): Appended {
    const cost = rowBytes(event.payload.length);
    while (this.#tally.bytes + cost > this.#options.quotaBytes) {
      if (this.#evictFor(event.class, "quota")) continue;
      if (event.class === "alarm") break;
      this.#drop(event.class, "quota", 1);
      return "dropped";
    }
    const { changes } = this.#insert.run(
      event.sequence,
      event.id,
      EVENT_CLASSES.indexOf(event.class),
      this.#lived(),
      checksum(event),
      event.payload,
    );
    if (Number(changes) > 0) this.#tally.add(event.class, 1, event.payload.length);
    return "stored";
  }

  /** Evicts the oldest events of the least important class, at most as important as `newcomer`; false when none is left. */
  #evictFor(newcomer: EventClass, reason: DropReason): boolean {
    for (const victim of [...EVENT_CLASSES].reverse()) {
      if (victim === "alarm") return false;
      if (this.#tally.events(victim) > 0) {
        const rows = this.#evict.all(EVENT_CLASSES.indexOf(victim), EVICT_CHUNK);
        for (const row of rows) this.#tally.add(victim, -1, -Number(row.bytes));
        this.#drop(victim, reason, rows.length);
        return rows.length > 0;
      }
      if (victim === newcomer) return false;
    }
    return false;
  }

  #makeRoomOnDisk(newcomer: EventClass): boolean {
    try {
      return this.#transaction(() => this.#evictFor(newcomer, "disk full"));
    } catch (error) {
      this.#recount();
      if (isDiskFull(error)) return false;
      throw error;
    }
  }

  #transaction<T>(work: () => T): T {
    try {
      const result = transaction(this.#db, work);
      for (const notice of this.#untold) this.#options.notice(notice);
      return result;
    } finally {
      this.#untold.length = 0;
    }
  }

  #lived(): number {
    return Math.round(this.#livedAtOpen + this.#options.now() - this.#openedAt);
  }

  #recount(): void {
    this.#tally.clear();
    const rows = this.#db
      .prepare("SELECT class, count(*) AS events, sum(length(payload)) AS bytes FROM event GROUP BY class")
      .all();
    for (const row of rows) {
      this.#tally.add(className(row.class), Number(row.events), Number(row.bytes));
    }
  }

  #drop(name: EventClass, reason: DropReason, count: number): void {
    this.#untold.push({ kind: "dropped", class: name, reason, count });
  }
}

/** SQLITE_FULL (13), or SQLITE_IOERR (10), which a full disk gives where SQLite maps files. */
function isDiskFull(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && ((code & 0xff) === 13 || (code & 0xff) === 10);
}
