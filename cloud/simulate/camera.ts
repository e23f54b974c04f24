import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { markResent } from "../../src/event/encode.ts";
import { CLASSES } from "../core/classes.ts";
import { type Author, type Message, messages } from "./messages.ts";
import type { Tally } from "./tally.ts";

/** Of the acknowledgements so many are lost on the way, and the event is sent again. */
const LOST_ACKNOWLEDGEMENTS = 0.02;
/** So many events are overtaken by later ones, and come at most so much later. */
const OVERTAKEN = 0.03;
const OVERTAKEN_MS = 4_000;
const RECONNECT_MS = 500;
/** The longest time that a timer takes. */
const LONGEST_MS = 2 ** 31 - 1;

export interface CameraOptions extends Author {
  readonly url: string;
  /** Topics are `<topic>/<device>/<class>`. */
  readonly topic: string;
  /** The network is lost once in so long on average, for at most so long; Infinity: never. */
  readonly outageEveryMs: number;
  readonly outageMs: number;
  /** Events per second of what was kept meanwhile, behind what happens now. */
  readonly resendPerSecond: number;
  /** So many seconds of its story pass in one. */
  readonly speed: number;
  /** After so long it says nothing new, keeps its network, and only sends what waits. */
  readonly quietAfterMs?: number;
  readonly tally: Tally;
}

interface Waiting extends Message {
  /** On the wire, or kept for later. */
  sent: boolean;
}

/**
 * A device with one camera, as the cloud sees it: publishes what it has to say while it has a network, keeps it while it has
 * none, and sends what it has kept behind what happens now. Its client id is its name.
 */
export class SimulatedCamera {
  readonly #options: CameraOptions;
  readonly #network;
  /** Not acknowledged yet, oldest first. */
  readonly #outbox = new Set<Waiting>();
  #client: MqttClient | undefined;
  #silent = false;

  constructor(options: CameraOptions) {
    this.#options = options;
    this.#network = options.random.fork("network");
  }

  /** Whether it has said everything. */
  get silent(): boolean {
    return this.#silent;
  }

  /** Until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const lives = [this.#tell(signal), this.#connect(signal), this.#resend(signal)];
    await Promise.all(lives.map((life) => life.catch(() => {})));
  }

  async #tell(signal: AbortSignal): Promise<void> {
    const { speed, tally, quietAfterMs = Number.POSITIVE_INFINITY } = this.#options;
    const began = performance.now();
    for (const message of messages(this.#options, () => this.#outbox.size)) {
      if (message.atMs > quietAfterMs) break;
      const wait = began + message.atMs / speed - performance.now();
      if (wait > 0) await sleep(wait, undefined, { signal });
      const waiting = { ...message, sent: false };
      this.#outbox.add(waiting);
      tally.say(message.body);
      if (message.atMs < 0 || !this.#client) continue;
      if (this.#network.chance(OVERTAKEN)) void this.#delay(waiting);
      else void this.#publish(waiting, message.bytes);
    }
    this.#silent = true;
  }

  /** Connects, and loses the network again and again. */
  async #connect(signal: AbortSignal): Promise<void> {
    const { outageEveryMs, outageMs, speed, tally } = this.#options;
    for (;;) {
      const client = await this.#open();
      if (client) {
        this.#client = client;
        const gapMs = this.#silent ? Number.POSITIVE_INFINITY : this.#network.gap(outageEveryMs) / speed;
        try {
          const lost = new Promise<void>((resolve) => client.once("close", () => resolve()));
          await Promise.race([lost, sleep(Math.min(gapMs, LONGEST_MS), undefined, { signal })]);
        } finally {
          this.#client = undefined;
          // Without a goodbye, so that the broker tells of it. What is on the wire waits again; it may have arrived.
          await client.endAsync(true).catch(() => {});
          for (const waiting of this.#outbox) waiting.sent = false;
        }
      }
      tally.outages += 1;
      tally.away += 1;
      await sleep((RECONNECT_MS + this.#network.between(0, outageMs)) / speed, undefined, { signal });
      tally.away -= 1;
    }
  }

  /** A connection; undefined when there is none to be had. */
  async #open(): Promise<MqttClient | undefined> {
    const { url, topic, name } = this.#options;
    const state = `${topic}/${name}/state`;
    const will = { topic: state, payload: Buffer.from("offline"), qos: 1, retain: true } as const;
    try {
      const client = await connectAsync(url, { clientId: name, protocolVersion: 4, reconnectPeriod: 0, will });
      client.on("error", () => {});
      client.publish(state, "online", { qos: 1, retain: true });
      return client;
    } catch {
      return undefined;
    }
  }

  /** Sends what was kept, most important first. */
  async #resend(signal: AbortSignal): Promise<void> {
    const { resendPerSecond, speed } = this.#options;
    for (;;) {
      await sleep(1000 / resendPerSecond / speed, undefined, { signal });
      const kept = [...this.#outbox].filter(({ sent }) => !sent);
      const next = CLASSES.map((name) => kept.find((one) => one.class === name)).find((one) => one !== undefined);
      if (next && this.#client) void this.#publish(next, markResent(next.bytes));
    }
  }

  async #delay(waiting: Waiting): Promise<void> {
    waiting.sent = true;
    this.#options.tally.overtaken += 1;
    await sleep(this.#network.between(0, OVERTAKEN_MS) / this.#options.speed);
    await this.#publish(waiting, waiting.bytes);
  }

  async #publish(waiting: Waiting, bytes: Uint8Array): Promise<void> {
    const { topic, name, tally } = this.#options;
    waiting.sent = true;
    try {
      if (!this.#client) throw new Error("no network");
      await this.#client.publishAsync(`${topic}/${name}/${waiting.class}`, Buffer.from(bytes), { qos: 1 });
      tally.published += 1;
      if (!this.#network.chance(LOST_ACKNOWLEDGEMENTS)) {
        if (this.#outbox.delete(waiting)) tally.waiting -= 1;
        return;
      }
      tally.repeated += 1;
    } catch {
      // It waits again, whatever became of it on the way.
    }
    waiting.sent = false;
  }
}
