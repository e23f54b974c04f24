import { setTimeout as sleep } from "node:timers/promises";
import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type DynamoDBClient,
  QueryCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import {
  ConflictError,
  type Item,
  type Key,
  type Page,
  type Put,
  type Range,
  type Store,
  type Write,
} from "../core/store.ts";

/**
 * One table. An item's row holds its body; each place where it is listed has a row of its own that points to it, written in the
 * same transaction: an index of DynamoDB's own would be late, and a list must see every commit that has returned.
 *
 *   pk              sk                   v  body           lists                                 ttl
 *   acme/incidents  V1StGXR8…            3  {"state":…}    { acme/incidents/all\n0000…~V1StG… }  1780272000
 *
 *   pk                  sk                   of                           ttl
 *   acme/incidents/all  000017802…~V1StGXR8…  acme/incidents\nV1StGXR8…    1780272000
 */
export const TABLE = { partition: "pk", sort: "sk", timeToLive: "ttl" } as const;

type Row = Record<string, AttributeValue>;

interface Placed {
  readonly version: number;
  readonly lists: readonly string[];
  readonly ttl: number | undefined;
}

/** Limits of DynamoDB: actions in one transaction, keys in one batch. */
const MAX_ACTIONS = 100;
const MAX_KEYS = 100;
/** Sorts are ASCII; these are before and behind all of them. */
const [FIRST, LAST] = [" ", "\u{10ffff}"];
const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [20, 2_000];

/** The incident store in one DynamoDB table. Expired items are removed by DynamoDB itself, within days. */
export class DynamoStore implements Store {
  /** An item that leaves two lists for two others takes five actions. */
  readonly maxWrites = 20;
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async read(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    const rows = await this.#rows(keys.map(nameOf));
    return keys.map((key) => {
      const row = rows.get(nameOf(key));
      return row?.v && itemOf(row);
    });
  }

  async list(partition: string, range: Range): Promise<Page> {
    const places = await this.#places(partition, range);
    const page = places.slice(0, range.limit);
    const targets = await this.#rows(page.flatMap(({ of }) => (of?.S === undefined ? [] : [of.S])));
    const items = page.flatMap((place) => {
      if (place.of?.S === undefined) return [itemOf(place)];
      const row = targets.get(place.of.S);
      // Since the places were read the item may have gone or moved; what has expired loses its rows one after the other.
      return row && placedOf(row).lists.includes(nameOf(keyOf(place))) ? [itemOf(row)] : [];
    });
    return { items, next: places.length > range.limit ? page.at(-1)?.sk?.S : undefined };
  }

