import { DatabaseSync } from "node:sqlite";

/** The write-ahead log keeps this much of its file: room to delete in when the disk is full. */
const JOURNAL_BYTES = 4 * 1024 * 1024;

const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE event (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    class INTEGER NOT NULL,
    lived INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    payload BLOB NOT NULL
  ) STRICT;
  CREATE INDEX event_class ON event (class);
  CREATE TABLE quarantine (sequence INTEGER, id TEXT, class INTEGER, reason TEXT NOT NULL, payload BLOB);
  CREATE TABLE device (epoch INTEGER NOT NULL, boot INTEGER NOT NULL, lived INTEGER NOT NULL) STRICT;
`;

/** What survives from a file that had to be replaced. */
export interface Origin {
  epoch: number;
  boot: number;
  lived: number;
  lastSequence: number;
}

/** The file is no outbox that this program can use. */
export class DamagedDatabase extends Error {
  override readonly name = "DamagedDatabase";
}

/**
 * Opens or creates the outbox's file, and counts this run of the service in it. `origin` continues the counting of a file
 * that this one replaces. Throws SQLite's errors, and DamagedDatabase.
 */
export function openDatabase(path: string, origin?: Origin): { db: DatabaseSync; origin: Origin } {
  const db = new DatabaseSync(path, { timeout: 5_000 });
  try {
    db.exec("PRAGMA auto_vacuum = INCREMENTAL");
    db.exec("PRAGMA journal_mode = WAL");
    // FULL: each commit is on the disk, not in its cache, before it returns (SQLite "PRAGMA synchronous").
    db.exec("PRAGMA synchronous = FULL");
    db.exec(`PRAGMA journal_size_limit = ${JOURNAL_BYTES}`);
    return { db, origin: begin(db, origin) };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Does all of `work` or nothing of it; on the disk when this returns. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite itself has rolled back already after some errors (full disk, I/O).
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function begin(db: DatabaseSync, origin: Origin | undefined): Origin {
  const version = Number(db.prepare("PRAGMA user_version").get()?.user_version);
  if (version !== 0 && version !== SCHEMA_VERSION)
    throw new DamagedDatabase(`the file has version ${version}, this program knows ${SCHEMA_VERSION}`);
  return transaction(db, () => {
    if (version === 0) {
      db.exec(SCHEMA);
      // 21 bits: three bytes as a varint in every event.
      const epoch = origin?.epoch ?? 1 + Math.floor(Math.random() * 0x1f_fffe);
      db.prepare("INSERT INTO device VALUES (?, ?, ?)").run(epoch, origin?.boot ?? 0, origin?.lived ?? 0);
      db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('event', ?)").run(origin?.lastSequence ?? 0);
      db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    } else {
      const table = db.prepare("SELECT count(*) AS rows FROM device").get();
      if (Number(table?.rows) !== 1) throw new DamagedDatabase("the table `device` has not one row");
    }
    if (!origin || version !== 0) db.exec("UPDATE device SET boot = boot + 1");
    const row = db
      .prepare(
        `SELECT epoch, boot, max(lived, coalesce((SELECT lived FROM event ORDER BY sequence DESC LIMIT 1), 0)) AS lived,
           (SELECT seq FROM sqlite_sequence WHERE name = 'event') AS last FROM device`,
      )
      .get();
    return {
      epoch: Number(row?.epoch),
      boot: Number(row?.boot),
      lived: Number(row?.lived),
      lastSequence: Number(row?.last ?? 0),
    };
  });
}
