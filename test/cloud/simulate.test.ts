import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { deadLetters } from "../../cloud/core/dead-letters.ts";
import { fleet } from "../../cloud/core/fleet.ts";
import { floorPlans } from "../../cloud/core/floor-plan.ts";
import { incidents } from "../../cloud/core/incidents.ts";
import { places, sites } from "../../cloud/core/places.ts";
import { startCloud } from "../../cloud/server.ts";
import { SimulatedCamera } from "../../cloud/simulate/camera.ts";
import { type Author, messages } from "../../cloud/simulate/messages.ts";
import { floorPlan, plant } from "../../cloud/simulate/plant.ts";
import { Random } from "../../cloud/simulate/random.ts";
import { simulate } from "../../cloud/simulate/simulate.ts";
import { Tally } from "../../cloud/simulate/tally.ts";
import { decode } from "../../src/event/decode.ts";
import { ACME, NOON } from "./rig.ts";

const MINUTE_MS = 60_000;
const WAIT = { timeout: 180_000, interval: 50 };

const author = (seed: string, more: Partial<Author> = {}): Author => ({
  name: "north-press-01",
  scene: { camera: "press-01", zone: "infeed", machine: "press-01" },
  random: new Random(seed),
  startedAt: NOON,
  rates: { incidentMs: 2 * MINUTE_MS, troubleMs: 5 * MINUTE_MS, heartbeatMs: 30_000 },
  ...more,
});

function first(count: number, by: Author) {
  return messages(by)
    .take(count)
    .map((message) => ({ ...message, event: decode(message.bytes) }))
    .toArray();
}

