import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { deadLetters } from "../../cloud/core/dead-letters.ts";
import { fleet } from "../../cloud/core/fleet.ts";
import { acknowledge, incidents } from "../../cloud/core/incidents.ts";
import { writePerson } from "../../cloud/core/people.ts";
import { writePolicy } from "../../cloud/core/policy.ts";
import { verify } from "../../cloud/core/signature.ts";
import { type Cloud, type CloudOptions, startCloud } from "../../cloud/server.ts";
import { SqliteStore } from "../../cloud/stores/sqlite-store.ts";
import { describeWith } from "../engines.ts";
import { type Broker, startMosquitto } from "../fakes/broker.ts";
import { type SecureBroker, startSecureMosquitto } from "../fakes/mosquitto.ts";
import { Webhook } from "../fakes/webhook.ts";
import { ACME, change, heartbeat, SimulatedDevice } from "./rig.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SECRET = "a secret of enough characters";
const WAIT = { timeout: 30_000, interval: 10 };

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "spotter-cloud-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function start(options: Partial<CloudOptions> = {}): Promise<Cloud> {
  const cloud = await startCloud({
    dataDir: folder(),
    adopt: { tenant: ACME, site: "north" },
    logLevel: "silent",
    ...options,
  });
  onTestFinished(() => cloud.close());
  await cloud.ready;
  return cloud;
}

async function connectDevice(url: string, device: SimulatedDevice, credentials: object = {}): Promise<MqttClient> {
  const topic = `spotter/v1/${device.name}/state`;
  const will = { topic, payload: Buffer.from("offline"), qos: 1 as const, retain: true };
  const client = await connectAsync(url, { clientId: device.name, protocolVersion: 4, will, ...credentials });
  client.on("error", () => {});
  onTestFinished(() => client.endAsync(true));
  await client.publishAsync(topic, "online", { qos: 1, retain: true });
  return client;
}

const say = async (client: MqttClient, device: SimulatedDevice, ...bodies: Parameters<SimulatedDevice["send"]>) => {
  for (const { bytes } of device.send(...bodies))
    await client.publishAsync(`spotter/v1/${device.name}/alarm`, Buffer.from(bytes), { qos: 1 });
};
const alarms = async (cloud: Cloud) => (await incidents(cloud, ACME)).incidents.map(({ alarm }) => alarm);
const kindOf = (timer: unknown) => (timer as { task: { kind: string } }).task.kind;
const eventually = (check: () => Promise<boolean>) => vi.waitUntil(check, WAIT);

describe("the cloud on one machine", () => {
  it("hears a device at its own broker, and that it has gone", async () => {
    const cloud = await start();
    const device = new SimulatedDevice("hall-2");
    const client = await connectDevice(cloud.brokerUrl, device);
    await say(client, device, heartbeat(), change("confirmed"));
    await eventually(async () => (await alarms(cloud)).length === 1);
    const presence = async () => (await fleet(cloud, ACME)).devices[0]?.presence?.online;
    await eventually(async () => (await presence()) === true);
    client.stream.destroy();
    await eventually(async () => (await presence()) === false);
  });

  it("tells whoever is to be told at once, signed, and no more once somebody has acknowledged", async () => {
    const webhook = await Webhook.start();
    onTestFinished(() => webhook.kill());
    const cloud = await start();
    const contacts = [{ channel: "webhook" as const, address: webhook.url, secret: SECRET }];
    await writePerson(cloud, ACME, { person: "ann", name: "Ann", contacts });
    const chain = [0, 1, 3_600].map((afterS) => ({ afterS, to: { person: "ann" }, by: "webhook" as const }));
    await writePolicy(cloud, ACME, "north", { chain, repeatS: 60, nearMiss: [], trouble: [], cooldownS: 0 });
    const device = new SimulatedDevice("hall-2");
    await say(await connectDevice(cloud.brokerUrl, device), device, change("confirmed"));
    await vi.waitUntil(() => webhook.posted.length === 2, WAIT);
    const [{ headers, body }] = webhook.posted as [(typeof webhook.posted)[0]];
    expect(verify(SECRET, body, String(headers["spotter-signature"]), Date.now())).toBe(true);
    const { incident } = JSON.parse(body);
    await acknowledge(cloud, { tenant: ACME, id: incident, by: "Ann", reason: "helped him up", outcome: "true" });
    cloud.poke();
    const due = async () => (await cloud.store.list("timers/due", { limit: 10 })).items.map(({ body }) => kindOf(body));
    // The second message's arrival is written down after it has arrived.
    await eventually(async () => !(await due()).includes("deliver"));
    expect(await due()).toEqual(["silence"]);
  });

  it("lets nobody write below another's name at its own broker, nor read", async () => {
    const cloud = await start();
    const [victim, attacker] = [new SimulatedDevice("victim"), new SimulatedDevice("attacker")];
    const client = await connectDevice(cloud.brokerUrl, attacker, { reconnectPeriod: 0 });
    await expect(client.subscribeAsync("spotter/v1/#", { qos: 1 })).rejects.toThrow();
    const other = await connectDevice(cloud.brokerUrl, new SimulatedDevice("other"), { reconnectPeriod: 0 });
    const closed = new Promise<void>((resolve) => other.once("close", () => resolve()));
    other.publish(
      "spotter/v1/victim/alarm",
      Buffer.from(victim.send(change("confirmed"))[0]?.bytes ?? []),
      { qos: 1 },
      () => {},
    );
    await closed;
    await say(client, attacker, change("down"));
    await eventually(async () => (await alarms(cloud)).length === 1);
    expect((await fleet(cloud, ACME)).devices.map(({ device }) => device)).toEqual(["attacker"]);
  });
});

