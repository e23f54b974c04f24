import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Actuator } from "../../src/actuators/actuator.ts";
import { openActuator } from "../../src/actuators/open.ts";
import { Webhook } from "../fakes/webhook.ts";
import { AMPLE_MS, command, configured, deps } from "./command.ts";

describe("a webhook", () => {
  let webhook: Webhook;
  let actuator: Actuator;
  const open = async (settings: object = {}) => {
    actuator = await openActuator(configured({ kind: "http", url: webhook.url, secret: "env:X", ...settings }), deps);
    return actuator;
  };
  beforeEach(async () => {
    webhook = await Webhook.start();
  });
  afterEach(async () => {
    await actuator.close();
    await webhook.kill();
  });

  it("is posted the command, signed over time and body", async () => {
    const before = Date.now();
    await (await open()).apply(command("active", AMPLE_MS));
    const { headers, body } = webhook.posted[0]!;
    const timestamp = String(headers["x-spotter-timestamp"]);
    const signature = createHmac("sha256", "top secret").update(`${timestamp}.${body}`).digest("hex");
    expect(headers["x-spotter-signature"]).toBe(signature);
    expect(Number(timestamp)).toBeGreaterThanOrEqual(before);
    const posted = JSON.parse(body);
    expect(posted).toEqual({
      id: headers["idempotency-key"],
      alarm: "alarm-1",
      state: "active",
      energised: true,
      reason: "a test",
      camera: "hall",
      zone: "press",
      expiresAt: expect.any(Number),
    });
    expect(posted.expiresAt).toBeGreaterThan(before);
  });

  it("is asked again after 500s, as the same order with a fresh signature, until it answers 200", async () => {
    webhook.answer = (response, nth) => response.writeHead(nth < 3 ? 500 : 200).end();
    expect(await (await open()).apply(command("active", AMPLE_MS))).toMatchObject({ outcome: "confirmed" });
    expect(webhook.posted).toHaveLength(3);
    expect(new Set(webhook.posted.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
    expect(new Set(webhook.posted.map(({ body }) => body)).size).toBe(1);
  });

  it("is given up after the configured retries", async () => {
    webhook.answer = (response) => response.writeHead(503).end();
    const receipt = await (await open({ retries: 2 })).apply(command("active", AMPLE_MS));
    expect(receipt).toMatchObject({ outcome: "failed", detail: expect.stringMatching(/answers 503/) });
    expect(webhook.posted).toHaveLength(3);
    expect(actuator.health()).toEqual({ ok: false, detail: "the receiver answers 503" });
  });

  it.each([301, 400, 401, 404])("is not asked again after it has answered %i", async (status) => {
    webhook.answer = (response) => response.writeHead(status, { location: "http://127.0.0.1:1/" }).end();
    const receipt = await (await open()).apply(command("active", AMPLE_MS));
    expect(receipt.detail).toContain(`the receiver answers ${status}`);
    expect(webhook.posted).toHaveLength(1);
  });

  it("fails by its deadline when it hangs, and is asked a second time before that", async () => {
    webhook.answer = () => {};
    const receipt = await (await open()).apply(command("active", 2000));
    expect(receipt).toMatchObject({ outcome: "failed" });
    expect(receipt.detail).toMatch(/written, but not confirmed: no answer/);
    expect(receipt.writtenMs).toBeGreaterThan(0);
    expect(webhook.posted.length).toBeGreaterThan(1);
    // Once it is well again the next command goes through, and the dead one is not repeated.
    const { length } = webhook.posted;
    webhook.answer = (response) => response.writeHead(204).end();
    expect(await actuator.release(command("idle", AMPLE_MS))).toMatchObject({ outcome: "confirmed" });
    expect(webhook.posted.slice(length).map(({ body }) => JSON.parse(body).state)).toEqual(["idle"]);
  });

  it("does not have to be read to the end of an endless answer", async () => {
    let cut = 0;
    webhook.answer = (response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write("x".repeat(8192)), 1);
      response.on("close", () => {
        clearInterval(more);
        cut += 1;
      });
    };
    await open({ latching: false });
    expect(await actuator.apply(command("active", AMPLE_MS))).toMatchObject({ outcome: "confirmed" });
    expect(await actuator.apply(command("idle", AMPLE_MS))).toMatchObject({ outcome: "confirmed" });
    await vi.waitUntil(() => cut === 2, { timeout: AMPLE_MS });
  });

  it("may close a kept connection just as it is used again", async () => {
    await open({ latching: false, retries: 0 });
    await actuator.apply(command("active", AMPLE_MS));
    webhook.dropConnections = 1;
    expect(await actuator.apply(command("idle", AMPLE_MS))).toMatchObject({ outcome: "confirmed" });
  });
});
