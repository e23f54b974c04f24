import type { SQSRecord } from "aws-lambda";
import { NOBODY } from "../core/dead-letters.ts";
import type { Envelope } from "../core/door.ts";

/**
 * The rule of AWS IoT Core that puts what devices publish into the queue. Whose it is the topic says: the policy of a device lets it
 * publish below `spotter/v1/${iot:Connection.Thing.ThingName}/` alone.
 */
export const RULE =
  "SELECT encode(*, 'base64') AS data, topic(3) AS device, topic(4) AS class, timestamp() AS receivedAt FROM 'spotter/v1/+/+'";

/** What a device said: an event, or that it has come or gone. */
export type Heard =
  | { readonly kind: "event"; readonly envelope: Envelope }
  | { readonly kind: "presence"; readonly device: string; readonly online: boolean };

/** What a record of the queue holds. One that the rule did not write so is an envelope of nobody: it becomes a dead letter, not a loss. */
export function heardIn({ body, attributes }: Pick<SQSRecord, "body" | "attributes">): Heard {
  const rule = ruleOf(body);
  if (!rule) {
    const receivedAt = Number(attributes.SentTimestamp);
    return { kind: "event", envelope: { identity: NOBODY, bytes: Buffer.from(body), receivedAt } };
  }
  const { device, bytes, receivedAt } = rule;
  if (rule.class === "state") return { kind: "presence", device, online: bytes.toString() === "online" };
  return { kind: "event", envelope: { identity: device, bytes, receivedAt } };
}

function ruleOf(body: string) {
  try {
    const { data, device, class: name, receivedAt } = JSON.parse(body) as Record<string, unknown>;
    if (typeof data !== "string" || typeof device !== "string" || device === "" || !Number.isSafeInteger(receivedAt))
      return undefined;
    return { device, class: name, receivedAt: receivedAt as number, bytes: Buffer.from(data, "base64") };
  } catch {
    return undefined;
  }
}
