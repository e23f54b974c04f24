import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { OutboxEvent } from "./classes.ts";
import { DamagedDatabase, type Origin } from "./database.ts";
import { soundEvent } from "./row.ts";
import { OutboxStore, type StoreOptions } from "./store.ts";

/** Damaged files kept beside the good one, so that a dying disk is not filled with them. */
const KEPT = 3;

/** Opens the outbox's file; one that is damaged is moved aside, kept, told of and replaced (see `replaceStore`). */
export function openStore(options: StoreOptions): OutboxStore {
  let store: OutboxStore | undefined;
  try {
    store = new OutboxStore(options);
    store.check();
    return store;
  } catch (error) {
    // SQLITE_ERROR (1): a sound SQLite file without our tables.
    if (!isDamaged(error) && (error as { errcode?: number }).errcode !== 1) throw error;
    closeQuietly(store);
    return replaceStore(options, (error as Error).message);
  }
}

/**
 * Moves the damaged file aside and starts a new one with every event of the old that can still be read and whose
 * checksum holds. Events that were delivered may come back with it: their id is the same, so the cloud knows them.
 * `origin`, when known, goes before what the old file says about itself.
 */
export function replaceStore(options: StoreOptions, why: string, origin?: Origin): OutboxStore {
  const kept = moveAside(options.path);
  const found = salvage(kept);
  const last = Math.max(0, ...found.events.map((event) => event.sequence));
  // Without `origin` this is a new run of the service.
  const known = origin ?? (found.origin && { ...found.origin, boot: found.origin.boot + 1 });
  const store = new OutboxStore(options, known && { ...known, lastSequence: Math.max(known.lastSequence, last) });
  store.append(found.events);
  options.notice({ kind: "database replaced", kept, why, salvaged: found.events.length });
  return store;
}

/** SQLITE_CORRUPT (11), SQLITE_NOTADB (26), or a table that is not what it must be. */
export function isDamaged(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  return error instanceof DamagedDatabase || (code !== undefined && [11, 26].includes(code & 0xff));
}

function moveAside(path: string): string {
  const prefix = `${basename(path)}.damaged-`;
  const older = readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)))
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
  for (const number of older.slice(0, Math.max(0, older.length - KEPT + 1)))
    for (const part of ["", "-wal", "-shm"]) rmSync(join(dirname(path), `${prefix}${number}${part}`), { force: true });
  const kept = join(dirname(path), `${prefix}${(older.at(-1) ?? 0) + 1}`);
  // The log belongs to its database by name; apart, neither can be read.
  for (const part of ["", "-wal", "-shm"]) if (existsSync(path + part)) renameSync(path + part, kept + part);
  return kept;
}

/** Everything sound in a damaged file, read from both ends because a bad page stops a scan. */
function salvage(path: string): { events: OutboxEvent[]; origin: Origin | undefined } {
  const events = new Map<number, OutboxEvent>();
  let origin: Origin | undefined;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { defensive: false });
    // Without it SQLite refuses to read anything of a file that was cut short.
    db.exec("PRAGMA writable_schema = ON");
    for (const order of ["ASC", "DESC"]) {
      try {
        for (const row of db.prepare(`SELECT * FROM event ORDER BY sequence ${order}`).iterate()) {
          const event = soundEvent(row);
          if (event) events.set(event.sequence, event);
        }
      } catch {
        // What was read until here is what this direction gives.
      }
    }
    const device = db.prepare("SELECT epoch, boot, lived FROM device").get();
    const last = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'event'").get();
    if (device && last)
      origin = {
        epoch: Number(device.epoch),
        boot: Number(device.boot),
        lived: Number(device.lived),
        lastSequence: Number(last.seq),
      };
  } catch {
    // Nothing more to be had; without its origin, the new file counts from 1 in an epoch of its own.
  } finally {
    db?.close();
  }
  return { events: [...events.values()].sort((a, b) => a.sequence - b.sequence), origin };
}

function closeQuietly(store: OutboxStore | undefined): void {
  try {
    store?.close();
  } catch {
    // A damaged file need not close in order.
  }
}
