import { connectAsync } from "mqtt";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Subscriber } from "../../cloud/subscriber.ts";
import { describeWith } from "../engines.ts";
import { type Broker, startAedes, startMosquitto } from "../fakes/broker.ts";

const WAIT = { timeout: 30_000, interval: 5 };

/** A subscriber whose messages become safe when the test says so. */
async function rig(broker: Broker) {
  const heard: { device: string; text: string; safe: () => void; fail: () => void; gone: () => boolean }[] = [];
  const presence: string[] = [];
  let connections = 0;
  const subscriber = new Subscriber(
    { url: broker.url, topic: "spotter/v1", clientId: "cloud", reconnectMs: 20 },
    {
      message: async (device, name, bytes, signal) => {
        const text = Buffer.from(bytes).toString();
        if (name === "state") {
          presence.push(`${device} ${text}`);
          return;
        }
        await new Promise<void>((resolve, reject) => {
          heard.push({ device, text, safe: resolve, fail: () => reject(new Error("no")), gone: () => signal.aborted });
        });
      },
      connected: (count) => {
        connections = count;
      },
      warn: () => {},
    },
  );
  onTestFinished(() => subscriber.close());
  await subscriber.ready;
  const device = await connectAsync(broker.url, { clientId: "hall-2", protocolVersion: 4, reconnectPeriod: 20 });
  device.on("error", () => {});
  onTestFinished(() => device.endAsync(true));
  const say = (text: string, kind = "alarm") => device.publishAsync(`spotter/v1/hall-2/${kind}`, text, { qos: 1 });
  const texts = () => heard.map(({ text }) => text);
  const until = (check: () => boolean) => vi.waitUntil(check, WAIT);
  return { heard, presence, say, texts, until, subscriber, connections: () => connections };
}

function describeSubscriber(kind: string, start: () => Promise<Broker>): void {
  describe(`with ${kind}, the subscriber`, () => {
    const running = async () => {
      const broker = await start();
      onTestFinished(() => broker.kill());
      return broker;
    };

    it("hears every kind of event with the device that it came from, and who is there", async () => {
      const { heard, presence, say, texts, until } = await rig(await running());
      for (const name of ["alarm", "nearMiss", "health", "heartbeat"]) await say(name, name);
      await say("online", "state");
      await say("offline", "state");
      await until(() => heard.length === 4 && presence.length === 2);
      expect(texts().sort()).toEqual(["alarm", "health", "heartbeat", "nearMiss"]);
      expect(new Set(heard.map(({ device }) => device))).toEqual(new Set(["hall-2"]));
      expect(presence).toEqual(["hall-2 online", "hall-2 offline"]);
    });

    it("does not wait with the next message until the one before is safe", async () => {
      const { heard, say, texts, until } = await rig(await running());
      for (let i = 0; i < 10; i += 1) await say(`${i}`);
      await until(() => heard.length === 10);
      expect(texts()).toEqual(Array.from({ length: 10 }, (_, i) => `${i}`));
    });

    it("hears again, after a break of the connection, what was not safe by then, and nothing that was", async () => {
      const broker = await running();
      const { heard, say, texts, until, connections } = await rig(broker);
      for (const text of ["a", "b", "c", "d"]) await say(text);
      await until(() => heard.length === 4);
      // Out of order; "a" and "b" are acknowledged, "d" only once "c" is.
      for (const text of ["d", "b", "a"]) heard.find((one) => one.text === text)?.safe();
      await say("e");
      await until(() => heard.length === 5);
      // A fault, which ends the connection.
      heard.find(({ text }) => text === "c")?.fail();
      await until(() => heard.length === 8);
      expect(texts().slice(5).sort()).toEqual(["c", "d", "e"]);
      expect(heard[4]?.gone()).toBe(true);
      await until(() => connections() === 5);
      for (const { safe } of heard.slice(5)) safe();
      await say("f");
      await until(() => heard.length === 9);
      heard[8]?.fail();
      await until(() => heard.length === 10);
      expect(texts().slice(8)).toEqual(["f", "f"]);
    });
  });
}

describeSubscriber("aedes", startAedes);
describeWith("Mosquitto", "with a broker of its own process", () => describeSubscriber("Mosquitto", startMosquitto));
