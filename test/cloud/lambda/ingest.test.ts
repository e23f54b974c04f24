import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { countingsOf } from "../../../cloud/core/counting.ts";
import { deadLetters, NOBODY } from "../../../cloud/core/dead-letters.ts";
import { fleet } from "../../../cloud/core/fleet.ts";
import { incidents } from "../../../cloud/core/incidents.ts";
import { enrol } from "../../../cloud/core/places.ts";
import { describeWith, type Engine } from "../../engines.ts";
import { CLIENTS, type ClientName } from "../../fakes/lambda.ts";
import { change, heartbeat, SimulatedDevice } from "../rig.ts";
import { AwsCloud, Bundles, batch, record, TENANT } from "./rig.ts";

let bundles: Bundles;
beforeAll(() => {
  bundles = new Bundles();
});
afterAll(() => bundles?.remove());

for (const client of Object.keys(CLIENTS) as ClientName[]) {
  const engines: Engine[] = client === "AWS's runtime client" ? ["dynoxide", client] : ["dynoxide"];
  describeWith(engines, `the deployed bundle of ingest under ${client}, on dynoxide`, () => {
    let cloud: AwsCloud;
    beforeEach(async () => {
      cloud = await AwsCloud.start(bundles, client);
      await enrol(cloud.ports, { device: "hall-2", tenant: TENANT, site: "north" });
    });
    afterEach(() => cloud?.close());

    const take = (bodies: readonly string[], times = 1) => cloud.invoke("ingest", batch(bodies, times));
    const failed = (...places: number[]) => ({ batchItemFailures: places.map((i) => ({ itemIdentifier: `m${i}` })) });
    const letters = async (tenant = TENANT) =>
      (await deadLetters(cloud.ports, tenant)).items.map(({ body }) => [body.identity, body.rejection]);

    it("takes events in once, however often they are delivered, and keeps poison as dead letters with their reason", async () => {
      const device = new SimulatedDevice();
      const [suspected, confirmed, beat] = device.send(change("suspected"), change("confirmed"), heartbeat());
      const bodies = [suspected!, confirmed!, confirmed!, beat!].map((envelope) => record(envelope));
      const poison = [
        record({ ...suspected!, bytes: Buffer.from("no event") }),
        record({ ...suspected!, identity: "hall-9" }),
        "no JSON",
        JSON.stringify({ device: "hall-2" }),
      ];
      expect(await take([...bodies, ...poison])).toEqual(failed());
      expect(await take([...bodies.toReversed(), ...poison])).toEqual(failed());
      const { incidents: found } = await incidents(cloud.ports, TENANT);
      expect(found.map(({ state, severity, steps }) => [state, severity, steps.length])).toEqual([
        ["active", "fall", 2],
      ]);
      expect(await letters()).toEqual([["hall-2", "malformed"]]);
      expect((await letters(NOBODY)).toSorted()).toEqual([
        [NOBODY, "malformed"],
        [NOBODY, "malformed"],
        ["hall-9", "foreign"],
      ]);
    });

    it("asks for those records again that the store does not take, and gives them up when it never does", async () => {
      await enrol(cloud.ports, { device: "hall-3", tenant: TENANT, site: "north" });
      const [sound, ill] = [new SimulatedDevice("hall-2"), new SimulatedDevice("hall-3")];
      const [first] = ill.send(heartbeat());
      expect(await take([record(first!)])).toEqual(failed());
      // A row that somebody has spoilt.
      const { items } = await cloud.ports.store.list(countingsOf(TENANT, "hall-3"), { limit: 1 });
      await cloud.dynamo.client.send(
        new UpdateItemCommand({
          TableName: cloud.table,
          Key: { pk: { S: items[0]!.key.partition }, sk: { S: items[0]!.key.sort } },
          UpdateExpression: "SET body = :body",
          ExpressionAttributeValues: { ":body": { S: "}{" } },
        }),
      );
      const bodies = [...sound.send(change("confirmed")), ...ill.send(change("confirmed"))].map((one) => record(one));
      expect(await take(bodies)).toEqual(failed(1));
      expect((await incidents(cloud.ports, TENANT)).incidents).toHaveLength(1);
      expect(await take(bodies.slice(1), 4)).toEqual(failed(0));
      expect(await letters()).toEqual([]);
      expect(await take(bodies.slice(1), 5)).toEqual(failed());
      expect(await letters()).toEqual([["hall-3", "failed"]]);
    });

    it("knows whether a device is connected by the state that the broker tells", async () => {
      const state = (text: string) =>
        record({ identity: "hall-2", bytes: Buffer.from(text), receivedAt: Date.now() }, "state");
      const online = async () => (await fleet(cloud.ports, TENANT)).devices[0]?.presence?.online;
      expect(await online()).toBeUndefined();
      await take([state("online")]);
      expect(await online()).toBe(true);
      await take([state("offline")]);
      expect(await online()).toBe(false);
    });

    it("asks for everything again while the table is away", async () => {
      const running = await cloud.start("ingest", { ...cloud.environment, SPOTTER_TABLE: "nowhere" });
      const bodies = new SimulatedDevice().send(heartbeat(), change("confirmed")).map((one) => record(one));
      expect(await running.invoke(batch(bodies, 5))).toEqual(failed(0, 1));
      expect(running.log()).toMatch(/record m0: .*it is delivered again/);
      await running.close();
    });

    it("writes its measures as CloudWatch reads them", async () => {
      const [beat] = new SimulatedDevice().send(heartbeat());
      await take([record(beat!), record(beat!), "no JSON"]);
      const line = (await cloud.logOf("ingest")).split("\n").find((text) => text.includes("CloudWatchMetrics"));
      expect(JSON.parse(line ?? "")).toMatchObject({ service: "ingest", stored: 1, duplicate: 1, dead: 1, failed: 0 });
      expect(JSON.parse(line ?? "").age).toBeGreaterThan(0);
    });

    it("does not begin without its table, and says what is missing", async () => {
      const { SPOTTER_TABLE: _, ...rest } = cloud.environment;
      await expect(cloud.start("ingest", rest)).rejects.toThrow(
        /SPOTTER_TABLE is not set; give it the name of the DynamoDB table/,
      );
      await expect(cloud.start("ingest", { ...cloud.environment, SPOTTER_ADOPT: "acme" })).rejects.toThrow(
        /SPOTTER_ADOPT is "acme"; give it a tenant and a site/,
      );
    });
  });
}
