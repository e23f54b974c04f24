import {
  type BatchGetItemCommandInput,
  DynamoDBClient,
  PutItemCommand,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { key } from "../../../cloud/core/keys.ts";
import { ConflictError } from "../../../cloud/core/store.ts";
import { DynamoStore } from "../../../cloud/stores/dynamo-store.ts";
import { describeIncidentStore } from "../../contracts/incident-store.ts";
import { describeWith } from "../../engines.ts";
import { CREDENTIALS, type Dynamo, dynoxideName, expire, startDynoxide } from "../../fakes/dynoxide.ts";

describeWith("dynoxide", "DynamoDB", () => {
  let dynamo: Dynamo;
  beforeAll(async () => {
    dynamo = await startDynoxide();
  });
  afterAll(() => dynamo?.close());

  describeIncidentStore(`the DynamoDB adapter on ${dynoxideName()}`, async () => {
    const table = await dynamo.table();
    const store = new DynamoStore(dynamo.client, table);
    return {
      store,
      reopen: async () => new DynamoStore(dynamo.client, table),
      sweep: (now) => expire(dynamo.client, table, now),
      close: async () => {},
    };
  });

  describe("the table", () => {
    let table: string;
    let store: DynamoStore;
    beforeAll(async () => {
      table = await dynamo.table();
      store = new DynamoStore(dynamo.client, table);
    });
    const at = (sort: string) => key("acme/things", sort);
    const open = (sort: string) => key("acme/open", sort);
    const sortsOf = async (partition: string) =>
      (await store.list(partition, { limit: 1_000 })).items.map((item) => item.key.sort);

    it("lists nothing under a place of something that has expired, nor loses what takes its name", async () => {
      // DynamoDB has removed the item, and not yet the row that lists it.
      const stale = { pk: { S: "acme/open" }, sk: { S: "1~a" }, of: { S: "acme/things\na" }, ttl: { N: "1" } };
      await dynamo.client.send(new PutItemCommand({ TableName: table, Item: stale }));
      await store.commit([{ key: at("b"), body: 2, expect: 0, listed: [open("2~b")] }]);
      expect(await sortsOf("acme/open")).toEqual(["b"]);
      await store.commit([{ key: at("a"), body: 3, expect: 0, listed: [open("3~a")] }]);
      expect(await sortsOf("acme/open")).toEqual(["b", "a"]);
    });

    it("keeps where an item is listed for as long as the item", async () => {
      await store.commit([{ key: at("long"), body: 1, expect: 0, expiresAt: 1_000, listed: [key("acme/long", "x")] }]);
      await store.commit([{ key: at("long"), body: 2, expect: 1, expiresAt: 9e12, listed: [key("acme/long", "x")] }]);
      await expire(dynamo.client, table, 2e12);
      expect(await sortsOf("acme/long")).toEqual(["long"]);
    });

    it("names how many actions are too many when items are listed in many places", async () => {
      const listed = (list: string) => Array.from({ length: 9 }, (_, i) => key(`acme/${list}`, `${i}`));
      const writes = (list: string, expected: number) =>
        Array.from({ length: 8 }, (_, i) => ({
          key: at(`many${i}`),
          body: i,
          expect: expected,
          listed: listed(`${list}${i}`),
        }));
      await store.commit(writes("before", 0));
      await expect(store.commit(writes("after", 1))).rejects.toThrow(/152 actions .* at most 100; write fewer items/);
    });

    /** The same table through a client that sees what DynamoDB may do and the engine never does. */
    const through = (answer: (input: unknown, next: () => Promise<unknown>) => Promise<unknown>) => {
      const client = new DynamoDBClient({
        endpoint: dynamo.endpoint,
        region: "eu-central-1",
        credentials: CREDENTIALS,
      });
      client.middlewareStack.add((next) => async (args) => {
        let output: unknown;
        const given = await answer(args.input, async () => {
          const result = await next(args);
          output = result.output;
          return output;
        });
        return { response: {}, output: (given ?? output) as never };
      });
      return new DynamoStore(client, table);
    };

    it("asks again for what an answer has left out, or when DynamoDB answers nothing for now", async () => {
      const keys = ["x", "y", "z"].map(at);
      await store.commit(keys.map((each) => ({ key: each, body: each.sort, expect: 0 })));
      let asked = 0;
      const reluctant = through(async (input, next) => {
        const { RequestItems } = input as BatchGetItemCommandInput;
        const request = RequestItems?.[table];
        asked += 1;
        if (!request || asked === 1) return { Responses: {}, UnprocessedKeys: RequestItems, $metadata: {} };
        const left = request.Keys?.splice(1) ?? [];
        const output = (await next()) as object;
        return left.length === 0 ? output : { ...output, UnprocessedKeys: { [table]: { ...request, Keys: left } } };
      });
      expect((await reluctant.read(keys)).map((item) => item?.body)).toEqual(["x", "y", "z"]);
      expect(asked).toBe(4);
    });

    it("takes others who write at the same moment for having been faster, and throttling for what it is", async () => {
      const refused = (code: string) =>
        through(async () => {
          const CancellationReasons = [{ Code: "None" }, { Code: code }];
          throw new TransactionCanceledException({ message: code, $metadata: {}, CancellationReasons });
        }).commit([{ key: at("new"), body: 1, expect: 0 }]);
      await expect(refused("TransactionConflict")).rejects.toThrow(ConflictError);
      await expect(refused("ThrottlingError")).rejects.toThrow(TransactionCanceledException);
    });

    it("reads pages whose items together are larger than an answer of DynamoDB", async () => {
      const body = "x".repeat(300_000);
      for (let i = 0; i < 12; i += 1)
        await store.commit([
          { key: key("acme/large", `${10 + i}`), body, expect: 0, listed: [key("acme/larger", `${10 + i}`)] },
        ]);
      expect((await store.list("acme/large", { limit: 12 })).items).toHaveLength(12);
      const page = await store.list("acme/larger", { limit: 11 });
      expect([page.items.length, page.next]).toEqual([11, "20"]);
    });
  });
});