async function cloud() {
  const dataDir = mkdtempSync(join(tmpdir(), "spotter-simulate-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const running = await startCloud({ dataDir, adopt: { tenant: ACME, site: "north" }, logLevel: "silent" });
  onTestFinished(() => running.close());
  await running.ready;
  return running;
}

describe("what a simulated camera says", () => {
  it("is the same, byte for byte, for the same seed and start, and another for another seed", () => {
    const bytes = (seed: string) =>
      first(200, author(seed)).map((message) => Buffer.from(message.bytes).toString("hex"));
    expect(bytes("a")).toEqual(bytes("a"));
    expect(bytes("a")).not.toEqual(bytes("b"));
  });

  it("is whole events of every kind, in order, counted without a gap", () => {
    const said = first(2_000, author("a"));
    expect(said.map(({ event }) => event.sequence)).toEqual(said.map((_, index) => index + 1));
    expect(said.map(({ atMs }) => atMs)).toEqual(said.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    const kinds = said.map(({ event: { body } }) => (body.type === "fallChange" ? body.kind : body.type));
    expect(new Set(kinds)).toEqual(
      new Set([
        ...["heartbeat", "cameraState", "actionReceipts"],
        ...["suspected", "confirmed", "recovered", "down", "acknowledged", "cleared"],
      ]),
    );
    const [fall] = said.map(({ event }) => event.body).filter((body) => body.type === "fallChange" && body.tier === 2);
    expect(fall).toMatchObject({ skeleton: { steps: 28, stepMs: 100 } });
  });

  it("begins with what it kept while it was cut off, at the times at which it happened", () => {
    const rates = {
      incidentMs: 60 * MINUTE_MS,
      troubleMs: Number.POSITIVE_INFINITY,
      heartbeatMs: Number.POSITIVE_INFINITY,
    };
    const said = first(300, author("a", { cutOff: { forMs: 24 * 60 * MINUTE_MS, rates } }));
    const past = said.filter(({ atMs }) => atMs < 0);
    expect(past.length).toBeGreaterThan(10);
    expect(past.every(({ event }) => event.body.type !== "heartbeat" && event.clock.wallMs < NOON)).toBe(true);
    expect(said.findIndex(({ atMs }) => atMs >= 0)).toBe(past.length);
  });

  it("comes from a clock that is off in some devices, which say so", () => {
    const devices = Array.from({ length: 100 }, (_, index) => first(1, author(`${index}`))[0]);
    const off = devices.filter((said) => said?.event.clock.wallMs !== Math.floor(NOON + (said?.atMs ?? 0)));
    const unsynced = devices.filter((said) => said?.event.clock.sync === "unsynced");
    expect(unsynced.length).toBeGreaterThan(0);
    expect(unsynced.every((said) => off.includes(said))).toBe(true);
    expect(unsynced.length).toBeLessThan(20);
  });
});

describe("the plant", () => {
  it("gives every camera a device and a place of its own on the drawing of its hall", () => {
    const spots = plant(200);
    expect(new Set(spots.map(({ device }) => device)).size).toBe(200);
    expect(new Set(spots.map(({ site, at }) => `${site} ${at.x} ${at.y}`)).size).toBe(200);
    expect(spots.every(({ at }) => at.x > 0 && at.x < 1 && at.y > 0 && at.y < 1)).toBe(true);
    expect(floorPlan(200).match(/<rect/g)?.length).toBe(2 + 4 * 25);
  });
});

describe("simulated cameras at the cloud's broker", () => {
  it("lose their network, are overtaken and say things twice; nothing is lost and nothing comes twice", async () => {
    const running = await cloud();
    const tally = new Tally();
    const speed = 240;
    const stop = new AbortController();
    const startedAt = Date.now();
    const rates = { incidentMs: 3 * MINUTE_MS, troubleMs: 10 * MINUTE_MS, heartbeatMs: 30_000 };
    const authors = plant(12).map(({ device, scene }) => author("s", { name: device, scene, startedAt, rates }));
    const network = { outageEveryMs: 5 * MINUTE_MS, outageMs: 4 * MINUTE_MS, resendPerSecond: 1 };
    const cameras = authors.map(
      (by) =>
        new SimulatedCamera({
          ...{ ...by, ...network, speed, tally, random: new Random(by.name) },
          ...{ url: running.brokerUrl, topic: "spotter/v1", quietAfterMs: 40 * MINUTE_MS },
        }),
    );
    const lives = cameras.map((camera) => camera.run(stop.signal));
    await vi.waitUntil(() => tally.said > 1_000 && cameras.every(({ silent }) => silent) && tally.waiting === 0, WAIT);
    stop.abort();
    await Promise.all(lives);
    expect(tally.outages).toBeGreaterThan(12);
    expect(tally.repeated).toBeGreaterThan(0);
    expect(tally.overtaken).toBeGreaterThan(0);

    const { devices } = await fleet(running, ACME);
    await vi.waitUntil(async () => (await fleet(running, ACME)).devices.every(({ gaps }) => gaps.length === 0), WAIT);
    expect(devices).toHaveLength(12);
    let kept = 0;
    for (const { device } of devices)
      kept += (await running.store.list(`${ACME}/events/${device}`, { limit: 1_000 })).items.length;
    expect(kept).toBe(tally.said);
    const { incidents: found } = await incidents(running, ACME, { limit: 1_000 });
    expect(found.filter(({ severity }) => severity === "fall")).toHaveLength(tally.falls);
    expect(found.filter(({ severity }) => severity === "nearMiss")).toHaveLength(tally.nearMisses);
    expect((await deadLetters(running, ACME)).items).toEqual([]);
  }, 240_000);

  it("fill a cloud with sites, places, people who are told, and falls that somebody judges", async () => {
    const running = await cloud();
    const plantOf16 = { cameras: 16, seed: "demo", url: running.brokerUrl, topic: "spotter/v1", tenant: ACME };
    const simulation = await simulate(running, { ...plantOf16, speed: 120 });
    onTestFinished(() => simulation.stop());
    expect((await sites(running, ACME)).map(({ site }) => site)).toEqual(["north", "south"]);
    expect(await places(running, ACME)).toHaveLength(16);
    expect((await floorPlans(running, ACME)).map(({ site }) => site)).toEqual(["north", "south"]);
    const found = async () => (await incidents(running, ACME, { limit: 1_000 })).incidents;
    await vi.waitUntil(async () => (await found()).some(({ outcome }) => outcome !== undefined), WAIT);
    await vi.waitUntil(() => /[1-9]\d* messages to people/.test(simulation.line()), WAIT);
    const old = async () => (await found()).filter(({ since }) => since < Date.now() - 24 * 60 * MINUTE_MS);
    await vi.waitUntil(async () => (await old()).length > 5, WAIT);
    await vi.waitUntil(async () => new Set((await found()).map(({ line }) => line)).size > 1, WAIT);
  }, 240_000);
});
