import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { key } from "../../../cloud/core/keys.ts";
import { DynamoStore } from "../../../cloud/stores/dynamo-store.ts";
import { describeIncidentStore } from "../../contracts/incident-store.ts";
import { describeWith } from "../../engines.ts";
import { type Dynamo, expire, startDynoxide } from "../../fakes/dynoxide.ts";

describeWith("dynoxide", "the DynamoDB adapter", () => {
  let dynamo: Dynamo;
  beforeAll(async () => {
    dynamo = await startDynoxide();
  });
  afterAll(() => dynamo?.close());

  describeIncidentStore("DynamoDB's adapter on dynoxide", async () => {
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
