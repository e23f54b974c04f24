import { connect, type IClientOptions, type MqttClient } from "mqtt";
import { asError } from "../lib/failure.ts";
import type { RetrySchedule } from "../lib/retry.ts";
import { supervise } from "../lib/supervise.ts";
import { checkLimits, LIMITS, LimitError } from "./limits.ts";
import type { Outgoing, Transport } from "./transport.ts";

/** A dead link is noticed within 1.5 times this, s (MQTT 3.1.1 section 3.1.2.10, and mqtt.js for our side). */
const KEEPALIVE_S = 10;
const CONNECT_MS = 10_000;
/** A broker that takes a publish and does not acknowledge it within this is as good as gone, ms. */
const ACK_MS = 15_000;
const RETRY: RetrySchedule = { first: 250, max: 30_000, factor: 2, jitter: 0.5 };

export interface MqttTransportOptions {
  /** `mqtt://` or `mqtts://`. */
  readonly url: string;
  /** Names the device to the broker; two connections with the same one throw each other out. */
  readonly clientId: string;
  /** Retained there: `online` while connected, `offline` as last will. */
  readonly stateTopic: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** PEM texts: CA that the broker must chain to, and this device's certificate and key. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly keepaliveS?: number;
  readonly ackMs?: number;
  readonly retry?: RetrySchedule;
}

/**
 * MQTT 3.1.1, QoS 1. Every connection is a client of its own with a clean session: mqtt.js would send its unacknowledged
 * packets again by itself, and resending is the outbox's work. Connects for ever, with jittered waits.
 */
export class MqttTransport implements Transport {
  readonly #options: MqttTransportOptions;
  readonly #stop = new AbortController();
  #client: MqttClient | undefined;
  #running: Promise<void> | undefined;
  #abandon: (reason: string) => void = () => {};
  /** Told why the link was lost. */
  readonly #waiting = new Set<(reason: Error) => void>();

  /** Throws LimitError when the client id or the state topic is more than a broker takes. */
  constructor(options: MqttTransportOptions) {
    if (Buffer.byteLength(options.clientId) > LIMITS.clientIdBytes)
      throw new LimitError(
        `client id "${options.clientId}": the limit is ${LIMITS.clientIdBytes} bytes; shorten device.name`,
      );
    checkLimits({ id: "state", topic: options.stateTopic, payload: new Uint8Array() });
    this.#options = options;
  }

  get connected(): boolean {
    return this.#client !== undefined;
  }

  start(events: { connected(): void; disconnected(reason: string): void }): void {
    this.#running = supervise((signal) => this.#connection(events, signal), {
      signal: this.#stop.signal,
      schedule: this.#options.retry ?? RETRY,
      onRestart: ({ error }) => events.disconnected(error.message),
    });
  }

  async send(message: Outgoing): Promise<void> {
    checkLimits(message);
    const client = this.#client;
    if (!client) throw new Error("not connected to the broker");
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => {
        this.#abandon(`no PUBACK within ${this.#options.ackMs ?? ACK_MS} ms`);
      }, this.#options.ackMs ?? ACK_MS);
      const settle = (error?: Error | null) => {
        clearTimeout(late);
        this.#waiting.delete(settle);
        if (error) reject(error);
        else resolve();
      };
      this.#waiting.add(settle);
      client.publish(message.topic, Buffer.from(message.payload), { qos: 1 }, (error) => settle(error ?? null));
    });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** One connection, from connecting until it is lost or `signal` aborts. */
  async #connection(events: { connected(): void }, signal: AbortSignal): Promise<void> {
    const client = connect(this.#options.url, this.#clientOptions());
    let failure = new Error("the broker closed the connection");
    client.on("error", (error) => {
      failure = asError(error);
    });
    this.#abandon = (reason) => {
      failure = new Error(reason);
      client.stream.destroy();
    };
    const over = new Promise<void>((resolve) => {
      client.once("close", () => resolve());
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    client.once("connect", () => {
      if (signal.aborted) return;
      client.publish(this.#options.stateTopic, "online", { qos: 1, retain: true });
      this.#client = client;
      events.connected();
    });
    await over;
    this.#client = undefined;
    for (const lost of [...this.#waiting]) lost(failure);
    // Without a DISCONNECT the broker publishes our will, `offline` (MQTT 3.1.1 section 3.1.2.5), which is what we want.
    await client.endAsync(true).catch(() => {});
    if (!signal.aborted) throw failure;
  }

  #clientOptions(): IClientOptions {
    const { clientId, stateTopic, user, password, ca, cert, key, keepaliveS } = this.#options;
    return {
      clientId,
      protocolVersion: 4,
      clean: true,
      keepalive: keepaliveS ?? KEEPALIVE_S,
      connectTimeout: CONNECT_MS,
      // Reconnecting is `supervise`'s work.
      reconnectPeriod: 0,
      queueQoSZero: false,
      will: { topic: stateTopic, payload: Buffer.from("offline"), qos: 1, retain: true },
      rejectUnauthorized: true,
      ...(user === undefined ? {} : { username: user }),
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    };
  }
}
