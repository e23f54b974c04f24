import type { ActuatorConfig } from "../config/schema.ts";
import type { Clock } from "../lib/clock.ts";
import { asError } from "../lib/failure.ts";
import { readPem } from "../lib/pem.ts";
import { Link } from "./link.ts";
import { type MqttOptions, type MqttSession, openMqtt } from "./mqtt-session.ts";
import type { OpenDeps } from "./open.ts";
import type { Line, Order } from "./output.ts";
import { payload } from "./payload.ts";

type MqttConfig = Extract<ActuatorConfig, { kind: "mqtt" }>;

/**
 * A command on a local broker, QoS 1, not retained: who subscribes later must not find an old command. The broker's
 * PUBACK says that the broker has it (`commanded`); only the receiver, repeating the order's id on `ackTopic`, says that
 * it is done (`confirmed`). A broker may keep a message for a receiver that is away, which is why the payload carries
 * `expiresAt`.
 */
export class MqttLine implements Line {
  readonly #config: MqttConfig;
  readonly #clock: Clock;
  readonly #link: Link<MqttSession>;
  /** Why the last order failed; empty after one that did not. */
  #trouble = "";

  constructor(config: MqttConfig, deps: OpenDeps) {
    this.#config = config;
    this.#clock = deps.clock;
    const options = mqttOptions(config, deps);
    this.#link = new Link(
      (signal) => openMqtt(config.url, options, config.ackTopic, signal),
      (reason) =>
        deps.log.warn({ actuator: config.name, url: config.url, reason: reason.message }, "no MQTT connection"),
    );
  }

  async drive(order: Order): Promise<"confirmed" | "commanded"> {
    try {
      const done = await this.#deliver(order);
      this.#trouble = "";
      return done;
    } catch (thrown) {
      this.#trouble = `the last command failed: ${asError(thrown).message}`;
      throw thrown;
    }
  }

  health(): { ok: boolean; detail: string } {
    const detail = this.#link.session === undefined ? `not connected: ${this.#link.detail}` : this.#trouble;
    return { ok: detail === "", detail };
  }

  start(): void {
    this.#link.start();
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async #deliver(order: Order): Promise<"confirmed" | "commanded"> {
    const { topic, ackTopic } = this.#config;
    const body = JSON.stringify(payload(order, this.#clock));
    for (;;) {
      const session = this.#link.session ?? (await this.#link.whenUp(order.signal));
      if (order.dead !== "") throw new Error(order.dead);
      try {
        const taken = session.publish(topic, body);
        order.written();
        const done = ackTopic === undefined ? taken : Promise.all([taken, session.acknowledged(order.id)]);
        await unlessAborted(order.signal, done);
        return ackTopic === undefined ? "commanded" : "confirmed";
      } catch (thrown) {
        // What the broker has not acknowledged may still lie in a send buffer: it dies with the connection.
        if (order.signal.aborted && session.unacknowledged) session.end(asError(thrown));
        if (session.alive || order.dead !== "") throw thrown;
      } finally {
        session.forget(order.id);
      }
    }
  }
}

function unlessAborted(signal: AbortSignal, done: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error("no acknowledgement before the deadline"));
    signal.addEventListener("abort", abort, { once: true });
    done.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function mqttOptions(config: MqttConfig, deps: OpenDeps): MqttOptions {
  const key = (name: string): string => `actuators.${config.name}.${name}`;
  return {
    ...(config.user === undefined ? {} : { username: config.user }),
    ...(config.password === undefined ? {} : { password: deps.secret(config.password, key("password")) }),
    ...(config.ca === undefined ? {} : { ca: readPem(config.ca, key("ca")) }),
    ...(config.cert === undefined ? {} : { cert: readPem(config.cert, key("cert")) }),
    ...(config.key === undefined ? {} : { key: deps.secret(config.key, key("key")) }),
  };
}