  async commit(writes: readonly Write[]): Promise<void> {
    if (writes.length > this.maxWrites) throw new RangeError(`${writes.length} writes, at most ${this.maxWrites}`);
    const known = await this.#rows(
      writes.filter(({ expect }) => expect > 0).map(({ key }) => nameOf(key)),
      { ProjectionExpression: "pk, sk, v, lists, #ttl", ExpressionAttributeNames: { "#ttl": "ttl" } },
    );
    const actions = writes.flatMap((write) => {
      const row = known.get(nameOf(write.key));
      return this.#actions(write, row ? placedOf(row) : NOWHERE);
    });
    if (actions.length > MAX_ACTIONS)
      throw new RangeError(
        `${actions.length} actions with all lists, at most ${MAX_ACTIONS}; write fewer items at once`,
      );
    try {
      await this.#client.send(new TransactWriteItemsCommand({ TransactItems: actions }));
    } catch (error) {
      if (error instanceof TransactionCanceledException && error.CancellationReasons?.some(isConflict))
        throw new ConflictError(`${writes.map(({ key }) => nameOf(key)).join(", ")}: one is no longer as expected`);
      throw error;
    }
  }

  #actions(write: Write, before: Placed): TransactWriteItem[] {
    const { key, expect } = write;
    if (before.version !== expect) throw new ConflictError(`${nameOf(key)} is no longer at version ${expect}`);
    const TableName = this.#table;
    const condition =
      expect === 0
        ? { ConditionExpression: "attribute_not_exists(pk)" }
        : { ConditionExpression: "v = :v", ExpressionAttributeValues: { ":v": { N: String(expect) } } };
    const remove = (name: string) => ({ Delete: { TableName, Key: rowKey(keyNamed(name)) } });
    if (write.body === undefined)
      return [{ Delete: { TableName, Key: rowKey(key), ...condition } }, ...before.lists.map(remove)];
    const lists = (write.listed ?? []).map(nameOf);
    const ttl = ttlOf(write);
    const added = lists.filter((name) => before.ttl !== ttl || !before.lists.includes(name));
    return [
      { Put: { TableName, Item: rowOf(write, lists), ...condition } },
      ...before.lists.filter((name) => !lists.includes(name)).map(remove),
      ...added.map((name) => ({
        Put: { TableName, Item: { ...rowKey(keyNamed(name)), of: { S: nameOf(key) }, ...ttlRow(ttl) } },
      })),
    ];
  }

  /** Up to one place more than a page, in order. */
  async #places(
    partition: string,
    { limit, after, backwards = false, from = FIRST, to = LAST }: Range,
  ): Promise<Row[]> {
    const low = backwards || after === undefined || after < from ? from : after;
    const high = !backwards || after === undefined || after > to ? to : after;
    if (low > high) return [];
    const within = (sort: string) => sort >= from && sort < to && sort !== after;
    const places: Row[] = [];
    let start: Row | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          ConsistentRead: true,
          KeyConditionExpression: "pk = :pk AND sk BETWEEN :low AND :high",
          ExpressionAttributeValues: { ":pk": { S: partition }, ":low": { S: low }, ":high": { S: high } },
          ScanIndexForward: !backwards,
          // BETWEEN takes both its ends in.
          Limit: limit + 3,
          ExclusiveStartKey: start,
        }),
      );
      places.push(...Items.filter(({ sk }) => within(sk?.S ?? "")));
      start = LastEvaluatedKey;
    } while (start && places.length <= limit);
    return places.slice(0, limit + 1);
  }

  /** The rows of these names, by name. */
  async #rows(
    names: readonly string[],
    asked: Partial<NonNullable<BatchGetItemCommandInput["RequestItems"]>[string]> = {},
  ): Promise<Map<string, Row>> {
    const found = new Map<string, Row>();
    let wanted = [...new Set(names)].map((name) => rowKey(keyNamed(name)));
    let waitMs = FIRST_WAIT_MS;
    while (wanted.length > 0) {
      const Keys = wanted.slice(0, MAX_KEYS);
      const { Responses, UnprocessedKeys } = await this.#client.send(
        new BatchGetItemCommand({ RequestItems: { [this.#table]: { Keys, ConsistentRead: true, ...asked } } }),
      );
      for (const row of Responses?.[this.#table] ?? []) found.set(nameOf(keyOf(row)), row);
      const left = UnprocessedKeys?.[this.#table]?.Keys ?? [];
      // An answer ends at 16 MB; one without anything says that DynamoDB throttles.
      if (left.length === Keys.length) {
        await sleep(waitMs);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      }
      wanted = [...left, ...wanted.slice(MAX_KEYS)];
    }
    return found;
  }
}

const NOWHERE: Placed = { version: 0, lists: [], ttl: undefined };

const nameOf = ({ partition, sort }: Key) => `${partition}\n${sort}`;

function keyNamed(name: string): Key {
  const end = name.indexOf("\n");
  return { partition: name.slice(0, end), sort: name.slice(end + 1) };
}

const rowKey = ({ partition, sort }: Key): Row => ({ pk: { S: partition }, sk: { S: sort } });
const keyOf = ({ pk, sk }: Row): Key => ({ partition: pk?.S ?? "", sort: sk?.S ?? "" });

function rowOf(write: Put, lists: readonly string[]): Row {
  return {
    ...rowKey(write.key),
    v: { N: String(write.expect + 1) },
    body: { S: JSON.stringify(write.body) },
    // DynamoDB knows no empty set.
    ...(lists.length === 0 ? {} : { lists: { SS: [...lists] } }),
    ...ttlRow(ttlOf(write)),
  };
}

const itemOf = (row: Row): Item => ({
  key: keyOf(row),
  version: Number(row.v?.N),
  body: JSON.parse(row.body?.S ?? "null"),
});

const placedOf = ({ v, lists, ttl }: Row): Placed => ({
  version: Number(v?.N),
  lists: lists?.SS ?? [],
  ttl: ttl?.N === undefined ? undefined : Number(ttl.N),
});

/** Seconds since 1970, as DynamoDB's TTL takes them; never before its time. */
const ttlOf = ({ expiresAt }: Put) => (expiresAt === undefined ? undefined : Math.ceil(expiresAt / 1000));
const ttlRow = (ttl: number | undefined): Row => (ttl === undefined ? {} : { ttl: { N: String(ttl) } });

/** Somebody else was faster, or is writing at this moment. */
const isConflict = ({ Code }: { Code?: string | undefined }) =>
  Code === "ConditionalCheckFailed" || Code === "TransactionConflict";
