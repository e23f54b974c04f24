import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { analytics } from "../cloud/core/analytics.ts";
import { Draft } from "../cloud/core/draft.ts";
import { type Incident, type IncidentFacts, type Step, settle } from "../cloud/core/incident.ts";
import { incident, incidents, save } from "../cloud/core/incidents.ts";
import { ingest } from "../cloud/core/ingest.ts";
import { digest } from "../cloud/core/keys.ts";
import { describeSite, enrol } from "../cloud/core/places.ts";
import type { Item, Key, Page, Store, Write } from "../cloud/core/store.ts";
import { plant, SITES, type Spot } from "../cloud/simulate/plant.ts";
import { Random } from "../cloud/simulate/random.ts";
import { MemoryPush } from "../cloud/stores/memory-push.ts";
import { SqliteStore } from "../cloud/stores/sqlite-store.ts";
import { crowd, USUAL } from "./cloud-messages.ts";
import { progress } from "./cloud-progress.ts";
import { type Percentiles, percentiles } from "./scene.ts";

const TENANT = "bench";
const CAMERAS = 200;
const SIZES = [10_000, 100_000, 1_000_000];
const DAY_MS = 24 * 3_600_000;
const NOW = Date.UTC(2026, 5, 1, 12);
/** All incidents lie in this time, evenly, oldest first. */
const SPAN_MS = 365 * DAY_MS;
const TOGETHER = 250;
/** Written at a time while filling: about a day's, so that each camera's sheet of the day is written once. */
const A_DAY = 2_740;
const REPEATS = 100;
const MB = 1_000_000;

export interface QueryTimes {
  readonly incidents: number;
  /** Of the database's file. */
  readonly megabytes: number;
  readonly fillS: number;
  /** ms. */
  readonly queries: Record<string, Percentiles>;
  /** Events per second taken in, 250 at a time, into a store that is so full. */
  readonly ingestPerSecond: number;
}

