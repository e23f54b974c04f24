import type { ActuatorConfig } from "../config/schema.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../observe/log.ts";
import type { Actuator } from "./actuator.ts";
import { type Line, Output } from "./output.ts";

export interface OpenDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** The value behind a secret reference; `key` names it in the error. */
  readonly secret: (reference: string, key: string) => string;
}

/**
 * The actuator that `config` describes; `start` connects it. The only switch on the kind of an output, and a kind that is
 * not configured is not loaded. Throws UsageError for a secret or certificate that cannot be read.
 */
export async function openActuator(config: ActuatorConfig, deps: OpenDeps): Promise<Actuator> {
  return new Output(config, await openLine(config, deps), deps);
}

async function openLine(config: ActuatorConfig, deps: OpenDeps): Promise<Line> {
  switch (config.kind) {
    case "modbus":
      return new (await import("./modbus.ts")).ModbusLine(config, deps.log);
    case "mqtt":
      return new (await import("./mqtt.ts")).MqttLine(config, deps);
    case "http":
      return new (await import("./http.ts")).HttpLine(config, deps);
    case "beacon":
      return new (await import("./beacon.ts")).BeaconLine(config.name, deps.log);
  }
}
