import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accuracies } from "../../cloud/core/accuracy.ts";
import { type Counting, countingsOf } from "../../cloud/core/counting.ts";
import { deadLetters, NOBODY } from "../../cloud/core/dead-letters.ts";
import type { Envelope } from "../../cloud/core/door.ts";
import { unreadOf } from "../../cloud/core/events.ts";
import { acknowledge, incidents } from "../../cloud/core/incidents.ts";
import { giveUp, ingest, replay, reread } from "../../cloud/core/ingest.ts";
import { enrol } from "../../cloud/core/places.ts";
import { gapsIn } from "../../cloud/core/spans.ts";
import type { Range, Store, Write } from "../../cloud/core/store.ts";
import { MemoryStore } from "../../cloud/stores/memory-store.ts";
import { encode } from "../../src/event/encode.ts";
import { spotter } from "../../src/event/generated/event.js";
import { idBytes } from "../../src/event/id.ts";
import { ACME, change, cloud, heartbeat, receipts, SimulatedDevice, state } from "./rig.ts";

type Ports = ReturnType<typeof cloud>;

const all = async (ports: { store: Store }, tenant = ACME) => (await incidents(ports, tenant)).incidents;
const letters = async (ports: { store: Store }, tenant = ACME) =>
  (await deadLetters(ports, tenant)).items.map(({ body }) => body);
const countings = async (ports: { store: Store }, device = "hall-2") =>
  (await ports.store.list(countingsOf(ACME, device), { limit: 10 })).items.map(({ body }) => body as Counting);
const gaps = async (ports: { store: Store }, device = "hall-2") =>
  (await countings(ports, device)).flatMap(({ spans }) => gapsIn(spans)).map(({ from, to }) => [from, to]);

