import type { Config } from "../config/schema.ts";
import type { Clock } from "../lib/clock.ts";
import { readPem } from "../lib/pem.ts";
import type { Logger } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import { publishRate } from "./limits.ts";
import { MqttTransport } from "./mqtt.ts";
import type { Outbox } from "./outbox.ts";
import type { Transport } from "./transport.ts";
import { Uplink } from "./uplink.ts";

export interface OpenUplinkDeps {
  outbox: Outbox;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  /** The value behind a secret reference; `key` names it in the error. */
  secret: (reference: string, key: string) => string;
}

/**
 * The uplink that the config describes; none when it names no broker, and events stay on disk. Throws UsageError for a secret or
 * certificate that cannot be read, LimitError for names that a broker would refuse.
 */
export function openUplink(config: Pick<Config, "device" | "uplink">, deps: OpenUplinkDeps): Uplink | undefined {
  const { url, topic, resendPerSecond } = config.uplink;
  const transport = openTransport(config, deps.secret);
  if (url === undefined || transport === undefined) return undefined;
  const device = config.device.name;
  return new Uplink({ ...deps, transport, topic, device, resendPerSecond, publishesPerSecond: publishRate(url) });
}

/** The connection to the broker alone, as `openUplink` makes it; none when there is no broker. Throws as that does. */
export function openTransport(
  { device, uplink }: Pick<Config, "device" | "uplink">,
  secret: OpenUplinkDeps["secret"],
): Transport | undefined {
  const { url, topic, user, password, ca, cert, key } = uplink;
  if (url === undefined) return undefined;
  return new MqttTransport({
    url,
    clientId: device.name,
    stateTopic: `${topic}/${device.name}/state`,
    user,
    password: password && secret(password, "uplink.password"),
    ca: ca && readPem(ca, "uplink.ca"),
    cert: cert && readPem(cert, "uplink.cert"),
    key: key && secret(key, "uplink.key"),
  });
}
