import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { LIMITS, publishRate } from "../../src/uplink/limits.ts";
import { MqttTransport } from "../../src/uplink/mqtt.ts";
import { describeTransport, type Linked } from "../contracts/transport.ts";
import { describeWith } from "../engines.ts";
import { type Broker, startAedes } from "../fakes/broker.ts";
import { Gate } from "../fakes/gate.ts";
import { MemoryTransport } from "../fakes/memory-transport.ts";
import { type Credentials, type SecureBroker, startSecureMosquitto } from "../fakes/mosquitto.ts";

const RETRY = { first: 20, max: 50, factor: 1, jitter: 0 };
const DEVICE = "hall-2";

/** An MQTT transport that reaches the broker through a gate, and a subscriber that reaches it past the gate. */
async function linkThrough(broker: Broker, device: Partial<Credentials>, cloud: Partial<Credentials>): Promise<Linked> {
  const gate = await Gate.before(Number(new URL(broker.url).port));
  const topic = `spotter/v1/${DEVICE}/alarm`;
  const taken: { topic: string; payload: Uint8Array }[] = [];
  const subscriber = await connectAsync(broker.url, { ...cloud, clientId: "cloud" });
  await subscriber.subscribeAsync(topic, { qos: 1 });
  subscriber.on("message", (at, payload) => taken.push({ topic: at, payload }));
  const url = broker.url.replace(/\d+$/, `${gate.port}`);
  const stateTopic = `spotter/v1/${DEVICE}/state`;
  return {
    transport: new MqttTransport({ url, clientId: DEVICE, stateTopic, retry: RETRY, ...device }),
    topic,
    taken: () => taken,
    down: () => gate.shut(),
    up: async () => {
      await gate.thaw();
      await gate.open();
    },
    freeze: () => gate.freeze(),
    close: async () => {
      await subscriber.endAsync(true);
      await gate.shut();
    },
  };
}

describeTransport("the in-memory twin", async () => {
  const transport = new MemoryTransport();
  return {
    transport,
    topic: "spotter/v1/hall-2/alarm",
    taken: () => transport.taken,
    down: () => transport.down(),
    up: () => transport.up(),
    freeze: () => transport.freeze(),
    close: async () => {},
  };
});

describe("with aedes", () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startAedes();
  });
  afterAll(() => broker.kill());
  describeTransport("MQTT", () => linkThrough(broker, {}, {}));
});

describeWith("Mosquitto", "with Mosquitto over mutual TLS", () => {
  let broker: SecureBroker;
  let device: Credentials;
  let cloud: Credentials;
  beforeAll(async () => {
    broker = await startSecureMosquitto();
    device = broker.credentials(DEVICE);
    cloud = broker.credentials("cloud");
  });
  afterAll(() => broker.close());

  describeTransport("MQTT", () => linkThrough(broker, device, cloud));

  const listenState = async (heard: string[]): Promise<MqttClient> => {
    const client = await connectAsync(broker.url, { ...cloud, clientId: "watcher" });
    client.on("message", (_, payload) => heard.push(payload.toString()));
    await client.subscribeAsync(`spotter/v1/${DEVICE}/state`, { qos: 1 });
    return client;
  };

  it("tells whether the device is there: online, and offline by its last will", async () => {
    const linked = await linkThrough(broker, device, cloud);
    const heard: string[] = [];
    const watcher = await listenState(heard);
    linked.transport.start({ connected() {}, disconnected() {} });
    await vi.waitUntil(() => heard.includes("online"), { timeout: 20_000 });
    await linked.down();
    await vi.waitUntil(() => heard.at(-1) === "offline", { timeout: 20_000 });
    await linked.transport.close();
    await watcher.endAsync();
    await linked.close();
  });

  it("notices a link on which nothing passes any more", async () => {
    const linked = await linkThrough(broker, { ...device, keepaliveS: 1, ackMs: 60_000 } as object, cloud);
    const reasons: string[] = [];
    linked.transport.start({ connected() {}, disconnected: (reason) => reasons.push(reason) });
    await vi.waitUntil(() => linked.transport.connected, { timeout: 20_000 });
    linked.freeze();
    await vi.waitUntil(() => !linked.transport.connected, { timeout: 20_000 });
    expect(reasons[0]).toMatch(/keepalive/i);
    await linked.transport.close();
    await linked.close();
  });

  it("gives up a broker that takes a message and does not acknowledge it", async () => {
    const linked = await linkThrough(broker, { ...device, ackMs: 100 } as object, cloud);
    linked.transport.start({ connected() {}, disconnected() {} });
    await vi.waitUntil(() => linked.transport.connected, { timeout: 20_000 });
    linked.freeze();
    const payload = new Uint8Array(10);
    await expect(linked.transport.send({ id: "a", topic: linked.topic, payload })).rejects.toThrow(
      /no PUBACK within 100 ms/,
    );
    await linked.transport.close();
    await linked.close();
  });

  it.each<[string, () => Partial<Credentials>, RegExp]>([
    ["no certificate", () => ({ ca: device.ca }), /closed|alert|certificate/i],
    [
      "a CA that did not sign the broker's certificate",
      () => ({ ...device, ca: undefined as never }),
      /self.signed|unable to/i,
    ],
    ["a certificate that is none", () => ({ ...device, cert: "rubbish" }), /pem|no start line/i],
  ])("says why it does not connect with %s, and goes on trying", async (_, credentials, reason) => {
    const linked = await linkThrough(broker, credentials(), cloud);
    const reasons: string[] = [];
    linked.transport.start({ connected() {}, disconnected: (why) => reasons.push(why) });
    await vi.waitUntil(() => reasons.length >= 3, { timeout: 20_000 });
    expect(reasons[0]).toMatch(reason);
    expect(linked.transport.connected).toBe(false);
    await linked.transport.close();
    await linked.close();
  });
});

describe("limits", () => {
  it("hold AWS IoT's rate for its own end points alone", () => {
    expect(publishRate("mqtts://abc-ats.iot.eu-west-1.amazonaws.com:8883")).toBe(LIMITS.publishesPerSecond);
    expect(publishRate("mqtts://broker.example:8883")).toBe(Number.POSITIVE_INFINITY);
  });
});
