import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { SQSEvent, SQSRecord } from "aws-lambda";
import type { Envelope } from "../../../cloud/core/door.ts";
import { DOORS, type DoorName } from "../../../cloud/functions/environment.ts";
import { bundle } from "../../../cloud/infrastructure/bundle.ts";
import { DynamoStore } from "../../../cloud/stores/dynamo-store.ts";
import { STREAMED } from "../../../cloud/stores/streamed-push.ts";
import { type Dynamo, startDynoxide } from "../../fakes/dynoxide.ts";
import { type Gateway, startGateway } from "../../fakes/gateway.ts";
import { type ClientName, type RunningFunction, startFunction } from "../../fakes/lambda.ts";
import { TableStream } from "../../fakes/table-stream.ts";

/** Where browsers find this cloud. */
export const ORIGIN = "https://cloud.example";
export const TENANT = "acme";

/** The bundles that would be deployed, each made when it is first asked for, in a temporary folder. */
export class Bundles {
  readonly #dir = mkdtempSync(join(tmpdir(), "spotter-bundles-"));
  readonly #made = new Set<DoorName>();

  dirOf(name: DoorName): string {
    const dir = join(this.#dir, name);
    if (!this.#made.has(name)) bundle(resolve(import.meta.dirname, "../../../cloud/functions", DOORS[name].entry), dir);
    this.#made.add(name);
    return dir;
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true });
  }
}

/** The cloud on AWS as far as it runs here: its functions as they are deployed, a table with its stream, WebSockets. */
export class AwsCloud {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly gateway: Gateway;
  readonly #bundles: Bundles;
  readonly #client: ClientName;
  readonly #stream: TableStream;
  readonly #more: Readonly<Record<string, string>>;
  readonly #running = new Map<DoorName, Promise<RunningFunction>>();

  /** `more`: what else the functions find in their environment. */
  static async start(bundles: Bundles, client: ClientName, more: Record<string, string> = {}): Promise<AwsCloud> {
    const dynamo = await startDynoxide();
    const table = await dynamo.table();
    const clouds: AwsCloud[] = [];
    const gateway = await startGateway(
      async (event) => (await clouds[0]?.invoke("live", event)) as { statusCode: number },
    );
    clouds.push(
      new AwsCloud({ dynamo, table, gateway, bundles, client, stream: await TableStream.open(dynamo, table), more }),
    );
    return clouds[0] as AwsCloud;
  }

  private constructor(parts: {
    dynamo: Dynamo;
    table: string;
    gateway: Gateway;
    bundles: Bundles;
    client: ClientName;
    stream: TableStream;
    more: Record<string, string>;
  }) {
    this.dynamo = parts.dynamo;
    this.table = parts.table;
    this.gateway = parts.gateway;
    this.#bundles = parts.bundles;
    this.#client = parts.client;
    this.#stream = parts.stream;
    this.#more = parts.more;
  }

  /** The same table, seen from here. */
  get ports() {
    return { store: new DynamoStore(this.dynamo.client, this.table), push: STREAMED, clock: { now: () => Date.now() } };
  }

  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL_DYNAMODB: this.dynamo.endpoint,
      SPOTTER_TABLE: this.table,
      SPOTTER_BUCKET: "spotter-clips",
      SPOTTER_CONNECTIONS: this.gateway.endpoint,
      SPOTTER_URL: ORIGIN,
      SPOTTER_TENANT: TENANT,
      ...this.#more,
    };
  }

  start(door: DoorName, environment = this.environment): Promise<RunningFunction> {
    return startFunction(this.#bundles.dirOf(door), environment, this.#client);
  }

  /** Runs a function, which begins at its first event. */
  async invoke(door: DoorName, event: unknown): Promise<unknown> {
    const running = this.#running.get(door) ?? this.start(door);
    this.#running.set(door, running);
    return (await running).invoke(event);
  }

  async logOf(door: DoorName): Promise<string> {
    return (await this.#running.get(door))?.log() ?? "";
  }

  /** Hands the stream's function what the table's stream has, until it has nothing more. */
  async drainStream(): Promise<void> {
    for (;;) {
      const Records = await this.#stream.records();
      if (Records.length === 0) return;
      await this.invoke("stream", { Records });
    }
  }

  async close(): Promise<void> {
    await this.gateway.close();
    for (const running of this.#running.values())
      await running.then(
        (begun) => begun.close(),
        () => {},
      );
    await this.dynamo.close();
  }
}

/** What the queue hands to `ingest` of a device's event, as the rule of AWS IoT writes it. */
export function record({ identity, bytes, receivedAt }: Envelope, topicClass = "alarm"): string {
  return JSON.stringify({
    data: Buffer.from(bytes).toString("base64"),
    device: identity,
    class: topicClass,
    receivedAt,
  });
}

/** A batch of the queue; each record delivered for the `times`th time. */
export function batch(bodies: readonly string[], times = 1): SQSEvent {
  const Records = bodies.map((body, index) => ({
    messageId: `m${index}`,
    body,
    attributes: { ApproximateReceiveCount: String(times), SentTimestamp: String(Date.now()) },
  }));
  return { Records: Records as SQSRecord[] };
}
