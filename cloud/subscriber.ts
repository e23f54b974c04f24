import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";
import { CLASSES, STATE } from "./core/classes.ts";

/** Messages of one connection on their way into the store; beyond it the broker waits. */
const WINDOW = 250;
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
  /**
   * What a device said under a name: a class, or `state`. Resolves when it is safe; until then the broker keeps it. Rejects when
   * it must be delivered again.
   */
  message(device: string, name: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** So many of the connections stand, with their subscriptions. */
  connected(connections: number): void;
  warn(error: Error, text: string): void;
}

/**
 * Hears devices at a broker, each class by a connection of its own, so that alarms wait behind nothing else: MQTT 3.1.1, QoS 1, in sessions that last, so that the broker keeps what comes while the cloud is
 * away. A message is acknowledged once it is safe. Whose it is its topic says: the broker lets a device write below its own
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
    let window = new Window(client, WINDOW);
    let up = false;
    client.on("connect", () => {
      connection = new AbortController();
      window = new Window(client, WINDOW);
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
    client.on("packetreceive", (packet) => {
      if (packet.cmd === "publish" && packet.qos === 1) window.defer(packet);
    });
    client.handleMessage = (packet, done) => {
      const signal = AbortSignal.any([connection.signal, this.#closing.signal]);
      window.hold(packet as IPublishPacket, this.#hear(name, packet, signal), signal, done);
    };
    return client;
  }

  #hear(name: string, { topic, payload }: IPublishPacket, signal: AbortSignal): Promise<void> {
    const device = topic.slice(this.#options.topic.length + 1, -name.length - 1);
    return this.#to.message(device, name, typeof payload === "string" ? Buffer.from(payload) : payload, signal);
  }
}

/**
 * The messages of a connection that are not safe yet. mqtt.js would take one message after the other, each when the one before
 * is acknowledged; here they go on together and are acknowledged each when it is safe, in the order in which they came
 * (MQTT 3.1.1 section 4.6). So mqtt.js is shown a message of QoS 0, which asks for no acknowledgement, and this writes it.
 */
class Window {
  readonly #client: MqttClient;
  readonly #size: number;
  readonly #ids = new WeakMap<IPublishPacket, number>();
  #held = 0;
  #full: (() => void)[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: MqttClient, size: number) {
    this.#client = client;
    this.#size = size;
  }

  defer(packet: IPublishPacket): void {
    if (packet.messageId !== undefined) this.#ids.set(packet, packet.messageId);
    packet.qos = 0;
  }

  /** `go`: called when the next message may come. */
  hold(packet: IPublishPacket, safe: Promise<void>, signal: AbortSignal, go: () => void): void {
    this.#held += 1;
    if (this.#held < this.#size) go();
    else this.#full.push(go);
    const id = this.#ids.get(packet);
    const { stream } = this.#client;
    const acknowledged = Promise.all([safe, this.#last]).then(() => {
      // PUBACK, MQTT 3.1.1 section 3.4. Of a connection that is gone the broker sends the message again on the next.
      if (id !== undefined && !signal.aborted) stream.write(Buffer.from([0x40, 0x02, id >> 8, id & 0xff]));
    });
    this.#last = acknowledged.catch(() => {
      if (!signal.aborted) stream.destroy();
    });
    void this.#last.then(() => {
      this.#held -= 1;
      for (const next of this.#full.splice(0)) next();
    });
  }
}