describe("taking events in", () => {
  it("makes one incident of one alarm, and goes through its life cycle with it", async () => {
    const ports = cloud();
    const device = new SimulatedDevice();
    const seen: unknown[] = [];
    for (const body of [
      change("suspected"),
      change("confirmed"),
      receipts(),
      change("acknowledged"),
      change("cleared"),
    ]) {
      const { fates, failed } = await ingest(ports, device.send(body));
      expect([fates, failed]).toEqual([["stored"], []]);
      const [incident, ...others] = await all(ports);
      expect(others).toEqual([]);
      seen.push([incident?.severity, incident?.state]);
    }
    expect(seen).toEqual([
      ["suspected", "active"],
      ["fall", "active"],
      ["fall", "active"],
      ["fall", "acknowledged"],
      ["fall", "cleared"],
    ]);
    const [incident] = await all(ports);
    expect(incident).toMatchObject({
      tenant: ACME,
      site: "north",
      device: "hall-2",
      camera: "press-3",
      zone: "infeed",
      machine: "press-3",
    });
    expect(incident?.acknowledged).toMatchObject({ where: "device" });
  });

  it.each<[string, Parameters<typeof change>[0][], string, string]>([
    ["somebody who got up is a near miss, and over", ["suspected", "recovered"], "nearMiss", "cleared"],
    ["somebody who left the view was a suspicion, and it is over", ["suspected", "cleared"], "suspected", "cleared"],
    ["somebody found lying is a fall", ["down"], "fall", "active"],
    ["a fall of which only the end arrived is over", ["cleared"], "suspected", "cleared"],
  ])("%s", async (_, kinds, severity, ended) => {
    const ports = cloud();
    await ingest(ports, new SimulatedDevice().send(...kinds.map((kind) => change(kind))));
    expect(await all(ports)).toMatchObject([{ severity, state: ended }]);
  });

  it("keeps alarms of the same name apart by device, by the epoch of the device's disk and by tenant", async () => {
    const ports = cloud();
    await enrol(ports, { device: "foreign", tenant: "other", site: "south" });
    for (const device of [
      new SimulatedDevice("a"),
      new SimulatedDevice("b"),
      new SimulatedDevice("a", 7),
      new SimulatedDevice("foreign"),
    ])
      await ingest(ports, device.send(change("confirmed")));
    expect(await all(ports)).toHaveLength(3);
    expect(await all(ports, "other")).toHaveLength(1);
  });

  it("takes each event once, however often it is delivered, together or apart", async () => {
    const ports = cloud();
    const [first, second] = new SimulatedDevice().send(change("suspected"), change("confirmed")) as [
      Envelope,
      Envelope,
    ];
    expect((await ingest(ports, [first, first, second])).fates).toEqual(["stored", "duplicate", "stored"]);
    const before = await all(ports);
    expect((await ingest(ports, [second, first])).fates).toEqual(["duplicate", "duplicate"]);
    expect(await all(ports)).toEqual(before);
    expect(before[0]?.steps).toHaveLength(2);
  });

  it("takes an event once that two connections deliver at the same moment", async () => {
    const ports = cloud();
    const envelopes = new SimulatedDevice().send(change("suspected"), change("confirmed"), receipts());
    const results = await Promise.all([ingest(ports, envelopes), ingest(ports, envelopes), ingest(ports, envelopes)]);
    const stored = results.flatMap(({ fates }) => fates).filter((fate) => fate === "stored");
    expect(stored).toHaveLength(3);
    expect((await all(ports))[0]?.steps).toHaveLength(3);
  });

  it("shows what is missing of a device's sequence, and that it has come after all", async () => {
    const ports = cloud();
    const device = new SimulatedDevice();
    const [first, late, latest, last] = device.send(heartbeat(), heartbeat(), heartbeat(), heartbeat()) as [
      Envelope,
      Envelope,
      Envelope,
      Envelope,
    ];
    device.lose(2);
    await ingest(ports, [first, last, ...device.send(heartbeat())]);
    expect(await gaps(ports)).toEqual([
      [2, 3],
      [5, 6],
    ]);
    await ingest(ports, [latest]);
    expect(await gaps(ports)).toEqual([
      [2, 2],
      [5, 6],
    ]);
    await ingest(ports, [late]);
    expect(await gaps(ports)).toEqual([[5, 6]]);
  });

  it("counts a device's disk that was replaced anew, and leaves the old one's gaps to be seen", async () => {
    const ports = cloud();
    const old = new SimulatedDevice("hall-2", 1);
    old.lose(1);
    await ingest(ports, [...old.send(heartbeat()), ...new SimulatedDevice("hall-2", 2).send(heartbeat())]);
    expect(await gaps(ports)).toEqual([[1, 1]]);
    expect(await countings(ports)).toHaveLength(2);
  });

  it("tells those who watch, after it is stored", async () => {
    const ports = cloud();
    const heard: unknown[] = [];
    ports.push.subscribe(ACME, (told) => heard.push(told === "reset" ? told : told.kind));
    ports.push.subscribe("other", () => heard.push("foreign"));
    const envelopes = new SimulatedDevice().send(change("confirmed"));
    await ingest(ports, envelopes);
    expect(heard).toContain("incident");
    heard.length = 0;
    await ingest(ports, envelopes);
    expect(heard).toEqual([]);
  });
});