/** How long questions take at growing numbers of incidents in SQLite. What cannot be filled in `fillS` seconds is left out. */
export async function queryTimes(limit: number, fillS: number): Promise<QueryTimes[]> {
  const dir = mkdtempSync(join(tmpdir(), "spotter-bench-"));
  const file = join(dir, "cloud.db");
  try {
    const rows: QueryTimes[] = [];
    const began = performance.now();
    const made = story();
    let count = 0;
    for (const size of SIZES.filter((size) => size <= limit)) {
      const filled = await fill(file, made, size - count, began + fillS * 1000);
      count += filled.incidents;
      if (count < size) {
        progress(`SQLite with ${size} incidents: left out, ${count} took longer than ${fillS} s; see --fill-seconds`);
        break;
      }
      const store = new SqliteStore(file);
      try {
        const queries = await ask(store, filled.sample);
        const ingestPerSecond = await take(store, count);
        const megabytes = Math.round(statSync(file).size / MB);
        rows.push({ incidents: count, megabytes, fillS: Math.round(filled.seconds), queries, ingestPerSecond });
      } finally {
        store.close();
      }
      progress(`SQLite with ${count} incidents: asked`);
    }
    return rows;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Incidents of all cameras in the order of their time. */
function* story(): Generator<Incident, never> {
  const random = new Random("bench/queries");
  const spots = plant(CAMERAS) as [Spot, ...Spot[]];
  const step = SPAN_MS / (SIZES.at(-1) as number);
  for (let number = 0; ; number += 1)
    yield incidentOf(random, random.pick(spots), NOW - SPAN_MS + number * step, number);
}

type Course = Step["kind"][];

function incidentOf(random: Random, { device, site, line, scene }: Spot, at: number, number: number): Incident {
  const alarm = `${scene.camera}-${number}`;
  const courses: [Course, ...Course[]] = [
    ["suspected", "receipts", "confirmed", "receipts", "acknowledged", "cleared"],
    ["suspected", "receipts", "recovered"],
    ["suspected", "receipts", "cleared"],
  ];
  const kinds = random.pick(courses);
  const steps = kinds.map((kind, index): Step => {
    const wallMs = Math.round(at + index * 900);
    const common = {
      event: `${number}-${index}`,
      sequence: number * 6 + index,
      kind,
      wallMs,
      monotonicMs: wallMs - NOW,
    };
    const receipts = [
      { actuator: "stop", state: "active", outcome: "confirmed", writtenMs: 1.2, confirmedMs: 9.1, detail: "" },
    ] as const;
    if (kind === "receipts") return { ...common, boot: 1, receivedAt: wallMs + 80, receipts };
    const why =
      "9 of 12 frames, fallen 90 %, lying 95 %, torso 78° from vertical, hips moving down 0.9 picture heights/s, 15 of 17 keypoints visible";
    const stages = { decode: 6.8, wait: 1.2, paint: 4.1, eyes: 31.6, track: 0.4, fall: 1.1, decide: 0.1 };
    return {
      ...common,
      boot: 1,
      receivedAt: wallMs + 80,
      frameAgeMs: 61,
      score: 0.9,
      why,
      stages,
      skeleton: true,
      receipts: [],
    };
  });
  const judged = kinds.length > 3 && random.chance(0.5);
  const action = { kind: "acknowledge", by: "Ann", at: at + 60_000, reason: "helped him up", outcome: "true" } as const;
  const facts: IncidentFacts = {
    ...{ tenant: TENANT, site, line, device, epoch: 1, ...scene, alarm, steps, actions: judged ? [action] : [] },
    id: digest(TENANT, device, "1", alarm),
  };
  return settle(facts);
}

/** Writes incidents as the core would, but past the store's own commits, which wait for the disk each time. */
async function fill(file: string, made: Generator<Incident>, count: number, until: number) {
  new SqliteStore(file).close();
  const filling = new Filling(file);
  const sample: Incident[] = [];
  const began = performance.now();
  let incidents = 0;
  while (incidents < count && performance.now() < until) {
    const draft = new Draft(filling);
    for (let k = 0; k < Math.min(A_DAY, count - incidents); k += 1) {
      const one = made.next().value as Incident;
      if (k % 100 === 0) sample.push(one);
      await save(draft, undefined, one, NOW);
    }
    await draft.commit();
    incidents += A_DAY;
  }
  filling.close();
  return { incidents: Math.min(incidents, count), sample, seconds: (performance.now() - began) / 1000 };
}

/** SQLite's tables, written without waiting for the disk; the rows are those of SqliteStore. */
class Filling implements Store {
  readonly maxWrites = Number.POSITIVE_INFINITY;
  readonly #db: DatabaseSync;

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN");
  }

  async read(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    const read = this.#db.prepare("SELECT version, body FROM item WHERE partition = ? AND sort = ?");
    return keys.map((key) => {
      const row = read.get(key.partition, key.sort);
      return row && { key, version: Number(row.version), body: JSON.parse(String(row.body)) };
    });
  }

  async commit(writes: readonly Write[]): Promise<void> {
    const put = this.#db.prepare("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, NULL)");
    const list = this.#db.prepare("INSERT OR REPLACE INTO listing VALUES (?, ?, ?, ?)");
    for (const { key, body, expect, ...more } of writes) {
      put.run(key.partition, key.sort, expect + 1, JSON.stringify(body));
      for (const { partition, sort } of "listed" in more ? (more.listed ?? []) : [])
        list.run(partition, sort, key.partition, key.sort);
    }
  }

  async list(): Promise<Page> {
    throw new Error("nothing is listed while it is filled");
  }

  close(): void {
    this.#db.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    this.#db.close();
  }
}

async function ask(store: SqliteStore, sample: readonly Incident[]): Promise<Record<string, Percentiles>> {
  const ports = { store, push: new MemoryPush(), clock: { now: () => NOW } };
  for (const site of SITES) await describeSite(ports, TENANT, site);
  for (const { device, site } of plant(CAMERAS)) await enrol(ports, { device, tenant: TENANT, site });
  const random = new Random("bench/ask");
  const any = () => random.pick(sample as [Incident, ...Incident[]]);
  const at = () => any().since;
  const questions: Record<string, () => Promise<unknown>> = {
    "newest 50": () => incidents(ports, TENANT),
    "50 of a camera": () => incidents(ports, TENANT, { camera: any() }),
    "50 falls before a time": () => incidents(ports, TENANT, { severity: "fall", to: at() }),
    "50 of a site on a day": () => {
      const { site, since } = any();
      return incidents(ports, TENANT, { site, from: since, to: since + DAY_MS });
    },
    "the active ones": () => incidents(ports, TENANT, { state: "active" }),
    "the 20th page": async () => {
      let after: string | undefined;
      for (let page = 0; page < 20; page += 1) after = (await incidents(ports, TENANT, { after, to: NOW })).next;
    },
    "one by its id": () => incident(ports, TENANT, any().id),
    "analytics of 30 days": () => analytics(ports, TENANT, { from: NOW - 30 * DAY_MS, to: NOW }),
  };
  const rows: Record<string, Percentiles> = {};
  for (const [name, question] of Object.entries(questions)) {
    const times: number[] = [];
    const began = performance.now();
    while (times.length < REPEATS && performance.now() - began < 5_000) {
      const asked = performance.now();
      await question();
      times.push(performance.now() - asked);
    }
    rows[name] = percentiles(times);
  }
  return rows;
}

async function take(store: SqliteStore, count: number): Promise<number> {
  const ports = { store, push: new MemoryPush(), clock: { now: () => NOW }, adopt: { tenant: TENANT, site: "north" } };
  // Another start of the devices each time, so that nothing is known already.
  const envelopes = crowd(CAMERAS, USUAL, NOW + count)
    .take(5_000)
    .map(({ device, bytes }) => ({ identity: device, bytes, receivedAt: NOW }))
    .toArray();
  const began = performance.now();
  for (let from = 0; from < envelopes.length; from += TOGETHER)
    await ingest(ports, envelopes.slice(from, from + TOGETHER));
  return Math.round((envelopes.length / (performance.now() - began)) * 1000);
}
