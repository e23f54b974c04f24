import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { silentLog } from "../../src/observe/log.ts";
import { Metrics } from "../../src/observe/metrics.ts";
import type { EventClass, OutboxEvent, OutboxNotice } from "../../src/uplink/classes.ts";
import { Outbox } from "../../src/uplink/outbox.ts";
import { openStore } from "../../src/uplink/recover.ts";
import type { OutboxStore, StoreOptions } from "../../src/uplink/store.ts";

export const TTL_HOURS = { alarm: null, nearMiss: 720, health: 24, heartbeat: 1 };
const HOUR_MS = 3_600_000;

/** A directory that is gone after the test. */
export function directory(): string {
  const dir = mkdtempSync(join(tmpdir(), "spotter-outbox-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** An outbox on disk with its figures. */
export async function openOutbox(dataDir: string, quotaMb = 10): Promise<{ outbox: Outbox; metrics: Metrics }> {
  const metrics = new Metrics();
  const retry = { first: 1, max: 1, factor: 1, jitter: 0 };
  const config = { quotaMb, ttlHours: TTL_HOURS };
  return { outbox: await Outbox.open({ dataDir, config, log: silentLog, metrics, retry }), metrics };
}

/** The table alone, with a clock moved by hand and everything it tells. */
export function storeAt(dir: string, options: Partial<StoreOptions> = {}) {
  const notices: OutboxNotice[] = [];
  const clock = { now: 0 };
  const full: StoreOptions = {
    path: join(dir, "outbox.db"),
    quotaBytes: 10_000_000,
    ttlMs: { alarm: null, nearMiss: 720 * HOUR_MS, health: 24 * HOUR_MS, heartbeat: HOUR_MS },
    now: () => clock.now,
    notice: (notice) => notices.push(notice),
    ...options,
  };
  return { open: () => openStore(full), notices, clock };
}

/** Event `sequence`, whose payload is made from it. */
export function event(sequence: number, kind: EventClass = "alarm", bytes = 300): OutboxEvent {
  const payload = Uint8Array.from({ length: bytes }, (_, i) => (sequence * 31 + i) % 256);
  return { sequence, id: `id-${sequence}`, class: kind, payload };
}

/** Sequences of everything that waits, in the order of sending. */
export function waiting(store: OutboxStore): number[] {
  return store.next(1_000_000).map(({ sequence }) => sequence);
}
