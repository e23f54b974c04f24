import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Envelope } from "../cloud/core/door.ts";
import { ingest } from "../cloud/core/ingest.ts";
import type { Store } from "../cloud/core/store.ts";
import { DynamoStore } from "../cloud/stores/dynamo-store.ts";
import { MemoryPush } from "../cloud/stores/memory-push.ts";
import { MemoryStore } from "../cloud/stores/memory-store.ts";
import { PostgresStore } from "../cloud/stores/postgres-store.ts";
import { SqliteStore } from "../cloud/stores/sqlite-store.ts";
import { DYNOXIDE, startDynoxide } from "../test/fakes/dynoxide.ts";
import { postgresPrograms, startPostgres } from "../test/fakes/postgres.ts";
import { crowd, INCIDENTS, USUAL } from "./cloud-messages.ts";
import { progress } from "./cloud-progress.ts";

const CAMERAS = 200;
/** As many as the intake takes together at most. */
const BATCH = 250;
/** Made before the clock runs. */
const ENVELOPES = 40_000;
const SLICE_MS = 250;

export interface StoreRate {
  readonly store: string;
  readonly mix: "usual" | "incidents";
  /** Envelopes handed in together. */
  readonly batch: number;
  readonly events: number;
  readonly perSecond: number;
}

interface Opened {
  readonly store: Store;
  close(): Promise<void> | void;
}

/** The stores that can be opened here, and why the others cannot. */
const STORES: Record<string, { missing?: string | undefined; open(): Promise<Opened> }> = {
  memory: { open: async () => ({ store: new MemoryStore(), close: () => {} }) },
  "SQLite, each commit on the disk": {
    open: async () => {
      const dir = mkdtempSync(join(tmpdir(), "spotter-bench-"));
      const store = new SqliteStore(join(dir, "cloud.db"));
      const close = () => {
        store.close();
        rmSync(dir, { recursive: true });
      };
      return { store, close };
    },
  },
  "PostgreSQL, each commit on the disk": {
    missing: postgresPrograms() ? undefined : "no PostgreSQL",
    open: async () => {
      const server = await startPostgres({ durable: true });
      const store = await PostgresStore.open(await server.database());
      return { store, close: () => store.close().then(() => server.close()) };
    },
  },
  "DynamoDB, by dynoxide": {
    missing: existsSync(DYNOXIDE) ? undefined : "no dynoxide",
    open: async () => {
      const engine = await startDynoxide();
      return { store: new DynamoStore(engine.client, await engine.table()), close: () => engine.close() };
    },
  },
};

/** Events per second that one process takes into each store, for `seconds` each. */
export async function storeRates(seconds: number): Promise<StoreRate[]> {
  const rates: StoreRate[] = [];
  for (const [name, { missing, open }] of Object.entries(STORES)) {
    if (missing !== undefined) {
      progress(`${name}: left out, ${missing}`);
      continue;
    }
    for (const mix of ["usual", "incidents"] as const)
      for (const batch of [1, BATCH]) {
        const opened = await open();
        try {
          const rate = await rateOf(opened.store, mix, batch, seconds);
          rates.push({ store: name, mix, batch, ...rate });
          progress(`${name}, ${mix}, ${batch} at a time: ${rate.perSecond} events/s`);
        } finally {
          await opened.close();
        }
      }
  }
  return rates;
}

async function rateOf(store: Store, mix: StoreRate["mix"], batch: number, seconds: number) {
  const now = Date.UTC(2026, 5, 1, 12);
  const ports = { store, push: new MemoryPush(), clock: { now: () => now }, adopt: { tenant: "bench", site: "north" } };
  const envelopes: Envelope[] = crowd(CAMERAS, mix === "usual" ? USUAL : INCIDENTS, now)
    .take(ENVELOPES)
    .map(({ device, bytes }) => ({ identity: device, bytes, receivedAt: now }))
    .toArray();
  const began = performance.now();
  let events = 0;
  let last = began;
  while (events < envelopes.length && performance.now() - began < seconds * 1000) {
    const taken = await ingest(ports, envelopes.slice(events, events + batch));
    const [failure] = taken.failed;
    if (failure) throw failure.error;
    if (taken.fates.some((fate) => fate !== "stored")) throw new Error(`not every event was stored: ${taken.fates}`);
    events += taken.fates.length;
    // SQLite and memory never let go of the thread by themselves.
    if (performance.now() - last < SLICE_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    last = performance.now();
  }
  return { events, perSecond: Math.round((events / (performance.now() - began)) * 1000) };
}
