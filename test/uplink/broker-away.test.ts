import { connectAsync } from "mqtt";
import { expect, it, onTestFinished, vi } from "vitest";
import { decode } from "../../src/event/decode.ts";
import { encode } from "../../src/event/encode.ts";
import { EventMaker } from "../../src/event/make.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLog } from "../../src/observe/log.ts";
import { EVENT_CLASSES, type EventClass } from "../../src/uplink/classes.ts";
import { MqttTransport } from "../../src/uplink/mqtt.ts";
import { Uplink } from "../../src/uplink/uplink.ts";
import { describeWith } from "../engines.ts";
import { fallChange } from "../event/samples.ts";
import { Gate } from "../fakes/gate.ts";
import { startSecureMosquitto } from "../fakes/mosquitto.ts";
import { directory, openOutbox } from "./rig.ts";

const EVENTS = 5_000;
const CAMERAS = ["north", "south", "press-1", "press-2"];
/** Publishes that may be on the wire unacknowledged when a link is cut. */
const WINDOW = 32;

describeWith("Mosquitto", "a broker that was away for 5,000 events", () => {
  it("gets them all, once per id, in order per camera, alarms first; again after a cut in the middle", async () => {
    const broker = await startSecureMosquitto();
    onTestFinished(() => broker.close());
    const gate = await Gate.before(Number(new URL(broker.url).port));
    onTestFinished(() => gate.shut());
    const { outbox, metrics } = await openOutbox(directory(), 50);
    const transport = new MqttTransport({
      url: `mqtts://127.0.0.1:${gate.port}`,
      clientId: "hall-2",
      stateTopic: "spotter/v1/hall-2/state",
      ...broker.credentials("hall-2"),
      retry: { first: 20, max: 50, factor: 1, jitter: 0 },
    });
    const common = {
      outbox,
      transport,
      topic: "spotter/v1",
      device: "hall-2",
      clock: systemClock,
      log: silentLog,
      metrics,
    };
    const uplink = new Uplink({ ...common, resendPerSecond: 1e6, publishesPerSecond: Number.POSITIVE_INFINITY });
    onTestFinished(async () => {
      await uplink.close();
      await outbox.close();
    });

    uplink.start();
    await vi.waitUntil(() => uplink.connected, { timeout: 20_000 });
    await gate.shut();
    await broker.kill();
    await vi.waitUntil(() => !uplink.connected, { timeout: 20_000 });

    const maker = new EventMaker({
      device: "hall-2",
      epoch: outbox.epoch,
      boot: outbox.boot,
      clock: systemClock,
      sync: () => "unknown",
      sequence: () => outbox.nextSequence(),
    });
    const sent = new Map<string, EventClass>();
    const stored: Promise<void>[] = [];
    for (let i = 0; i < EVENTS; i += 1) {
      const camera = CAMERAS[i % CAMERAS.length] ?? "north";
      const kind = EVENT_CLASSES[(i * 7) % 11] ?? "health";
      const event = maker.make(
        kind === "alarm" ? fallChange({ camera }) : { type: "cameraState", camera, state: "armed", reason: "" },
      );
      sent.set(event.id, kind);
      stored.push(outbox.append({ sequence: event.sequence, id: event.id, class: kind, payload: encode(event) }));
      // As many at once as the outbox takes.
      if (stored.length % 1_000 === 0) await Promise.all(stored);
    }
    await Promise.all(stored);
    expect(Object.values(outbox.stats.events).reduce((sum, n) => sum + n)).toBe(EVENTS);

    await broker.revive();
    const wire: { id: string; sequence: number; camera: string; class: EventClass; resent: boolean }[] = [];
    const cloud = await connectAsync(broker.url, { ...broker.credentials("cloud"), clientId: "cloud" });
    onTestFinished(() => cloud.endAsync(true));
    let cut: Promise<void> | undefined;
    cloud.on("message", (topic, payload) => {
      const { id, sequence, body, resent } = decode(payload);
      const camera = "camera" in body ? body.camera : "";
      wire.push({ id, sequence, camera, class: topic.split("/").at(-1) as EventClass, resent });
      if (wire.length === EVENTS / 2) cut = gate.shut();
    });
    await cloud.subscribeAsync(
      EVENT_CLASSES.map((name) => `spotter/v1/hall-2/${name}`),
      { qos: 1 },
    );
    await gate.open();
    await vi.waitUntil(() => cut !== undefined, { timeout: 60_000 });
    await cut;
    await vi.waitUntil(() => !uplink.connected, { timeout: 20_000 });
    await gate.open();
    await vi.waitUntil(() => Object.values(outbox.stats.events).every((n) => n === 0), { timeout: 60_000 });
    await vi.waitUntil(() => new Set(wire.map(({ id }) => id)).size === EVENTS, { timeout: 60_000 });

    const seen = new Set<string>();
    const first = wire.filter(({ id }) => !seen.has(id) && seen.add(id));
    const duplicates = wire.length - first.length;
    expect(duplicates, "one window at most is sent twice, by the cut").toBeLessThanOrEqual(WINDOW);
    expect(first.every((one) => sent.get(one.id) === one.class)).toBe(true);
    expect(first.every(({ resent }) => resent)).toBe(true);
    const ranks = first.map((one) => EVENT_CLASSES.indexOf(one.class));
    expect(ranks, "alarms first, then by class").toEqual(ranks.toSorted((a, b) => a - b));
    for (const camera of CAMERAS)
      for (const name of EVENT_CLASSES) {
        const sequences = first.filter((one) => one.camera === camera && one.class === name).map((one) => one.sequence);
        expect(sequences, `${camera} ${name}`).toEqual(sequences.toSorted((a, b) => a - b));
      }
  });
});
