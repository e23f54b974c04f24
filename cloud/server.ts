import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { startBroker } from "./broker.ts";
import type { BlobStore } from "./core/blobs.ts";
import type { Clock } from "./core/clock.ts";
import { present } from "./core/fleet.ts";
import type { IngestPorts } from "./core/ingest.ts";
import type { DeliverPorts } from "./core/notices.ts";
import type { Notifier } from "./core/notifier.ts";
import type { Channel } from "./core/people.ts";
import { Intake } from "./intake.ts";
import { EmailNotifier } from "./notifiers/email.ts";
import { WebhookNotifier } from "./notifiers/webhook.ts";
import { FileBlobs } from "./stores/file-blobs.ts";
import { MemoryPush } from "./stores/memory-push.ts";
import { SqliteStore } from "./stores/sqlite-store.ts";
import { Subscriber, type SubscriberOptions } from "./subscriber.ts";
import { TimerLoop } from "./timer-loop.ts";

const CLIENT_ID = "spotter-cloud";
const SWEEP_MS = 3_600_000;

export interface CloudOptions {
  /** Everything that is kept: database, blobs, the key of their addresses. */
  readonly dataDir: string;
  /** The devices' broker; without one the cloud runs its own on loopback. */
  readonly broker?: Omit<SubscriberOptions, "topic" | "clientId"> | undefined;
  /** Of the cloud's own broker; 0: any. */
  readonly port?: number;
  /** Topics are `<topic>/<device>/<class>`. */
  readonly topic?: string;
  /** Where devices belong that nobody enrolled; without it they are turned away. */
  readonly adopt?: IngestPorts["adopt"];
  readonly mail?: { readonly url: string; readonly from: string } | undefined;
  readonly clock?: Clock;
  readonly logLevel?: string;
}

/** What the API and whoever else comes needs of a running cloud. */
export interface Cloud extends IngestPorts, DeliverPorts {
  readonly blobs: BlobStore;
  /** Signs addresses of blobs (`core/links.ts`). */
  readonly linkSecret: string;
  readonly brokerUrl: string;
  /** Resolves once the broker keeps for the cloud whatever devices publish. */
  readonly ready: Promise<void>;
  /** Looks after the timers at once, after something was written that people may have to be told of. */
  poke(): void;
  close(): Promise<void>;
}

/**
 * The whole cloud on one machine, left to right: broker → subscriber → intake → core → store, and the timers beside it. Throws
 * the errors of file system, SQLite and port; a broker that cannot be reached is tried for ever.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { dataDir, topic = "spotter/v1", adopt, mail, clock = { now: () => Date.now() } } = options;
  const log = pino({ name: "cloud", level: options.logLevel ?? "info" });
  const warn = (error: Error, text: string) => log.warn({ error: error.message }, text);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const linkSecret = secretIn(join(dataDir, "link-secret"));
  const store = new SqliteStore(join(dataDir, "cloud.db"));
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
  const own = options.broker
    ? undefined
    : await startBroker({ port: options.port ?? 0, rules: { topic, cloud: CLIENT_ID } });
  const brokerUrl = options.broker?.url ?? own?.url ?? "";
  const subscriber = new Subscriber(
    { ...options.broker, url: brokerUrl, topic, clientId: CLIENT_ID },
    {
      message: (identity, bytes, signal, lane) =>
        intake.take({ identity, bytes, receivedAt: clock.now() }, signal, lane),
      presence: (device, online) => present(ports, device, online),
      connected: (connections) => log.info({ connections, broker: brokerUrl }, "connections to the broker"),
      warn,
    },
  );
  const sweeping = setInterval(() => {
    store.sweep(clock.now()).catch((error: Error) => warn(error, "what has expired could not be removed"));
  }, SWEEP_MS);

  const stop = async () => {
    clearInterval(sweeping);
    await subscriber.close();
    await own?.close();
    await timers.close();
    email?.close();
    store.close();
  };
  let stopped: Promise<void> | undefined;
  return {
    ...ports,
    brokerUrl,
    ready: subscriber.ready,
    poke: () => timers.poke(),
    close: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** 32 random bytes, made at the first start. */
function secretIn(path: string): string {
  try {
    writeFileSync(path, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(path, "utf8");
}
