import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from "fastify";
import { buildApi } from "../../../cloud/api/build.ts";
import type { RouteKey } from "../../../cloud/api/contract.ts";
import type { ApiOptions } from "../../../cloud/api/ports.ts";
import { deadLetters } from "../../../cloud/core/dead-letters.ts";
import { incidents } from "../../../cloud/core/incidents.ts";
import { ingest } from "../../../cloud/core/ingest.ts";
import { noticeLog, writeTest } from "../../../cloud/core/notices.ts";
import { UndeliverableError } from "../../../cloud/core/notifier.ts";
import { writePerson, writeRota } from "../../../cloud/core/people.ts";
import { writePolicy } from "../../../cloud/core/policy.ts";
import { beginSession, type Who } from "../../../cloud/core/sessions.ts";
import type { Item, Key, Page, Range, Store, Write } from "../../../cloud/core/store.ts";
import { tick } from "../../../cloud/core/tasks.ts";
import { createUser, type NewUser, users } from "../../../cloud/core/users.ts";
import { MemoryBlobs } from "../../../cloud/stores/memory-blobs.ts";
import { MemoryPush } from "../../../cloud/stores/memory-push.ts";
import { MemoryStore } from "../../../cloud/stores/memory-store.ts";
import { ManualClock } from "../../../src/lib/clock.ts";
import { EVERY_DAY, person, Recorder } from "../people.ts";
import { change, heartbeat, NOON, receipts, SimulatedDevice, state } from "../rig.ts";

/** Two tenants in one store, alike to the last name: whatever one of them sees of the other is a mistake. */
export const TENANTS = ["acme", "zeta"] as const;
export type Tenant = (typeof TENANTS)[number];
export const LINK_SECRET = "a secret that signs addresses";
/** The smallest PNG, 1 × 1. */
export const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** A store that remembers which partitions were looked at and written to. */
export class WatchedStore implements Store {
  readonly #store = new MemoryStore();
  readonly maxWrites = this.#store.maxWrites;
  readonly touched = new Set<string>();
  readonly written = new Set<string>();

  read(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    for (const { partition } of keys) this.touched.add(partition);
    return this.#store.read(keys);
  }

  list(partition: string, range: Range): Promise<Page> {
    this.touched.add(partition);
    return this.#store.list(partition, range);
  }

  async commit(writes: readonly Write[]): Promise<void> {
    await this.#store.commit(writes);
    for (const write of writes)
      for (const { partition } of [write.key, ...("listed" in write ? (write.listed ?? []) : [])]) {
        this.touched.add(partition);
        this.written.add(partition);
      }
  }

  forget(): void {
    this.touched.clear();
    this.written.clear();
  }
}

const PEOPLE = {
  olga: { role: "operator", sites: ["*"] },
  sam: { role: "safety", sites: ["*"] },
  ada: { role: "admin", sites: ["*"] },
  /** They see the south alone, where nothing happens. */
  otto: { role: "operator", sites: ["south"] },
  suki: { role: "safety", sites: ["south"] },
  abel: { role: "admin", sites: ["south"] },
} as const satisfies Record<string, Pick<NewUser, "role" | "sites">>;
export type Name = keyof typeof PEOPLE;
export const NAMES = Object.keys(PEOPLE) as Name[];
export const roleOf = (name: Name) => PEOPLE[name].role;

export type World = Awaited<ReturnType<typeof world>>;

/** A cloud with an API before it, people of every role, and one fall at the site north of each tenant. */
export async function world(more: Partial<ApiOptions> = {}) {
  const time = new ManualClock(0, NOON);
  const clock = { now: () => time.wall(), advance: (ms: number) => time.advance(ms) };
  const webhook = new Recorder(clock.now);
  const ports = {
    ...{ store: new WatchedStore(), push: new MemoryPush(), clock },
    notifiers: { webhook },
    blobs: new MemoryBlobs(LINK_SECRET),
    poked: 0,
    poke() {
      ports.poked += 1;
    },
  };
  const faults: Error[] = [];
  const app = buildApi({
    ...{ ports, tenant: "acme", secure: true, linkSecret: LINK_SECRET },
    warn: (error) => faults.push(error),
    ...more,
  });
  const sessions = {} as Record<Tenant, Record<Name, Who>>;
  const ids = {} as Record<Tenant, { incident: string; notice: string; letter: string; device: string }>;
  for (const tenant of TENANTS) {
    sessions[tenant] = await letIn(ports, tenant);
    ids[tenant] = await fill(ports, webhook, tenant);
  }
  ports.store.forget();
  return { app, ports, clock, webhook, faults, sessions, ids };
}

