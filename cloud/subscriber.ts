import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";

/** What devices publish, most important first: one connection each, so that alarms wait behind nothing else. */
const CLASSES = ["alarm", "nearMiss", "health", "heartbeat"] as const;
/** Retained there: `online`, or `offline` by the device's last will. */
const STATE = "state";
const KEEPALIVE_S = 30;
const RECONNECT_MS = 1_000;

export interface SubscriberOptions {
  /** `mqtt://` or `mqtts://`. */
  readonly url: string;
  /** Topics are `<topic>/<device>/<class>`. */
  readonly topic: string;
  /** Begins the client ids; the sessions at the broker hang on them. */
  readonly clientId: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** PEM texts. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly reconnectMs?: number;
}

export interface Subscribed {
  /** Resolves when the message is safe; until then the broker keeps it. Rejects when it must be delivered again. */
  message(device: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  presence(device: string, online: boolean): Promise<void>;
  /** So many of the connections stand, with their subscriptions. */
  connected(connections: number): void;
  warn(error: Error, text: string): void;
}

/**
 * Hears devices at a broker: MQTT 3.1.1, QoS 1, in sessions that last, so that the broker keeps what comes while the cloud is
 * away. A message is acknowledged once it is safe. Whose it is says its topic: the broker lets a device write below its own
 * name alone (`pattern write <topic>/%u/#` in Mosquitto, `${iot:Connection.Thing.ThingName}` in AWS IoT).
 */
export class Subscriber {
  readonly #options: SubscriberOptions;
  readonly #to: Subscribed;
  readonly #clients: MqttClient[];
  readonly #closing = new AbortController();
  #connected = 0;
  readonly #ready = Promise.withResolvers<void>();

  constructor(options: SubscriberOptions, to: Subscribed) {
    this.#options = options;
    this.#to = to;
    this.#clients = [...CLASSES, STATE].map((name) => this.#open(name));
  }

  /** Resolves once everything is subscribed: from then on nothing that a device publishes passes by. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#clients.map((client) => client.endAsync(true).catch(() => {})));
  }

  #open(name: string): MqttClient {
    const { url, topic, clientId, user, password, ca, cert, key, reconnectMs } = this.#options;
    const options: IClientOptions = {
      clientId: `${clientId}-${name}`,
      protocolVersion: 4,
      // The last state of each device is retained; every connection hears it anew.
      clean: name === STATE,
      keepalive: KEEPALIVE_S,
      reconnectPeriod: reconnectMs ?? RECONNECT_MS,
      rejectUnauthorized: true,
      ...(user === undefined ? {} : { username: user }),
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    };
    const client = connect(url, options);
    let connection = new AbortController();
    let up = false;
    client.on("connect", () => {
      connection = new AbortController();
      client.subscribe(`${topic}/+/${name}`, { qos: 1 }, (error) => {
        if (error) return this.#to.warn(error, `the broker refuses ${topic}/+/${name}`);
        up = true;
        this.#to.connected(++this.#connected);
        if (this.#connected === this.#clients.length) this.#ready.resolve();
      });
    });
    client.on("close", () => {
      connection.abort();
      if (up) this.#to.connected(--this.#connected);
      up = false;
    });
    client.on("error", (error) => this.#to.warn(error, "the broker"));
    // mqtt.js acknowledges when `done` is called (MQTT 3.1.1 section 4.3.2), and takes no other message before.
    client.handleMessage = (packet, done) => {
      this.#hear(name, packet, AbortSignal.any([connection.signal, this.#closing.signal])).then(
        () => done(),
        // Not acknowledged; the broker sends it again on the next connection.
        () => client.stream.destroy(),
      );
    };
    return client;
  }

  async #hear(name: string, { topic, payload }: IPublishPacket, signal: AbortSignal): Promise<void> {
    const device = topic.slice(this.#options.topic.length + 1, -name.length - 1);
    const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
    if (name !== STATE) return this.#to.message(device, bytes, signal);
    await this.#to.presence(device, bytes.toString() === "online").catch((error: Error) => {
      this.#to.warn(error, `whether ${device} is connected could not be stored`);
    });
  }
}
