import type { Config } from "../config/schema.ts";
import type { Clock } from "../lib/clock.ts";
import { readPem } from "../lib/pem.ts";
import type { Logger } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import { publishRate } from "./limits.ts";
import { MqttTransport } from "./mqtt.ts";
import type { Outbox } from "./outbox.ts";
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
  const { url, topic, user, password, ca, cert, key, resendPerSecond } = config.uplink;
  if (url === undefined) return undefined;
  const device = config.device.name;
  const transport = new MqttTransport({
    url,
    clientId: device,
    stateTopic: `${topic}/${device}/state`,
    user,
    password: password && deps.secret(password, "uplink.password"),
    ca: ca && readPem(ca, "uplink.ca"),
    cert: cert && readPem(cert, "uplink.cert"),
    key: key && deps.secret(key, "uplink.key"),
  });
  return new Uplink({ ...deps, transport, topic, device, resendPerSecond, publishesPerSecond: publishRate(url) });
}
