import { Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Actuator } from "../../src/actuators/actuator.ts";
import { openActuator } from "../../src/actuators/open.ts";
import { describeWith } from "../engines.ts";
import { type Broker, listen, startMosquitto } from "../fakes/broker.ts";
import { AMPLE_MS, BRIEF_MS, command, configured, deps } from "./command.ts";

const toClose: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

async function broker(settings?: readonly string[]): Promise<Broker> {
  const started = await startMosquitto(settings);
  toClose.push(() => started.kill());
  return started;
}

async function started(url: string, settings: object = {}): Promise<Actuator> {
  const actuator = await openActuator(configured({ kind: "mqtt", url, topic: "site/stop", ...settings }), deps);
  toClose.push(() => actuator.close());
  actuator.start();
  return actuator;
}

/** A receiver that answers a command on site/done as `repeat` says. */
async function receiver(at: Broker, repeat: (id: string) => string): Promise<void> {
  const client = await listen(at, "site/stop", (_, body, me) => {
    me.publish("site/done", repeat(JSON.parse(body).id), { qos: 1 });
  });
  toClose.push(() => client.endAsync(true));
}

const healthy = (actuator: Actuator) => vi.waitUntil(() => actuator.health().ok, { timeout: AMPLE_MS });

describeWith("Mosquitto", "an MQTT output on Mosquitto", () => {
  it("has sent the command before apply yields, although nothing has been awaited", async () => {
    const actuator = await started((await broker()).url);
    await healthy(actuator);
    const write = vi.spyOn(Socket.prototype, "write");
    void actuator.apply(command("active", AMPLE_MS));
    const sockets = write.mock.contexts.map((socket) => (socket as Socket).writableCorked);
    write.mockRestore();
    expect(sockets.length).toBeGreaterThan(0);
    expect(Math.max(...sockets)).toBe(0);
  });

  it("fails without the receiver's acknowledgement, although the broker has the command", async () => {
    const actuator = await started((await broker()).url, { ackTopic: "site/done" });
    await healthy(actuator);
    const receipt = await actuator.apply(command("active", BRIEF_MS));
    expect(receipt).toMatchObject({ outcome: "failed" });
    expect(receipt.detail).toMatch(/written, but not confirmed: no ack/);
    expect(actuator.health()).toMatchObject({ ok: false, detail: expect.stringMatching(/last command failed/) });
  });

  it("is not taken in by the acknowledgement of another command", async () => {
    const mosquitto = await broker();
    await receiver(mosquitto, (id) => `not ${id}`);
    const actuator = await started(mosquitto.url, { ackTopic: "site/done" });
    await healthy(actuator);
    expect(await actuator.apply(command("active", BRIEF_MS))).toMatchObject({ outcome: "failed" });
  });

  it("leaves nothing on the broker for those who come later", async () => {
    const mosquitto = await broker();
    const actuator = await started(mosquitto.url, { latching: false });
    expect(await actuator.apply(command("active", AMPLE_MS))).toMatchObject({ outcome: "commanded" });
    const heard: string[] = [];
    const late = await listen(mosquitto, "site/stop", (_, body) => heard.push(JSON.parse(body).state));
    toClose.push(() => late.endAsync(true));
    await actuator.apply(command("idle", AMPLE_MS));
    await vi.waitUntil(() => heard.length > 0, { timeout: AMPLE_MS });
    expect(heard).toEqual(["idle"]);
  });

  it("finds the broker again after it was killed, and gives it the command that waits", async () => {
    const mosquitto = await broker();
    const actuator = await started(mosquitto.url);
    await healthy(actuator);
    await mosquitto.kill();
    await vi.waitUntil(() => !actuator.health().ok, { timeout: AMPLE_MS });
    expect(await actuator.apply(command("active", BRIEF_MS))).toMatchObject({ outcome: "failed" });
    const waiting = actuator.apply(command("active", AMPLE_MS));
    await mosquitto.revive();
    expect(await waiting).toMatchObject({ outcome: "commanded" });
    expect(actuator.health()).toEqual({ ok: true, detail: "" });
  });

  it("says why when the broker does not let it in", async () => {
    const { url } = await broker(["allow_anonymous false"]);
    const actuator = await started(url, { user: "spotter", password: "env:X" });
    const receipt = await actuator.apply(command("active", 3000));
    expect(receipt).toMatchObject({ outcome: "failed", writtenMs: Number.NaN });
    expect(receipt.detail).toMatch(/not connected: .*Not authorized/);
  });
});

describe("an MQTT output whose broker does not exist", () => {
  it("fails its commands with the reason and never throws", async () => {
    const actuator = await started("mqtt://127.0.0.1:1");
    expect(await actuator.apply(command("active", BRIEF_MS))).toMatchObject({
      outcome: "failed",
      detail: expect.stringMatching(/not connected: .*ECONNREFUSED/),
    });
  });
});
