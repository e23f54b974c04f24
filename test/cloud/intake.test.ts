import { describe, expect, it } from "vitest";
import { deadLetters } from "../../cloud/core/dead-letters.ts";
import { incidents } from "../../cloud/core/incidents.ts";
import type { Write } from "../../cloud/core/store.ts";
import { Intake } from "../../cloud/intake.ts";
import { MemoryStore } from "../../cloud/stores/memory-store.ts";
import type { Body } from "../../src/event/event.ts";
import { ACME, change, cloud, heartbeat, SimulatedDevice } from "./rig.ts";

class CountingStore extends MemoryStore {
  commits = 0;
  refuse: (write: Write) => boolean = () => false;

  override async commit(writes: readonly Write[]): Promise<void> {
    this.commits += 1;
    if (writes.some(this.refuse)) throw new Error("refused");
    await super.commit(writes);
  }
}

function rig() {
  const store = new CountingStore();
  const ports = { ...cloud(), store };
  const warnings: string[] = [];
  const options = { taken: () => {}, warn: (_: Error, text: string) => warnings.push(text), firstWaitMs: 1 };
  const intake = new Intake(ports, options);
  const never = new AbortController().signal;
  return { store, ports, intake, warnings, never };
}

describe("the intake", () => {
  it("takes what comes at the same time in one commit", async () => {
    const { store, ports, intake, never } = rig();
    const envelopes = new SimulatedDevice().send(
      ...Array.from({ length: 40 }, (_, i) => change("confirmed", { alarm: `a${i}` })),
    );
    await Promise.all(envelopes.map((envelope) => intake.take(envelope, never)));
    expect(store.commits).toBe(2);
    expect((await incidents(ports, ACME)).incidents).toHaveLength(40);
  });

  it("takes what matters more before everything else that waits, in a commit of its own", async () => {
    const { store, intake, never } = rig();
    const device = new SimulatedDevice();
    const order: string[] = [];
    const take = async (name: string, body: Body, lane: number) => {
      const [envelope] = device.send(body);
      if (envelope) await intake.take(envelope, never, lane);
      order.push(`${name} ${store.commits}`);
    };
    const backlog = Array.from({ length: 600 }, () => take("heartbeat", heartbeat(), 3));
    await Promise.all([...backlog, take("alarm", change("confirmed"), 0)]);
    // One heartbeat was under way when the others came.
    expect(order.indexOf("alarm 2")).toBe(1);
    expect(order.at(-1)).toBe(`heartbeat ${store.commits}`);
  });

  it("hears of what comes while a backlog goes in", async () => {
    const { store, intake, never } = rig();
    const device = new SimulatedDevice();
    const take = async (body: Body, lane: number) => {
      const [envelope] = device.send(body);
      if (envelope) await intake.take(envelope, never, lane);
      return store.commits;
    };
    const backlog = Promise.all(Array.from({ length: 1_000 }, () => take(heartbeat(), 3)));
    const fall = await new Promise<number>((resolve) => setImmediate(() => resolve(take(change("confirmed"), 0))));
    await backlog;
    expect(fall).toBeLessThan(5);
    expect(store.commits).toBeGreaterThan(15);
  });

  it("tries until the store is back, and says so", async () => {
    const { store, intake, warnings, never } = rig();
    store.refuse = () => store.commits < 20;
    const [envelope] = new SimulatedDevice().send(heartbeat());
    if (envelope) await intake.take(envelope, never);
    expect(warnings[0]).toBe("an event of hall-2 could not be stored; it is tried again");
    expect((await store.list("acme/events/hall-2", { limit: 10 })).items).toHaveLength(1);
  });

  it("gives up what fails again and again while other things go in, and keeps it as a dead letter", async () => {
    const { store, ports, intake, never } = rig();
    const [poison, sound] = new SimulatedDevice().send(
      change("confirmed", { alarm: "poison" }),
      change("confirmed", { alarm: "sound" }),
    );
    store.refuse = ({ body }) => (body as { alarm?: string })?.alarm === "poison";
    if (poison && sound) await Promise.all([intake.take(poison, never), intake.take(sound, never)]);
    expect((await incidents(ports, ACME)).incidents.map(({ alarm }) => alarm)).toEqual(["sound"]);
    expect((await deadLetters(ports, ACME)).items.map(({ body }) => [body.rejection, body.reason])).toEqual([
      ["failed", "refused"],
    ]);
  });

  it("lets go of an envelope whose connection is gone", async () => {
    const { store, intake } = rig();
    store.refuse = () => true;
    const gone = new AbortController();
    const [envelope] = new SimulatedDevice().send(heartbeat());
    const taking = envelope && intake.take(envelope, gone.signal);
    gone.abort();
    await expect(taking).rejects.toThrow(/abort/i);
  });
});
