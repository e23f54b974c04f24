import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { buildApi } from "./api/build.ts";
import { type FirstAdmin, firstAdmin } from "./api/first-admin.ts";
import type { Provider } from "./api/oidc.ts";
import type { ApiPorts } from "./api/ports.ts";
import { startBroker } from "./broker.ts";
import type { BlobStore } from "./core/blobs.ts";
import { laneOf, STATE } from "./core/classes.ts";
import type { Clock } from "./core/clock.ts";
import { present } from "./core/fleet.ts";
import type { IngestPorts } from "./core/ingest.ts";
import type { DeliverPorts } from "./core/notices.ts";
import type { Notifier } from "./core/notifier.ts";
import type { Channel } from "./core/people.ts";
import { frontOf } from "./front.ts";
import { Intake } from "./intake.ts";
import { EmailNotifier } from "./notifiers/email.ts";
import { WebhookNotifier } from "./notifiers/webhook.ts";
import { FileBlobs } from "./stores/file-blobs.ts";
import { MemoryPush } from "./stores/memory-push.ts";
import { PostgresStore } from "./stores/postgres-store.ts";
import { SqliteStore } from "./stores/sqlite-store.ts";
import { Subscriber, type SubscriberOptions } from "./subscriber.ts";
import { TimerLoop } from "./timer-loop.ts";

const CLIENT_ID = "spotter-cloud";
const SWEEP_MS = 3_600_000;

export interface CloudOptions {
  /** Everything that is kept: database, blobs, the key of their addresses. */
  readonly dataDir: string;
  /** URL of a PostgreSQL database that keeps what SQLite would keep in the folder. */
  readonly database?: string | undefined;
  /** The devices' broker; without one the cloud runs its own on loopback. */
  readonly broker?: Omit<SubscriberOptions, "topic" | "clientId"> | undefined;
  /** Of the cloud's own broker; 0: any. */
  readonly port?: number;
  /** Topics are `<topic>/<device>/<class>`. */
  readonly topic?: string;
  /** Where devices belong that nobody enrolled; without it they are turned away. */
  readonly adopt?: IngestPorts["adopt"];
  readonly mail?: { readonly url: string; readonly from: string } | undefined;
  /** Where people come in; without it there is no API. */
  readonly http?: HttpOptions | undefined;
  readonly clock?: Clock;
  readonly logLevel?: string;
}

export interface HttpOptions {
  /** 0: any. */
  readonly port: number;
  /** 127.0.0.1 unless something in front of it speaks TLS. */
  readonly host?: string;
  /** Where browsers find it, such as `https://cloud.example`; something in front of it speaks TLS there. */
  readonly publicUrl?: string | undefined;
  /** Whose people log in when they name no tenant. */
  readonly tenant: string;
  readonly providers?: readonly Provider[];
  /** Folder of the built dashboard. */
  readonly pages?: string;
}

/** What the API and whoever else comes needs of a running cloud. */
export interface Cloud extends IngestPorts, DeliverPorts {
  readonly blobs: BlobStore;
  /** Signs addresses of blobs (`core/links.ts`). */
  readonly linkSecret: string;
  readonly brokerUrl: string;
  /** Of the API and the dashboard; empty: there is none. */
  readonly url: string;
  /** Only at the first start: who can let others in. */
  readonly firstAdmin: FirstAdmin | undefined;
  /** Resolves once the broker keeps for the cloud whatever devices publish. */
  readonly ready: Promise<void>;
  /** Looks after the timers at once, after something was written that people may have to be told of. */
  poke(): void;
  close(): Promise<void>;
}

