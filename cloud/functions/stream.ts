import { SFNClient } from "@aws-sdk/client-sfn";
import type { DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { Key } from "../core/store.ts";
import { TABLE } from "../stores/dynamo-store.ts";
import { CONNECTIONS } from "../stores/gateway-push.ts";
import { changesOf } from "./changes.ts";
import { gatewayPush, settingsOf, tablePorts } from "./ports.ts";
import { startWakings, wakingsIn } from "./wakings.ts";

const { SPOTTER_TABLE, SPOTTER_CONNECTIONS } = settingsOf("stream");
const ports = tablePorts(SPOTTER_TABLE);
const push = gatewayPush(ports, SPOTTER_CONNECTIONS);
const { SPOTTER_ESCALATION } = process.env;
const machines = new SFNClient({});

/**
 * Tells connected dashboards what the table's stream says has changed, and those that have just come what they missed; and has the
 * state machine follow escalations that begin.
 */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<void> {
  const came = Records.filter(({ eventName }) => eventName === "INSERT")
    .map(keyOf)
    .filter(({ partition }) => partition === CONNECTIONS);
  const changes = await changesOf(ports.store, Records.map(keyOf));
  const follow = SPOTTER_ESCALATION ? startWakings(machines, SPOTTER_ESCALATION, wakingsIn(Records)) : undefined;
  await Promise.all([push.tell(changes), ...came.map(({ sort }) => push.greet(sort)), follow]);
}

function keyOf({ dynamodb }: DynamoDBRecord): Key {
  const named = (name: string) => dynamodb?.Keys?.[name]?.S ?? "";
  return { partition: named(TABLE.partition), sort: named(TABLE.sort) };
}
