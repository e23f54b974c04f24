import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { client } from "../../../cloud/api/client.ts";
import { startCloud } from "../../../cloud/server.ts";
import { change, SimulatedDevice } from "../rig.ts";

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "spotter-cloud-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const start = async (dataDir: string, http: Partial<Parameters<typeof startCloud>[0]["http"]> = {}) => {
  const cloud = await startCloud({
    ...{ dataDir, logLevel: "silent", adopt: { tenant: "home", site: "site" } },
    http: { port: 0, tenant: "home", ...http },
  });
  onTestFinished(() => cloud.close());
  return cloud;
};

/** `fetch` with the one cookie that a browser would keep. */
function browser(): typeof fetch {
  let cookie = "";
  return async (input, init) => {
    const response = await fetch(input, { ...init, headers: { ...(init?.headers as object), cookie } });
    for (const set of response.headers.getSetCookie()) if (set.startsWith("spotter=")) cookie = set.split(";")[0] ?? "";
    return response;
  };
}

describe("the cloud on one machine", () => {
  it("lets its first admin in, who changes the password and sees the fall that a device told", async () => {
    const dataDir = folder();
    const cloud = await start(dataDir);
    await cloud.ready;
    const { user = "", password = "" } = cloud.firstAdmin ?? {};
    let csrf: string | undefined;
    const call = client({ base: cloud.url, csrf: () => csrf, fetch: browser() });
    ({ csrf } = await call("POST /api/session", { body: { user, password } }));
    ({ csrf } = await call("POST /api/session/password", { body: { old: password, new: "a password of my own" } }));
    const device = new SimulatedDevice("hall-2");
    const mqtt = await connectAsync(cloud.brokerUrl, { clientId: "hall-2" });
    for (const { bytes } of device.send(change("confirmed")))
      await mqtt.publishAsync("spotter/v1/hall-2/alarm", Buffer.from(bytes), { qos: 1 });
    await mqtt.endAsync();
    const incidents = await vi.waitFor(
      async () => {
        const list = await call("GET /api/incidents", { query: { state: "active" } });
        expect(list.incidents).toHaveLength(1);
        return list.incidents;
      },
      { timeout: 30_000, interval: 20 },
    );
    expect(incidents[0]).toMatchObject({ device: "hall-2", site: "site", severity: "fall" });
    await cloud.close();
    // Nobody is made admin a second time.
    const again = await start(dataDir);
    expect(again.firstAdmin).toBeUndefined();
    const back = client({ base: again.url, csrf: () => csrf, fetch: browser() });
    expect((await back("POST /api/session", { body: { user, password: "a password of my own" } })).user).toBe("admin");
  });

  it("does not listen to the world without TLS, nor start by half when its port is taken", async () => {
    const dataDir = folder();
    await expect(start(dataDir, { host: "0.0.0.0" })).rejects.toThrow(/http\.host: "0\.0\.0\.0" is not loopback.*TLS/);
    await expect(start(dataDir, { host: "0.0.0.0", publicUrl: "http://cloud.example" })).rejects.toThrow(
      /not loopback/,
    );
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    await expect(start(dataDir, { port })).rejects.toThrow(/EADDRINUSE/);
    expect((await fetch(`${(await start(dataDir)).url}/readyz`)).status).toBe(200);
  });
});
