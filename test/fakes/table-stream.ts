import type { DynamoDBRecord } from "aws-lambda";
import type { Dynamo } from "./dynoxide.ts";

/** The stream of a table, read as Lambda's event source mapping reads it. */
export class TableStream {
  readonly #endpoint: string;
  readonly #arn: string;
  /** Of each shard, where to go on. */
  readonly #iterators = new Map<string, string | undefined>();

  static async open({ endpoint }: Dynamo, table: string): Promise<TableStream> {
    const { Streams } = await ask<{ Streams: { StreamArn: string }[] }>(endpoint, "ListStreams", { TableName: table });
    return new TableStream(endpoint, Streams[0]?.StreamArn ?? "");
  }

  private constructor(endpoint: string, arn: string) {
    this.#endpoint = endpoint;
    this.#arn = arn;
  }

  /** What has been written since the last call. */
  async records(): Promise<DynamoDBRecord[]> {
    const { StreamDescription } = await ask<{ StreamDescription: { Shards: { ShardId: string }[] } }>(
      this.#endpoint,
      "DescribeStream",
      { StreamArn: this.#arn },
    );
    const found: DynamoDBRecord[] = [];
    for (const { ShardId } of StreamDescription.Shards) {
      for (;;) {
        const ShardIterator = this.#iterators.get(ShardId) ?? (await this.#begin(ShardId));
        const page = await ask<{ Records: DynamoDBRecord[]; NextShardIterator?: string }>(
          this.#endpoint,
          "GetRecords",
          { ShardIterator },
        );
        this.#iterators.set(ShardId, page.NextShardIterator);
        found.push(...page.Records);
        if (page.Records.length === 0 || !page.NextShardIterator) break;
      }
    }
    return found;
  }

  async #begin(ShardId: string): Promise<string> {
    const asked = { StreamArn: this.#arn, ShardId, ShardIteratorType: "TRIM_HORIZON" };
    return (await ask<{ ShardIterator: string }>(this.#endpoint, "GetShardIterator", asked)).ShardIterator;
  }
}

/** DynamoDB Streams' JSON protocol; the engine wants to see a signature, whatever it says. */
async function ask<Answer>(endpoint: string, action: string, body: object): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDBStreams_20120810.${action}`,
      "x-amz-date": "20260601T120000Z",
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260601/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`,
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${action}: ${await response.text()}`);
  return (await response.json()) as Answer;
}