describeWith("Mosquitto", "the cloud at Mosquitto with mutual TLS", () => {
  const secure = async () => {
    const broker: SecureBroker = await startSecureMosquitto();
    onTestFinished(() => broker.close());
    return broker;
  };

  it("takes from a device only what it says of itself, in whatever wrapping", async () => {
    const broker = await secure();
    const cloud = await start({ broker: { url: broker.url, ...broker.credentials("cloud") } });
    const [victim, attacker] = [new SimulatedDevice("victim"), new SimulatedDevice("attacker")];
    const client = await connectDevice(broker.url, attacker, broker.credentials("attacker"));
    const [forged] = victim.send(change("confirmed"));
    // Below the victim's name the broker throws it away; below its own the cloud does.
    await client.publishAsync("spotter/v1/victim/alarm", Buffer.from(forged?.bytes ?? []), { qos: 1 });
    await client.publishAsync("spotter/v1/attacker/alarm", Buffer.from(forged?.bytes ?? []), { qos: 1 });
    await say(client, attacker, change("down", { alarm: "own" }));
    await eventually(async () => (await alarms(cloud)).length === 1);
    expect(await alarms(cloud)).toEqual(["own"]);
    const letters = [...(await deadLetters(cloud, ACME)).items, ...(await deadLetters(cloud, "-")).items];
    expect(letters.map(({ body }) => [body.identity, body.rejection])).toEqual([["attacker", "foreign"]]);
  });
});

describeWith("Mosquitto", "a cloud that goes away", () => {
  const plain = async () => {
    const broker: Broker = await startMosquitto(["allow_anonymous true", "max_queued_messages 0"]);
    onTestFinished(() => broker.kill());
    return broker;
  };

  it("gets from the broker what came meanwhile", async () => {
    const { url } = await plain();
    const dataDir = folder();
    const device = new SimulatedDevice("hall-2");
    const client = await connectDevice(url, device);
    const first = await start({ dataDir, broker: { url } });
    await say(client, device, change("confirmed", { alarm: "before" }));
    await eventually(async () => (await alarms(first)).length === 1);
    await first.close();
    await say(client, device, change("confirmed", { alarm: "meanwhile" }));
    const second = await start({ dataDir, broker: { url } });
    await eventually(async () => (await alarms(second)).length === 2);
    expect(await alarms(second)).toEqual(["meanwhile", "before"]);
    await eventually(async () => (await fleet(second, ACME)).devices[0]?.presence?.online === true);
    expect((await fleet(second, ACME)).devices).toMatchObject([{ gaps: [] }]);
  });

  it("killed in the middle, again and again, has lost nothing and has nothing twice", async () => {
    const { url } = await plain();
    const dataDir = folder();
    const device = new SimulatedDevice("hall-2");
    const client = await connectDevice(url, device);
    const run = async (): Promise<ChildProcess> => {
      const args = [
        "cloud/main.ts",
        "--data",
        dataDir,
        "--broker",
        url,
        "--tenant",
        ACME,
        "--site",
        "north",
        "--http-port",
        "0",
      ];
      const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
      let said = "";
      await new Promise<void>((resolve) =>
        child.stdout?.on("data", (chunk) => {
          said += chunk;
          if (said.includes('"connections":5')) resolve();
        }),
      );
      return child;
    };
    const EVENTS = 60;
    let sent = 0;
    for (let life = 0; life < 3; life += 1) {
      const child = await run();
      const gone = once(child, "exit");
      for (let i = 0; i < EVENTS / 3; i += 1) {
        sent += 1;
        // The last ones of each life are still on their way when it ends.
        await say(client, device, change("confirmed", { alarm: `a${sent}` }));
      }
      child.kill("SIGKILL");
      await gone;
    }
    const last = await start({ dataDir, broker: { url } });
    const counted = async () => (await fleet(last, ACME)).devices[0]?.gaps.length === 0;
    await eventually(
      async () => (await incidents(last, ACME, { limit: 100 })).incidents.length === EVENTS && (await counted()),
    );
    const { incidents: found } = await incidents(last, ACME, { limit: 100 });
    expect(found.every(({ steps }) => steps.length === 1)).toBe(true);
    await last.close();
    const store = new SqliteStore(join(dataDir, "cloud.db"));
    expect((await store.list("acme/events/hall-2", { limit: 1_000 })).items).toHaveLength(EVENTS);
    store.close();
  }, 240_000);
});
