import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { expect, it, onTestFinished, vi } from "vitest";
import { incidents } from "../../../cloud/core/incidents.ts";
import { type Cloud, startCloud } from "../../../cloud/server.ts";
import { describeWith } from "../../engines.ts";
import { startPostgres } from "../../fakes/postgres.ts";
import { ACME, change, SimulatedDevice } from "../rig.ts";

describeWith("PostgreSQL", "the cloud on one machine, with PostgreSQL", () => {
  it("keeps what devices say in the database, over a restart with an empty folder", async () => {
    const server = await startPostgres();
    onTestFinished(() => server.close());
    const database = await server.database();
    const start = async (): Promise<Cloud> => {
      const dataDir = mkdtempSync(join(tmpdir(), "spotter-cloud-"));
      onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
      return startCloud({ dataDir, database, adopt: { tenant: ACME, site: "north" }, logLevel: "silent" });
    };
    const cloud = await start();
    await cloud.ready;
    const device = new SimulatedDevice();
    const [fall] = device.send(change("confirmed"));
    const client = await connectAsync(cloud.brokerUrl, { clientId: device.name, protocolVersion: 4 });
    await client.publishAsync(`spotter/v1/${device.name}/alarm`, Buffer.from(fall!.bytes), { qos: 1 });
    const found = async (from: Cloud) => (await incidents(from, ACME)).incidents.map(({ severity }) => severity);
    await vi.waitUntil(async () => (await found(cloud)).length === 1, { timeout: 30_000, interval: 10 });
    await client.endAsync(true);
    await cloud.close();
    const again = await start();
    expect(await found(again)).toEqual(["fall"]);
    await again.close();
  });

  it("does not begin without its database, and says which it cannot reach", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "spotter-cloud-"));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const database = "postgres://spotter:secret@127.0.0.1:1/spotter";
    const failed = await startCloud({ dataDir, database, logLevel: "silent" }).catch((error: Error) => error);
    expect((failed as Error).message).toMatch(/^database 127\.0\.0\.1:1\/spotter: .*ECONNREFUSED/);
    expect((failed as Error).message).not.toContain("secret");
  });
});
