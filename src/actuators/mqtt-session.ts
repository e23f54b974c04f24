import { randomUUID } from "node:crypto";
import { connect, type IClientOptions, type MqttClient } from "mqtt";
import { asError } from "../lib/failure.ts";
import type { Session } from "./link.ts";
import { sever } from "./sever.ts";

export type MqttOptions = Pick<IClientOptions, "username" | "password" | "ca" | "cert" | "key">;

/** Seconds between pings; a broker that is gone is noticed within two of them even when there is nothing to say. */
const KEEP_ALIVE_S = 2;

/**
 * One connection to a broker, MQTT 3.1.1. A new client for each connection: what the client library stores for sending
 * again after a reconnect ([MQTT-4.4.0-1]) is just what a stop command must not do.
 */
export class MqttSession implements Session {
  readonly ended: Promise<Error>;
  readonly #client: MqttClient;
  /** Orders whose receiver has not repeated their id yet. */
  readonly #waiting = new Map<string, () => void>();
  /** Publications without PUBACK. */
  readonly #unacknowledged = new Set<(reason: Error) => void>();
  #over: Error | undefined;
  #resolveEnded!: (reason: Error) => void;

  /** `client` is connected. */
  constructor(client: MqttClient) {
    this.#client = client;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    client.on("message", (_, body) => this.#acknowledge(body.toString()));
    client.on("error", (error) => this.end(error));
    client.on("close", () => this.end(new Error("the broker closed the connection")));
  }

  get alive(): boolean {
    return this.#over === undefined;
  }

  get unacknowledged(): boolean {
    return this.#unacknowledged.size > 0;
  }

  /** Sends before it returns; resolves at the broker's PUBACK, rejects when the session ends before. */
  publish(topic: string, body: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#over !== undefined) return reject(this.#over);
      this.#unacknowledged.add(reject);
      this.#client.publish(topic, body, { qos: 1, retain: false }, (error) => {
        this.#unacknowledged.delete(reject);
        if (error) reject(error);
        else resolve();
      });
      // The library holds a packet's pieces back until the next tick; all of them are there by now.
      this.#client.stream.uncork();
    });
  }

  /** Resolves when the receiver has repeated `id`; stays pending when it does not, until `forget`. */
  acknowledged(id: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  /** Nobody waits for the acknowledgement of `id` any more. */
  forget(id: string): void {
    this.#waiting.delete(id);
  }

  end(reason: Error): void {
    if (this.#over !== undefined) return;
    this.#over = reason;
    sever(this.#client.stream);
    this.#client.end(true);
    for (const reject of this.#unacknowledged) reject(reason);
    this.#resolveEnded(reason);
  }

  #acknowledge(id: string): void {
    const done = this.#waiting.get(id.trim());
    this.#waiting.delete(id.trim());
    done?.();
  }
}

/** Connects once and subscribes to `ackTopic`; rejects when that fails or `signal` aborts. */
export function openMqtt(
  url: string,
  options: MqttOptions,
  ackTopic: string | undefined,
  signal: AbortSignal,
): Promise<MqttSession> {
  return new Promise((resolve, reject) => {
    const client = connect(url, {
      ...options,
      protocolVersion: 4,
      clientId: `spotter-${randomUUID().slice(0, 13)}`,
      clean: true,
      keepalive: KEEP_ALIVE_S,
      reconnectPeriod: 0,
      queueQoSZero: false,
      resubscribe: false,
    });
    let reason: Error | undefined;
    const failed = (error: Error): void => {
      signal.removeEventListener("abort", aborted);
      client.end(true);
      reject(error);
    };
    const aborted = (): void => failed(reason ?? new Error(`no MQTT connection to ${url} in time`));
    const closed = (): void => failed(reason ?? new Error("the broker closed the connection"));
    const noted = (error: Error): void => {
      reason = error;
      failed(error);
    };
    const ready = (): void => {
      signal.removeEventListener("abort", aborted);
      client.off("close", closed);
      const session = new MqttSession(client);
      client.off("error", noted);
      resolve(session);
    };
    signal.addEventListener("abort", aborted, { once: true });
    client.on("error", noted);
    client.on("close", closed);
    client.once("connect", () => {
      if (ackTopic === undefined) return ready();
      client.subscribeAsync(ackTopic, { qos: 1 }).then(ready, (thrown) => failed(asError(thrown)));
    });
  });
}
