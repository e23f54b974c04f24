import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  ListTablesCommand,
  paginateScan,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { TABLE } from "../../cloud/stores/dynamo-store.ts";
import { freePort } from "./free-port.ts";

/** The binary of the package `@dynoxide/linux-x64`, which speaks DynamoDB's protocol over SQLite. */
export const DYNOXIDE = resolve(import.meta.dirname, "../../node_modules/@dynoxide/linux-x64/dynoxide");

/** Such as `dynoxide 1.2.1`. */
export function dynoxideName(): string {
  const described = join(dirname(DYNOXIDE), "package.json");
  return existsSync(described) ? `dynoxide ${JSON.parse(readFileSync(described, "utf8")).version}` : "dynoxide";
}

/** Credentials that no account knows, for engines that ask for some. */
export const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

/** A DynamoDB engine on loopback, with its data in a temporary folder. It is always consistent, and expires nothing itself. */
export interface Dynamo {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  /** A new table as the infrastructure makes it; its name. */
  table(): Promise<string>;
  close(): Promise<void>;
}

export async function startDynoxide(): Promise<Dynamo> {
  const dir = mkdtempSync(join(tmpdir(), "spotter-dynoxide-"));
  const port = await freePort();
  const child = spawn(DYNOXIDE, ["serve", "--port", String(port), "--db-path", join(dir, "dynamo.db")], {
    stdio: "ignore",
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new DynamoDBClient({ endpoint, region: "eu-central-1", credentials: CREDENTIALS });
  const close = async () => {
    client.destroy();
    if (child.exitCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    rmSync(dir, { recursive: true });
  };
  try {
    while (!(await answers(client))) {
      if (child.exitCode !== null) throw new Error(`dynoxide ended with ${child.exitCode} before it answered`);
      await sleep(20);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { endpoint, client, close, table: () => makeTable(client) };
}

/** What DynamoDB does with rows whose time has passed, at some time and in no order. */
export async function expire(client: DynamoDBClient, table: string, now: number): Promise<void> {
  const asked = {
    TableName: table,
    FilterExpression: "#ttl < :now",
    ExpressionAttributeNames: { "#ttl": TABLE.timeToLive },
    ExpressionAttributeValues: { ":now": { N: String(Math.floor(now / 1000)) } },
  };
  for await (const { Items = [] } of paginateScan({ client }, asked))
    for (const { pk, sk } of Items)
      if (pk && sk) await client.send(new DeleteItemCommand({ TableName: table, Key: { pk, sk } }));
}

async function answers(client: DynamoDBClient): Promise<boolean> {
  return client.send(new ListTablesCommand()).then(
    () => true,
    () => false,
  );
}

async function makeTable(client: DynamoDBClient): Promise<string> {
  const TableName = `spotter-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [TABLE.partition, TABLE.sort].map((AttributeName) => ({
        AttributeName,
        AttributeType: "S" as const,
      })),
      KeySchema: [
        { AttributeName: TABLE.partition, KeyType: "HASH" },
        { AttributeName: TABLE.sort, KeyType: "RANGE" },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    }),
  );
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { Enabled: true, AttributeName: TABLE.timeToLive },
    }),
  );
  return TableName;
}