async function letIn(ports: Parameters<typeof createUser>[0], tenant: Tenant): Promise<Record<Name, Who>> {
  const all = {} as Record<Name, Who>;
  for (const [name, rights] of Object.entries(PEOPLE) as [Name, (typeof PEOPLE)[Name]][]) {
    const user = await createUser(ports, tenant, { user: name, name: `${name} of ${tenant}`, ...rights });
    all[name] = await beginSession(ports, tenant, user);
  }
  return all;
}

/** A new session of somebody who is known. */
export async function loggedIn(ports: Parameters<typeof createUser>[0], tenant: Tenant, name: Name): Promise<Who> {
  const found = (await users(ports, tenant)).find(({ user }) => user === name);
  if (!found) throw new Error(`${name} is gone`);
  return beginSession(ports, tenant, found);
}

async function fill(ports: Omit<ApiOptions["ports"], "adopt">, webhook: Recorder, tenant: Tenant) {
  const adopt = { tenant, site: "north" };
  const device = new SimulatedDevice(`${tenant}-hall`);
  const poses = new Float32Array(3 * 17 * 3).fill(0.5);
  const skeleton = { stepMs: 100, endsMsBefore: 40, steps: 3, poses };
  const sent = device.send(
    heartbeat(),
    state("blind", "press-3", "covered"),
    state("armed"),
    change("suspected"),
    change("confirmed", { skeleton }),
    receipts(),
  );
  await ingest({ ...ports, adopt }, [...sent, device.envelope(new Uint8Array([1, 2, 3]))]);
  await writePerson(ports, tenant, person("ann"));
  const timeZone = "UTC";
  await writeRota(ports, tenant, {
    rota: "nights",
    timeZone,
    shifts: [{ days: EVERY_DAY, from: "00:00", to: "00:00", person: "ann" }],
  });
  const ann = { to: { person: "ann" }, by: "webhook" as const };
  await writePolicy(ports, tenant, "*", {
    ...{ chain: [{ ...ann, afterS: 0 }], repeatS: 300, nearMiss: [ann], trouble: [], cooldownS: 900 },
  });
  webhook.answer = () => {
    throw new UndeliverableError("gone");
  };
  await writeTest(ports, tenant, "ann", "webhook");
  await tick(ports, () => {});
  webhook.answer = () => {};
  const [found] = (await incidents(ports, tenant)).incidents;
  const [failed] = (await noticeLog(ports, tenant)).items;
  const [dead] = (await deadLetters(ports, tenant)).items;
  if (!found || !failed || !dead) throw new Error("the world is not as it should be");
  return { incident: found.id, notice: failed.body.id, letter: dead.body.id, device: device.name };
}

export interface Asking {
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  readonly upload?: { readonly type: string; readonly bytes: Buffer };
  readonly headers?: Record<string, string>;
}

/** Asks as somebody's browser would: cookie, token and all. */
export function ask(
  app: FastifyInstance,
  key: RouteKey,
  who: Pick<Who, "token" | "csrf"> | undefined,
  { params = {}, query = {}, body, upload, headers = {} }: Asking = {},
): Promise<LightMyRequestResponse> {
  const [method = "", path = ""] = key.split(" ");
  const url = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const options: InjectOptions = {
    method: method as "GET",
    url,
    query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
    headers: {
      host: "cloud.example",
      ...(who ? { cookie: `__Host-spotter=${who.token}` } : {}),
      ...(who && method !== "GET" ? { "x-csrf-token": who.csrf } : {}),
      ...(upload ? { "content-type": upload.type } : body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(upload ? { payload: upload.bytes } : body === undefined ? {} : { payload: JSON.stringify(body) }),
  };
  return app.inject(options);
}
