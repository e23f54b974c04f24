import { createHash } from "node:crypto";
import { canonical } from "./canonical.ts";
import type { Clock } from "./clock.ts";
import { key, path } from "./keys.ts";
import {
  ConflictError,
  type Item,
  type Key,
  type Page,
  type Put,
  type Range,
  type Store,
  type Write,
} from "./store.ts";

/** What somebody did. */
export interface Deed {
  readonly tenant: string;
  /** Their login; `-`: nobody was known yet. */
  readonly user: string;
  /** Such as `incident.acknowledge`. */
  readonly action: string;
  /** What it was done to; empty: nothing in particular. */
  readonly subject: string;
  /** What was asked for, secrets apart. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A line of the log. Each holds the hash of the one before, so that none can be changed or taken out unseen. */
export interface AuditEntry extends Omit<Deed, "tenant"> {
  /** Counts the tenant's entries from 1. */
  readonly sequence: number;
  readonly at: number;
  /** Of the entry before; of the first, 64 zeros. */
  readonly previous: string;
  /** SHA-256 over everything else in its canonical JSON, hexadecimal. */
  readonly hash: string;
}

/** The newest entry: whoever has once written it down elsewhere can tell later whether the log is still the same. */
export type AuditHead = Pick<AuditEntry, "sequence" | "hash">;

interface Ports {
  readonly store: Store;
  readonly clock: Clock;
}

const START: AuditHead = { sequence: 0, hash: "0".repeat(64) };
/** Somebody else being faster this often in a row is a fault, not bad luck. */
const MAX_TRIES = 20;
const PAGE = 500;

const entriesOf = (tenant: string) => path(tenant, "audit");
const aboutOf = (tenant: string, subject: string) => path(tenant, "audit", "of", subject);
const headKey = (tenant: string): Key<AuditHead> => key(path(tenant, "audit", "head"), "head");
const place = (sequence: number) => String(sequence).padStart(12, "0");

/**
 * A store whose first commit also writes a deed into the audit log: both or neither. Reads are the store's own.
 */
export class AuditedStore implements Store {
  readonly maxWrites: number;
  readonly #ports: Ports;
  readonly #deed: Deed;
  #entry: AuditEntry | undefined;

  constructor(ports: Ports, deed: Deed) {
    this.#ports = ports;
    this.#deed = deed;
    this.maxWrites = ports.store.maxWrites - 2;
  }

  /** The entry, once it is written. */
  get entry(): AuditEntry | undefined {
    return this.#entry;
  }

  read(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    return this.#ports.store.read(keys);
  }

  list(partition: string, range: Range): Promise<Page> {
    return this.#ports.store.list(partition, range);
  }

  async commit(writes: readonly Write[]): Promise<void> {
    if (this.#entry) return this.#ports.store.commit(writes);
    const { entry, puts } = await prepare(this.#ports, this.#deed);
    await this.#ports.store.commit([...writes, ...puts]);
    this.#entry = entry;
  }
}

/** Writes a deed down that changes nothing else. */
export async function append(ports: Ports, deed: Deed): Promise<AuditEntry> {
  for (let tries = 1; ; tries += 1) {
    const { entry, puts } = await prepare(ports, deed);
    try {
      await ports.store.commit(puts);
      return entry;
    } catch (error) {
      if (!(error instanceof ConflictError) || tries >= MAX_TRIES) throw error;
    }
  }
}

async function prepare({ store, clock }: Ports, deed: Deed): Promise<{ entry: AuditEntry; puts: Put[] }> {
  const { tenant, user, action, subject, detail } = deed;
  const [item] = await store.read([headKey(tenant)]);
  const head = (item?.body as AuditHead | undefined) ?? START;
  const sequence = head.sequence + 1;
  const said = { sequence, at: clock.now(), user, action, subject, detail, previous: head.hash };
  const entry = { ...said, hash: hashOf(said) };
  const listed = subject === "" ? [] : [key(aboutOf(tenant, subject), place(sequence))];
  return {
    entry,
    puts: [
      { key: key(entriesOf(tenant), place(sequence)), body: entry, listed, expect: 0 },
      { key: headKey(tenant), body: { sequence, hash: entry.hash }, expect: item?.version ?? 0 },
    ],
  };
}

function hashOf({ hash: _, ...said }: Omit<AuditEntry, "hash"> & { readonly hash?: string }): string {
  return createHash("sha256").update(canonical(said)).digest("hex");
}

export async function auditHead({ store }: { readonly store: Store }, tenant: string): Promise<AuditHead> {
  const [item] = await store.read([headKey(tenant)]);
  return (item?.body as AuditHead | undefined) ?? START;
}

/** Newest first. */
export async function auditLog(
  { store }: { readonly store: Store },
  tenant: string,
  { limit = 50, after }: { readonly limit?: number; readonly after?: string | undefined } = {},
): Promise<Page<AuditEntry>> {
  return (await store.list(entriesOf(tenant), { limit, after, backwards: true })) as Page<AuditEntry>;
}

/** Entries about one thing, oldest first. */
export async function auditOf({ store }: { readonly store: Store }, tenant: string, subject: string) {
  const { items } = await store.list(aboutOf(tenant, subject), { limit: 1_000 });
  return items.map(({ body }) => body as AuditEntry);
}

/** Computes every hash again; `brokenAt`: the first sequence that does not fit what came before. */
export async function checkAudit(
  { store }: { readonly store: Store },
  tenant: string,
): Promise<{ readonly head: AuditHead; readonly whole: boolean; readonly brokenAt?: number }> {
  const head = await auditHead({ store }, tenant);
  let last = START;
  let after: string | undefined;
  do {
    const page = (await store.list(entriesOf(tenant), { limit: PAGE, after })) as Page<AuditEntry>;
    for (const { body } of page.items) {
      const sequence = last.sequence + 1;
      const fits = body.sequence === sequence && body.previous === last.hash && body.hash === hashOf(body);
      if (!fits || (sequence === head.sequence && body.hash !== head.hash))
        return { head, whole: false, brokenAt: sequence };
      last = body;
    }
    after = page.next;
  } while (after !== undefined && last.sequence < head.sequence);
  // The head was read first: entries written since are behind it.
  if (last.sequence < head.sequence) return { head, whole: false, brokenAt: last.sequence + 1 };
  return { head, whole: true };
}
