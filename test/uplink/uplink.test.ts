import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { decode } from "../../src/event/decode.ts";
import { encode } from "../../src/event/encode.ts";
import { ManualClock, systemClock } from "../../src/lib/clock.ts";
import { silentLog } from "../../src/observe/log.ts";
import type { Metrics } from "../../src/observe/metrics.ts";
import type { EventClass } from "../../src/uplink/classes.ts";
import type { Outbox } from "../../src/uplink/outbox.ts";
import { Pace } from "../../src/uplink/pace.ts";
import { Uplink } from "../../src/uplink/uplink.ts";
import { event as fallEvent } from "../event/samples.ts";
import { MemoryTransport } from "../fakes/memory-transport.ts";
import { directory, openOutbox } from "./rig.ts";

describe("the uplink", () => {
  let outbox: Outbox;
  let metrics: Metrics;
  let transport: MemoryTransport;
  let uplink: Uplink | undefined;

  beforeEach(async () => {
    ({ outbox, metrics } = await openOutbox(directory()));
    transport = new MemoryTransport();
  });
  afterEach(async () => {
    await uplink?.close();
    await outbox.close();
  });

  const start = (resendPerSecond: number, publishesPerSecond = Number.POSITIVE_INFINITY) => {
    const common = {
      outbox,
      transport,
      topic: "spotter/v1",
      device: "hall-2",
      clock: systemClock,
      log: silentLog,
      metrics,
    };
    uplink = new Uplink({ ...common, resendPerSecond, publishesPerSecond });
    uplink.start();
  };
  const append = (kind: EventClass, payload = encode({ ...fallEvent(), sequence: 0 })) => {
    const sequence = outbox.nextSequence();
    return outbox.append({ sequence, id: `id-${sequence}`, class: kind, payload });
  };
  const ids = () => transport.taken.map(({ id }) => Number(id.slice(3)));
  const taken = (count: number) =>
    vi.waitUntil(() => transport.taken.length >= count, { timeout: 20_000, interval: 5 });
  const empty = () =>
    vi.waitUntil(() => Object.values(outbox.stats.events).every((n) => n === 0), { timeout: 20_000, interval: 5 });

  it("counts the time without a connection, and only that", async () => {
    const clock = new ManualClock();
    const common = { outbox, transport, topic: "spotter/v1", device: "hall-2", clock, log: silentLog, metrics };
    uplink = new Uplink({ ...common, resendPerSecond: 1, publishesPerSecond: Number.POSITIVE_INFINITY });
    const offlineS = async () => (await metrics.uplinkOffline.get()).values[0]?.value;
    uplink.start();
    clock.advance(2_000);
    await vi.waitUntil(() => uplink?.connected);
    expect(await offlineS()).toBe(2);
    clock.advance(60_000);
    transport.down();
    clock.advance(30_500);
    transport.up();
    expect(await offlineS()).toBe(32.5);
  });

  it("sends at once what happens while it is connected, under its class's topic, and forgets it", async () => {
    start(1);
    await append("alarm");
    await append("heartbeat");
    await taken(2);
    expect(transport.taken.map(({ topic }) => topic)).toEqual([
      "spotter/v1/hall-2/alarm",
      "spotter/v1/hall-2/heartbeat",
    ]);
    expect(transport.taken.map(({ payload }) => decode(payload).resent)).toEqual([false, false]);
    await empty();
  });

  it("sends what waited alarms first, in order within a class, once each, and marked as history", async () => {
    for (let i = 0; i < 300; i += 1) await append((["health", "alarm", "nearMiss"] as const)[i % 3] ?? "alarm");
    start(1e6);
    await empty();
    const all = Array.from({ length: 300 }, (_, i) => i + 1);
    expect(ids()).toEqual([1, 2, 0].flatMap((rest) => all.filter((sequence) => (sequence - 1) % 3 === rest)));
    expect(transport.taken.every(({ payload }) => decode(payload).resent)).toBe(true);
  });

  it("lets what happens now go before what waited", async () => {
    for (let i = 0; i < 5; i += 1) await append("alarm");
    start(0.001);
    await taken(1);
    await append("heartbeat");
    await taken(2);
    expect(ids()).toEqual([1, 6]);
    expect(outbox.stats.events.alarm).toBeGreaterThanOrEqual(4);
  });

  it("sends again, and only then, what was on its way when the link was lost", async () => {
    start(1e6);
    await append("alarm");
    await empty();
    transport.freeze();
    await Promise.all([append("alarm"), append("alarm"), append("health")]);
    transport.down();
    await append("alarm");
    expect(ids()).toEqual([1]);
    transport.up();
    await empty();
    expect(ids()).toEqual([1, 2, 3, 5, 4]);
  });

  it("sends what waited with nothing else to wake it but the connection", async () => {
    transport.down();
    start(1e6);
    await append("alarm");
    transport.up();
    await taken(1);
  });

  it("sets aside an event that no broker would take, and goes on with the next", async () => {
    await append("alarm", new Uint8Array(200_000));
    await append("alarm");
    start(1e6);
    await empty();
    expect(ids()).toEqual([2]);
    const dropped = await metrics.outboxDropped.get();
    expect(dropped.values).toMatchObject([{ labels: { class: "alarm", reason: "refused" }, value: 1 }]);
  });

  it("counts what was acknowledged by class and lane", async () => {
    await append("health");
    start(1e6);
    await empty();
    await append("alarm");
    await empty();
    expect((await metrics.uplinkSent.get()).values).toMatchObject([
      { labels: { class: "health", lane: "backlog" }, value: 1 },
      { labels: { class: "alarm", lane: "live" }, value: 1 },
    ]);
  });
});

describe("a pace", () => {
  it("lets a burst go, then so many per second, and saves up no more than the burst", () => {
    const pace = new Pace(50, 5);
    const go = (from: number, until: number) => {
      let sent = 0;
      for (let now = from; now < until; now += 1) {
        if (pace.waitMs(now) > 0) continue;
        pace.take();
        sent += 1;
      }
      return sent;
    };
    expect(go(0, 1)).toBe(1);
    expect(go(1, 2_000)).toBe(103);
    let burst = 0;
    for (; pace.waitMs(60_000) === 0; burst += 1) pace.take();
    expect(burst).toBe(5);
    expect(pace.waitMs(60_000)).toBeCloseTo(20);
  });

  it("without a limit never waits", () => {
    const pace = new Pace(Number.POSITIVE_INFINITY);
    for (let i = 0; i < 1_000; i += 1) pace.take();
    expect(pace.waitMs(0)).toBe(0);
  });
});
