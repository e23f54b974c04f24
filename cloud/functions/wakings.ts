import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { DynamoDBRecord } from "aws-lambda";
import type { Timer } from "../core/timers.ts";
import { TABLE } from "../stores/dynamo-store.ts";

/** An execution of the state machine that follows one timer. */
export interface Waking {
  /** The same for the same record, however often the stream delivers it. */
  readonly name: string;
  /** The timer's id. */
  readonly timer: string;
  /** When to look, ISO 8601. */
  readonly at: string;
}

/**
 * Timers of escalations that are due sooner than whoever follows them knows: those that are new, and those that were put
 * forward, as when an incident is taken off its shelf. Later ones their follower finds by itself.
 */
export function wakingsIn(records: readonly DynamoDBRecord[]): Waking[] {
  return records.flatMap(({ eventID: name = "", dynamodb }): Waking[] => {
    const timer = dynamodb?.Keys?.[TABLE.sort]?.S ?? "";
    if (dynamodb?.Keys?.[TABLE.partition]?.S !== "timers" || !timer.startsWith("escalate/")) return [];
    const [before, after] = [dueIn(dynamodb.OldImage), dueIn(dynamodb.NewImage)];
    if (after === undefined || (before !== undefined && before <= after)) return [];
    return [{ name, timer, at: new Date(after).toISOString() }];
  });
}

function dueIn(image: NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"]): number | undefined {
  const body = image?.body?.S;
  return body === undefined ? undefined : (JSON.parse(body) as Timer).at;
}

/** Has the state machine follow them. */
export async function startWakings(
  client: SFNClient,
  stateMachineArn: string,
  wakings: readonly Waking[],
): Promise<void> {
  await Promise.all(
    wakings.map(async ({ name, ...input }) => {
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
      }
    }),
  );
}
