import { connectAsync, type IClientOptions } from "mqtt";
import { expect, it, onTestFinished, vi } from "vitest";
import { startBroker } from "../../cloud/broker.ts";

const WAIT = { timeout: 30_000, interval: 5 };

/** A broker whose messages become safe when the test says so, and a device at it. */
async function rig() {
  const taken: { text: string; safe: () => void; fail: () => void }[] = [];
  const take = (device: string, name: string, payload: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      const text = `${device} ${name} ${Buffer.from(payload)}`;
      taken.push({ text, safe: resolve, fail: () => reject(new Error("no")) });
    });
  const broker = await startBroker({ taker: { topic: "spotter/v1", take } });
  onTestFinished(() => broker.close());
  const connect = async (clientId: string, more: IClientOptions = {}) => {
    const client = await connectAsync(broker.url, { clientId, protocolVersion: 4, reconnectPeriod: 0, ...more });
    client.on("error", () => {});
    onTestFinished(() => client.endAsync(true));
    return client;
  };
  return { taken, connect };
}

it("acknowledges a message once it is safe, in whatever order that is", async () => {
  const { taken, connect } = await rig();
  const [first, second] = [await connect("one"), await connect("two")];
  const done: string[] = [];
  const slow = first.publishAsync("spotter/v1/one/heartbeat", "a", { qos: 1 }).then(() => done.push("a"));
  await vi.waitUntil(() => taken.length === 1, WAIT);
  const fast = second.publishAsync("spotter/v1/two/alarm", "b", { qos: 1 }).then(() => done.push("b"));
  await vi.waitUntil(() => taken.length === 2, WAIT);
  expect(taken.map(({ text }) => text)).toEqual(["one heartbeat a", "two alarm b"]);
  expect(done).toEqual([]);
  taken[1]?.safe();
  await fast;
  expect(done).toEqual(["b"]);
  taken[0]?.safe();
  await slow;
});

it("cuts a device off whose message could not be kept, so that it sends it again", async () => {
  const { taken, connect } = await rig();
  const client = await connect("one");
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  client.publish("spotter/v1/one/alarm", "a", { qos: 1 }, () => {});
  await vi.waitUntil(() => taken.length === 1, WAIT);
  taken[0]?.fail();
  await closed;
});

it("tells by its last will that a device has gone", async () => {
  const { taken, connect } = await rig();
  const will = { topic: "spotter/v1/one/state", payload: Buffer.from("offline"), qos: 1 as const, retain: true };
  const client = await connect("one", { will });
  client.stream.destroy();
  await vi.waitUntil(() => taken.some(({ text }) => text === "one state offline"), WAIT);
});
