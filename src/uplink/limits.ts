import type { Outgoing } from "./transport.ts";

/** A message that the other side would never take; the text names what, how much and the remedy. */
export class LimitError extends Error {
  override readonly name = "LimitError";
}

/**
 * What every broker we speak to must take, so that one wire fits all: the limits of AWS IoT Core ("AWS IoT Core message
 * broker and protocol limits and quotas"), the strictest we know. QoS 2 is not offered there: everything is sent at QoS 1.
 */
export const LIMITS = {
  payloadBytes: 128 * 1024,
  topicBytes: 256,
  topicSlashes: 7,
  clientIdBytes: 128,
  /** Inbound publishes per second and connection. */
  publishesPerSecond: 100,
} as const;

/** Throws LimitError for a message that breaks a limit. */
export function checkLimits(message: Outgoing): void {
  const { topic, payload } = message;
  if (payload.length > LIMITS.payloadBytes)
    throw new LimitError(
      `event ${message.id}: ${payload.length} bytes, the limit is ${LIMITS.payloadBytes}; send less in one event`,
    );
  const bytes = Buffer.byteLength(topic);
  if (bytes === 0 || bytes > LIMITS.topicBytes)
    throw new LimitError(`topic "${topic}": ${bytes} bytes, must be 1-${LIMITS.topicBytes}; shorten uplink.topic`);
  const slashes = topic.split("/").length - 1;
  if (slashes > LIMITS.topicSlashes)
    throw new LimitError(
      `topic "${topic}": ${slashes} slashes, the limit is ${LIMITS.topicSlashes}; shorten uplink.topic`,
    );
  // MQTT 3.1.1 section 3.3.2.1: no wildcards in a PUBLISH; section 4.7.2: topics that begin with $ belong to the broker.
  if (/[+#\0]/.test(topic) || topic.startsWith("$"))
    throw new LimitError(`topic "${topic}": must not hold + or #, nor start with $; change uplink.topic`);
}

/** Publishes per second that a broker takes: AWS IoT closes connections that send faster, others set no limit. */
export function publishRate(url: string): number {
  return /\.iot\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(new URL(url).hostname)
    ? LIMITS.publishesPerSecond
    : Number.POSITIVE_INFINITY;
}