describe("what cannot be taken in", () => {
  const bytesOf = (changes: object) => {
    const { bytes } = new SimulatedDevice().send(change("confirmed"))[0] as Envelope;
    return spotter.v1.Event.encode({ ...spotter.v1.Event.decode(bytes), ...changes } as spotter.v1.Event).finish();
  };

  it.each<[string, () => Uint8Array, RegExp]>([
    ["noise", () => Uint8Array.from({ length: 100 }, (_, i) => (i * 97) % 256), /not a spotter|schema is missing/],
    ["nothing", () => new Uint8Array(), /schema is missing/],
    ["an event cut short", () => bytesOf({}).subarray(0, 60), /not a spotter\.v1\.Event/],
    ["an id that is none", () => bytesOf({ id: new Uint8Array(3) }), /id: 3 bytes, must be 16/],
    ["no sequence", () => bytesOf({ sequence: 0 }), /sequence: 0, must count from 1/],
    [
      "a time after all calendars",
      () => bytesOf({ clock: { wallMs: 2 ** 50 } }),
      /clock\.wall_ms: .* after the year 9999/,
    ],
    [
      "a name without end",
      () => bytesOf({ fallChange: { alarm: "a", camera: "x".repeat(65) } }),
      /camera: 65 characters, must be at most 64/,
    ],
    ["no name", () => bytesOf({ fallChange: { alarm: "", camera: "a" } }), /alarm: is missing/],
    [
      "more cameras than there are",
      () =>
        bytesOf({
          fallChange: undefined,
          heartbeat: { cameras: Array.from({ length: 65 }, (_, i) => ({ camera: `${i}` })) },
        }),
      /cameras: 65 entries, must be at most 64/,
    ],
  ])("%s is kept as a dead letter with the reason", async (_, bytes, reason) => {
    const ports = cloud();
    const device = new SimulatedDevice();
    await ingest(ports, device.send(heartbeat()));
    const envelope = device.envelope(bytes());
    expect((await ingest(ports, [envelope])).fates).toEqual(["dead"]);
    expect(await letters(ports)).toMatchObject([
      { identity: "hall-2", rejection: "malformed", reason: expect.stringMatching(reason), tries: 1 },
    ]);
    expect(Buffer.from((await letters(ports))[0]?.bytes ?? "", "base64")).toEqual(Buffer.from(envelope.bytes));
    expect(await all(ports)).toEqual([]);
  });

  it("keeps only the head of what is longer than any event", async () => {
    const ports = cloud();
    const device = new SimulatedDevice();
    await ingest(ports, device.send(heartbeat()));
    await ingest(ports, [device.envelope(new Uint8Array(1_000_000))]);
    const [letter] = await letters(ports);
    expect(letter).toMatchObject({ cut: true, reason: expect.stringMatching(/1000000 bytes, must be at most 131072/) });
    expect(letter?.bytes.length).toBeLessThan(2_000);
    await expect(replay(ports, ACME, letter?.id ?? "")).rejects.toThrow(/send it again from the device/);
  });

  it("lets a device write only as itself", async () => {
    const ports = cloud();
    const [victim, attacker] = [new SimulatedDevice("victim"), new SimulatedDevice("attacker")];
    await ingest(ports, [...victim.send(heartbeat()), ...attacker.send(heartbeat())]);
    const [{ bytes }] = victim.send(change("confirmed")) as [Envelope];
    expect((await ingest(ports, [attacker.envelope(bytes)])).fates).toEqual(["dead"]);
    expect(await letters(ports)).toMatchObject([
      {
        identity: "attacker",
        rejection: "foreign",
        reason: expect.stringMatching(/connection is "attacker", the message says "victim"/),
      },
    ]);
    expect(await all(ports)).toEqual([]);
    expect(await gaps(ports, "victim")).toEqual([]);
  });

  it("waits with what a device says until somebody enrols it, and then takes it", async () => {
    const ports = cloud(null as never);
    const device = new SimulatedDevice();
    await ingest(ports, device.send(change("confirmed")));
    const [letter] = await letters(ports, NOBODY);
    expect(letter).toMatchObject({
      rejection: "unknown device",
      reason: expect.stringMatching(/enrol it, then replay/),
    });
    expect(await replay(ports, NOBODY, letter?.id ?? "")).toBe("dead");
    expect(await letters(ports, NOBODY)).toMatchObject([{ tries: 2 }]);
    await enrol(ports, { device: "hall-2", tenant: ACME, site: "north" });
    expect(await replay(ports, NOBODY, letter?.id ?? "")).toBe("stored");
    expect(await letters(ports, NOBODY)).toEqual([]);
    expect(await all(ports)).toMatchObject([{ severity: "fall", site: "north" }]);
    await expect(replay(ports, NOBODY, letter?.id ?? "")).rejects.toThrow(/there is none/);
  });

  it("refuses to enrol a name that another tenant has", async () => {
    const ports = cloud();
    await enrol(ports, { device: "hall-2", tenant: ACME, site: "north" });
    await expect(enrol(ports, { device: "hall-2", tenant: "other", site: "x" })).rejects.toThrow(/the name is taken/);
    await expect(enrol(ports, { device: "a/b", tenant: ACME, site: "x" })).rejects.toThrow(/without \/ \+ #/);
    await expect(enrol(ports, { device: "b", tenant: "Not Valid", site: "x" })).rejects.toThrow(/tenant "Not Valid"/);
  });

  it("keeps events of a newer version whole, counts them, and reads them when it can", async () => {
    const ports = cloud();
    const device = new SimulatedDevice();
    const newer = { ...device.event(change("confirmed")), schema: 2 };
    const unknown = spotter.v1.Event.encode({
      schema: 1,
      id: idBytes(newer.id.replace(/.$/, (last) => (last === "0" ? "1" : "0"))),
      device: "hall-2",
      sequence: 2,
      epoch: 1_000_003,
    }).finish();
    expect((await ingest(ports, [device.envelope(encode(newer)), device.envelope(unknown)])).fates).toEqual([
      "stored",
      "stored",
    ]);
    expect(await all(ports)).toEqual([]);
    expect(await letters(ports)).toEqual([]);
    expect(await gaps(ports)).toEqual([]);
    const { items } = await ports.store.list(unreadOf(ACME), { limit: 10 });
    expect(items).toHaveLength(2);
    expect(await reread(ports, ACME)).toBe(0);

    // A program that knows version 2 reads what lies there; here the stored bytes are made readable instead.
    const kept = items.find(({ body }) => (body as { type: string }).type === "fallChange");
    const bytes = Buffer.from(encode({ ...newer, schema: 1 })).toString("base64");
    const listed = [{ partition: unreadOf(ACME), sort: `hall-2/${newer.id}` }];
    await ports.store.commit([
      { key: kept?.key as never, expect: 1, body: { ...(kept?.body as object), bytes }, listed },
    ]);
    expect(await reread(ports, ACME)).toBe(1);
    expect(await all(ports)).toMatchObject([{ severity: "fall" }]);
    expect((await ports.store.list(unreadOf(ACME), { limit: 10 })).items).toHaveLength(1);
    expect(await gaps(ports)).toEqual([]);
  });
});

describe("a store that fails", () => {
  /** Refuses commits that hold the poison. */
  class FailingStore extends MemoryStore {
    poison: (write: Write) => boolean = () => false;

    override async commit(writes: readonly Write[]): Promise<void> {
      if (writes.some(this.poison)) throw new Error("item too large");
      await super.commit(writes);
    }
  }

  it("says which envelopes must come again, and takes the others of the batch", async () => {
    const store = new FailingStore();
    const ports = { ...cloud(), store };
    const envelopes = new SimulatedDevice().send(heartbeat(), change("confirmed"), heartbeat());
    store.poison = ({ body }) => (body as { type?: string })?.type === "fallChange";
    const first = await ingest(ports, envelopes);
    expect(first.fates).toEqual(["stored", undefined, "stored"]);
    expect(first.failed).toMatchObject([{ index: 1, error: { message: "item too large" } }]);
    expect(await gaps(ports)).toEqual([[2, 2]]);
    store.poison = () => false;
    expect((await ingest(ports, envelopes)).fates).toEqual(["duplicate", "stored", "duplicate"]);
    expect(await gaps(ports)).toEqual([]);
  });

  it("takes nothing of an event when any part of it fails", async () => {
    const store = new FailingStore();
    const ports = { ...cloud(), store };
    const envelopes = new SimulatedDevice().send(change("confirmed"));
    store.poison = ({ key }) => key.partition === "acme/accuracy";
    expect((await ingest(ports, envelopes)).failed).toHaveLength(1);
    expect(await all(ports)).toEqual([]);
    store.poison = () => false;
    expect((await ingest(ports, envelopes)).fates).toEqual(["stored"]);
  });

  it("keeps what failed for good as a dead letter that can be replayed", async () => {
    const store = new FailingStore();
    const ports = { ...cloud(), store };
    const [first, envelope] = new SimulatedDevice().send(heartbeat(), change("confirmed")) as [Envelope, Envelope];
    await ingest(ports, [first]);
    store.poison = ({ body }) => (body as { type?: string })?.type === "fallChange";
    await giveUp(ports, envelope, new Error("item too large"));
    const [letter] = await letters(ports);
    expect(letter).toMatchObject({ rejection: "failed", reason: "item too large" });
    store.poison = () => false;
    expect(await replay(ports, ACME, letter?.id ?? "")).toBe("stored");
    expect(await letters(ports)).toEqual([]);
  });

  it("leaves no dead letter of what goes in after all", async () => {
    const ports = cloud();
    const [first, envelope] = new SimulatedDevice().send(heartbeat(), change("confirmed")) as [Envelope, Envelope];
    await ingest(ports, [first]);
    await giveUp(ports, envelope, new Error("the store was away"));
    expect(await letters(ports)).toEqual([]);
    expect(await all(ports)).toHaveLength(1);
  });
});

describe("in any order and with any duplication", () => {
  /** Everything that people see, without the order in which it came to be. */
  async function picture(ports: Ports) {
    const range: Range = { limit: 100 };
    return {
      incidents: await all(ports),
      countings: await countings(ports),
      gaps: await gaps(ports),
      accuracy: await accuracies(ports, ACME),
      states: (await ports.store.list("acme/states/hall-2/press-3", range)).items.map(({ body }) => body),
      active: (await incidents(ports, ACME, { state: "active" })).incidents.length,
    };
  }

  const device = new SimulatedDevice();
  const alarm = (n: number) => ({ alarm: `press-3-${n}` });
  const story = [
    ...device.send(heartbeat(), state("blind"), change("suspected", alarm(1)), receipts("press-3-1")),
    ...device.send(change("confirmed", alarm(1)), change("suspected", alarm(2)), change("recovered", alarm(2))),
    ...device.send(
      state("armed"),
      heartbeat({ outboxEvents: 3 }),
      change("down", alarm(3)),
      change("acknowledged", alarm(1)),
    ),
  ];
  device.lose(3);
  story.push(
    ...device.send(change("cleared", alarm(1)), heartbeat({ version: "0.2.0" }), state("degraded", "press-4")),
  );

  it("the same events give the same incidents, gaps and states", async () => {
    const told = cloud();
    await ingest(told, story);
    const expected = await picture(told);
    expect(expected.incidents).toHaveLength(3);
    expect(expected.gaps).toEqual([[12, 14]]);

    const deliveries = fc.tuple(
      fc.shuffledSubarray(story, { minLength: story.length }),
      fc.array(fc.record({ envelope: fc.constantFrom(...story), at: fc.nat(story.length) }), { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(deliveries, async ([order, again, sizes]) => {
        const ports = cloud();
        const stream = [...order];
        for (const { envelope, at } of again) stream.splice(at, 0, envelope);
        for (let turn = 0; stream.length > 0; turn += 1)
          await ingest(ports, stream.splice(0, sizes[turn % sizes.length]));
        expect(await picture(ports)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it("what people did meanwhile stays, whatever comes late", async () => {
    const [first, ...rest] = new SimulatedDevice().send(change("confirmed"), receipts(), change("cleared")) as [
      Envelope,
      ...Envelope[],
    ];
    const ports = cloud();
    await ingest(ports, [first]);
    const [{ id = "" } = {}] = await all(ports);
    await acknowledge(ports, { tenant: ACME, id, by: "Ann", reason: "helped up", outcome: "true" });
    await ingest(ports, rest.toReversed());
    expect(await all(ports)).toMatchObject([
      { state: "cleared", outcome: "true", acknowledged: { by: "Ann", where: "cloud" } },
    ]);
    expect(await accuracies(ports, ACME)).toMatchObject([{ outcomes: { true: 1, false: 0 }, incidents: { fall: 1 } }]);
  });
});