/**
 * The whole cloud on one machine, left to right: broker (→ subscriber) → intake → core → store, and the timers beside it. Throws
 * the errors of file system, database and port; a broker that cannot be reached is tried for ever.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { dataDir, topic = "spotter/v1", adopt, mail, clock = { now: () => Date.now() } } = options;
  const log = pino({ name: "cloud", level: options.logLevel ?? "info" });
  const warn = (error: Error, text: string) => log.warn({ error: error.message }, text);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const linkSecret = secretIn(join(dataDir, "link-secret"));
  const store =
    options.database === undefined
      ? new SqliteStore(join(dataDir, "cloud.db"))
      : await PostgresStore.open(options.database);
  const blobs = new FileBlobs(join(dataDir, "blobs"), linkSecret);
  await blobs.tidy();
  const push = new MemoryPush();
  const email = mail && new EmailNotifier(mail.url, mail.from);
  const notifiers: Partial<Record<Channel, Notifier>> = {
    webhook: new WebhookNotifier(clock),
    ...(email ? { email } : {}),
  };
  const ports = { store, push, clock, adopt, notifiers, blobs, linkSecret };

  const timers = new TimerLoop(ports, warn);
  const intake = new Intake(ports, { taken: () => timers.poke(), warn });
  const message = async (identity: string, name: string, bytes: Uint8Array, signal: AbortSignal) => {
    if (name !== STATE) return intake.take({ identity, bytes, receivedAt: clock.now() }, signal, laneOf(name));
    await present(ports, identity, Buffer.from(bytes).toString() === "online").catch((error: Error) => {
      warn(error, `whether ${identity} is connected could not be stored`);
    });
  };
  const closing = new AbortController();
  const take = async (device: string, name: string, bytes: Uint8Array) => {
    closing.signal.throwIfAborted();
    await message(device, name, bytes, closing.signal);
  };
  const own = options.broker ? undefined : await startBroker({ port: options.port ?? 0, taker: { topic, take } });
  const brokerUrl = options.broker?.url ?? own?.url ?? "";
  const connected = (connections: number) => log.info({ connections, broker: brokerUrl }, "connections to the broker");
  const subscriber =
    options.broker && new Subscriber({ ...options.broker, topic, clientId: CLIENT_ID }, { message, connected, warn });
  const sweeping = setInterval(() => {
    store.sweep(clock.now()).catch((error: Error) => warn(error, "what has expired could not be removed"));
  }, SWEEP_MS);

  let web: Web | undefined;
  const stop = async () => {
    clearInterval(sweeping);
    await web?.app.close();
    closing.abort();
    await subscriber?.close();
    await own?.close();
    await timers.close();
    email?.close();
    await store.close();
  };
  try {
    web = options.http && (await openHttp(options.http, { ...ports, poke: () => timers.poke() }, dataDir, warn));
  } catch (error) {
    await stop();
    throw error;
  }
  let stopped: Promise<void> | undefined;
  return {
    ...ports,
    brokerUrl,
    url: web?.url ?? "",
    firstAdmin: web?.admin,
    ready: subscriber?.ready ?? Promise.resolve(),
    poke: () => timers.poke(),
    close: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

interface Web {
  readonly app: { close(): Promise<void> };
  readonly admin: FirstAdmin | undefined;
  readonly url: string;
}

/** Opens the API behind the edge; on loopback, or behind whatever speaks TLS for it. */
async function openHttp(
  { port, host = "127.0.0.1", publicUrl, tenant, providers = [], pages }: HttpOptions,
  { linkSecret, ...ports }: ApiPorts & { readonly linkSecret: string },
  dataDir: string,
  warn: (error: Error, text: string) => void,
): Promise<Web> {
  const secure = publicUrl !== undefined && new URL(publicUrl).protocol === "https:";
  if (!secure && !LOOPBACK.includes(host))
    throw new Error(
      `http.host: "${host}" is not loopback, and passwords must not travel in the open; put TLS before it and give publicUrl`,
    );
  const { passKey, edge, listensAt } = frontOf(join(dataDir, "pass-key.pem"), ports.clock);
  const app = buildApi({
    ...{ ports, tenant, secure, linkSecret, passKey, edge, providers, warn },
    hosts: [...LOOPBACK, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])],
    proxies: secure ? 1 : 0,
    publicUrl: publicUrl ?? `http://${host}:${port}`,
    ...(pages === undefined ? {} : { pages }),
  });
  const url = await app.listen({ port, host });
  listensAt(url);
  return { app, url, admin: await firstAdmin(ports, tenant, dataDir) };
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** 32 random bytes, made at the first start. */
function secretIn(path: string): string {
  try {
    writeFileSync(path, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(path, "utf8");
}
