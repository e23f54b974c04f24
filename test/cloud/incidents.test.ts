import { describe, expect, it } from "vitest";
import { accuracies, precision } from "../../cloud/core/accuracy.ts";
import { transact } from "../../cloud/core/draft.ts";
import { event } from "../../cloud/core/events.ts";
import { type Step, settle, withStep } from "../../cloud/core/incident.ts";
import {
  acknowledge,
  clear,
  incident,
  incidents,
  note,
  type Query,
  shelve,
  unshelve,
} from "../../cloud/core/incidents.ts";
import { ingest } from "../../cloud/core/ingest.ts";
import { key } from "../../cloud/core/keys.ts";
import { placeCamera } from "../../cloud/core/places.ts";
import { timeline } from "../../cloud/core/timeline.ts";
import { ACME, change, cloud, NOON, receipts, SimulatedDevice } from "./rig.ts";

const HOUR = 3_600_000;

/** A cloud with one incident after these changes. */
async function incidentAfter(...kinds: Parameters<typeof change>[0][]) {
  const ports = cloud();
  await ingest(ports, new SimulatedDevice().send(...kinds.map((kind) => change(kind))));
  const { incidents: found } = await incidents(ports, ACME);
  const id = found[0]?.id ?? "";
  return { ports, deed: { tenant: ACME, id, by: "Ann", reason: "helped him up" } };
}

describe("what people do about an incident", () => {
  it("is kept with name, reason and time", async () => {
    const { ports, deed } = await incidentAfter("confirmed");
    ports.clock.advance(42_000);
    await note(ports, { ...deed, by: "Bo", reason: "ambulance is called" });
    const found = await acknowledge(ports, { ...deed, outcome: "true" });
    expect(found).toEqual(await incident(ports, ACME, deed.id));
    expect(found).toMatchObject({
      state: "acknowledged",
      acknowledged: { by: "Ann", at: NOON + 42_000, where: "cloud" },
      outcome: "true",
      actions: [
        { kind: "note", by: "Bo", reason: "ambulance is called" },
        { kind: "acknowledge", by: "Ann", reason: "helped him up", at: NOON + 42_000 },
      ],
    });
  });

  it("names the first who acknowledged, and the latest word on what it was", async () => {
    const { ports, deed } = await incidentAfter("confirmed");
    await acknowledge(ports, { ...deed, outcome: "true" });
    ports.clock.advance(1_000);
    const found = await acknowledge(ports, { ...deed, by: "Bo", outcome: "drill" });
    expect(found).toMatchObject({ acknowledged: { by: "Ann" }, outcome: "drill" });
    expect(await accuracies(ports, ACME)).toMatchObject([{ outcomes: { true: 0, false: 0, drill: 1 } }]);
  });

  it("closes the record only after somebody took notice", async () => {
    const { ports, deed } = await incidentAfter("confirmed");
    await expect(clear(ports, deed)).rejects.toThrow(/acknowledge it first/);
    await acknowledge(ports, deed);
    expect(await clear(ports, deed)).toMatchObject({ state: "cleared", clearedAt: NOON });
  });

  it("may judge an incident that is over; it stays over", async () => {
    const { ports, deed } = await incidentAfter("suspected", "recovered");
    expect(await acknowledge(ports, { ...deed, outcome: "false" })).toMatchObject({
      state: "cleared",
      outcome: "false",
    });
  });

  it("shelves for a while, a fall for half an hour at most, and takes it back", async () => {
    const { ports, deed } = await incidentAfter("confirmed");
    await expect(shelve(ports, { ...deed, until: NOON + HOUR })).rejects.toThrow(
      /until: must be within the next 30 minutes/,
    );
    await expect(shelve(ports, { ...deed, until: NOON })).rejects.toThrow(/until/);
    await expect(shelve(ports, { ...deed, until: Number.NaN })).rejects.toThrow(/until/);
    expect(await shelve(ports, { ...deed, until: NOON + HOUR / 2 })).toMatchObject({
      state: "active",
      shelvedUntil: NOON + HOUR / 2,
    });
    expect((await unshelve(ports, deed)).shelvedUntil).toBeUndefined();
    const suspicion = await incidentAfter("suspected");
    await shelve(suspicion.ports, { ...suspicion.deed, until: NOON + 8 * HOUR });
    const over = await incidentAfter("suspected", "recovered");
    await expect(shelve(over.ports, { ...over.deed, until: NOON + HOUR })).rejects.toThrow(/is over/);
  });

  it.each([
    ["by", { by: " " }],
    ["by", { by: "x".repeat(101) }],
    ["reason", { reason: "" }],
    ["reason", { reason: "x".repeat(1_001) }],
  ])("must say %s", async (field, missing) => {
    const { ports, deed } = await incidentAfter("confirmed");
    await expect(acknowledge(ports, { ...deed, ...missing })).rejects.toThrow(new RegExp(`^${field}: must be 1-`));
  });

  it("never reaches another tenant's incident", async () => {
    const { ports, deed } = await incidentAfter("confirmed");
    const foreign = { ...deed, tenant: "other" };
    for (const act of [acknowledge, clear, note, unshelve])
      await expect(act(ports, foreign)).rejects.toThrow(/there is none/);
    await expect(incident(ports, "other", deed.id)).rejects.toThrow(/there is none/);
    expect((await incidents(ports, "other")).incidents).toEqual([]);
  });

  it("counts for the camera's accuracy, drills apart", async () => {
    const ports = cloud();
    const device = new SimulatedDevice();
    const outcomes = ["true", "true", "true", "false", "drill", undefined] as const;
    for (const [n, outcome] of outcomes.entries()) {
      await ingest(ports, device.send(change("confirmed", { alarm: `a${n}` })));
      const [{ id = "" } = {}] = (await incidents(ports, ACME)).incidents;
      if (outcome) await acknowledge(ports, { tenant: ACME, id, by: "Ann", reason: "seen", outcome });
    }
    await ingest(ports, device.send(change("recovered", { alarm: "near", camera: "press-4" })));
    const [press3, press4] = await accuracies(ports, ACME);
    expect(press3).toMatchObject({
      camera: "press-3",
      incidents: { fall: 6 },
      outcomes: { true: 3, false: 1, drill: 1 },
    });
    expect(press3 && precision(press3)).toBe(0.75);
    expect(press4 && precision(press4)).toBeUndefined();
    expect(press4).toMatchObject({ incidents: { nearMiss: 1, fall: 0 } });
  });

  it("of twenty at the same moment is all kept", async () => {
    const { ports, deed } = await incidentAfter("confirmed");
    await Promise.all(Array.from({ length: 20 }, (_, i) => note(ports, { ...deed, reason: `note ${i}` })));
    expect((await incident(ports, ACME, deed.id)).actions).toHaveLength(20);
  });
});

describe("the list of incidents", () => {
  const ports = cloud();
  const device = new SimulatedDevice();
  const found = async (query: Query) => (await incidents(ports, ACME, query)).incidents.map(({ alarm }) => alarm);

  it("is found by camera, state, severity and time, newest first", async () => {
    await ingest(
      ports,
      device.send(change("confirmed", { alarm: "a" }), change("suspected", { alarm: "b", camera: "press-4" })),
    );
    await ingest(
      ports,
      device.send(change("recovered", { alarm: "c", camera: "press-4" }), change("down", { alarm: "d" })),
    );
    await ingest(ports, device.send(change("cleared", { alarm: "a" })));
    expect(await found({})).toEqual(["d", "c", "b", "a"]);
    expect(await found({ camera: { device: "hall-2", camera: "press-4" } })).toEqual(["c", "b"]);
    expect(await found({ state: "active" })).toEqual(["d", "b"]);
    expect(await found({ state: "cleared" })).toEqual(["c", "a"]);
    expect(await found({ severity: "fall" })).toEqual(["d", "a"]);
    expect(await found({ severity: "fall", state: "cleared" })).toEqual(["a"]);
    expect(await found({ camera: { device: "hall-2", camera: "press-3" }, state: "active" })).toEqual(["d"]);
    expect(await found({ site: "north", severity: "nearMiss" })).toEqual(["c"]);
    expect(await found({ site: "south" })).toEqual([]);
    const [, c] = (await incidents(ports, ACME)).incidents;
    expect(await found({ from: c?.since, limit: 10 })).toEqual(["d", "c"]);
    expect(await found({ to: c?.since })).toEqual(["b", "a"]);
  });

  it("pages without a gap while incidents come and change", async () => {
    const first = await incidents(ports, ACME, { limit: 2 });
    await ingest(
      ports,
      device.send(change("confirmed", { alarm: "e" }), change("confirmed", { alarm: "b", camera: "press-4" })),
    );
    const second = await incidents(ports, ACME, { limit: 2, after: first.next });
    expect([...first.incidents, ...second.incidents].map(({ alarm }) => alarm)).toEqual(["d", "c", "b", "a"]);
    expect(second.next).toBeUndefined();
    const sparse = await incidents(ports, ACME, {
      limit: 1,
      camera: { device: "hall-2", camera: "press-3" },
      state: "cleared",
    });
    expect(sparse.incidents.map(({ alarm }) => alarm)).toEqual(["a"]);
  });

  it("says where it happened, also after the camera was moved", async () => {
    await placeCamera(ports, ACME, { device: "hall-2", camera: "press-3", line: "line 1" });
    await ingest(ports, device.send(change("confirmed", { alarm: "f" })));
    await placeCamera(ports, ACME, { device: "hall-2", camera: "press-3", line: "line 2" });
    await ingest(ports, device.send(change("cleared", { alarm: "f" })));
    expect((await incidents(ports, ACME)).incidents[0]).toMatchObject({ alarm: "f", line: "line 1", state: "cleared" });
    await expect(placeCamera(ports, "other", { device: "hall-2", camera: "press-3", line: "" })).rejects.toThrow(
      /enrol it first/,
    );
  });
});

describe("the timeline", () => {
  it("tells in ms what followed the frame: stages, decision, outputs, record, acknowledgement", async () => {
    const ports = cloud();
    const device = new SimulatedDevice();
    const stages = { decode: 6, wait: 2, eyes: 30, decide: 2, actuate: 0.5 };
    const fall = change("confirmed", { stages, frameAgeMs: 60 });
    await ingest(ports, device.send(fall, receipts("press-3-1")));
    await ingest(
      ports,
      device.send(
        receipts("press-3-1", {
          actuator: "siren",
          outcome: "failed",
          writtenMs: Number.NaN,
          confirmedMs: Number.NaN,
          detail: "no answer",
        }),
      ),
    );
    ports.clock.advance(41_000);
    const [{ id = "" } = {}] = (await incidents(ports, ACME)).incidents;
    const found = await acknowledge(ports, { tenant: ACME, id, by: "Ann", reason: "helped him up" });
    // The event was made at noon and a second; its frame 60 ms before.
    expect(timeline(found).map(({ what, of, ms, clock }) => [what, of, ms, clock])).toEqual([
      ["frame", "confirmed", 0, "device"],
      ["stage", "decode", 6, "device"],
      ["stage", "wait", 8, "device"],
      ["stage", "eyes", 38, "device"],
      ["stage", "decide", 40, "device"],
      ["decision", "confirmed", 40, "device"],
      ["recorded", "confirmed", 60, "device"],
      ["received", "confirmed", 4_060, "cloud"],
      ["output confirmed", "press", 44.5, "device"],
      ["output failed", "siren", null, "device"],
      ["action", "acknowledge", 40_060, "cloud"],
    ]);
    expect(timeline(found).at(-2)?.text).toBe("failed: no answer");
  });

  it("does not jump with a device's clock that is set in between", async () => {
    const ports = cloud();
    const device = new SimulatedDevice();
    const none = { stages: {}, frameAgeMs: 0 };
    await ingest(ports, device.send(change("suspected", none)));
    device.clock.setWall(NOON + 24 * HOUR);
    await ingest(ports, device.send(change("confirmed", none)));
    const [found] = (await incidents(ports, ACME)).incidents;
    const recorded = found ? timeline(found).filter(({ what }) => what === "recorded") : [];
    expect(recorded.map(({ ms }) => ms)).toEqual([0, 1_000]);
  });

  it("follows the device's sequence, not its clock", () => {
    const step = (sequence: number, kind: Step["kind"], id: string): Step => ({
      event: id,
      sequence,
      kind,
      wallMs: NOON - sequence,
      monotonicMs: 0,
      boot: sequence,
      receivedAt: NOON,
    });
    const facts = {
      id: "",
      tenant: "",
      site: "",
      line: "",
      device: "",
      epoch: 1,
      camera: "",
      zone: "",
      machine: "",
      alarm: "",
      steps: [],
      actions: [],
    };
    const told = withStep(
      withStep(withStep(facts, step(3, "cleared", "a")), step(1, "suspected", "c")),
      step(2, "confirmed", "b"),
    );
    expect(told.steps.map(({ kind }) => kind)).toEqual(["suspected", "confirmed", "cleared"]);
    expect(settle(told)).toMatchObject({ state: "cleared", severity: "fall", since: NOON - 3, clearedAt: NOON - 3 });
  });

  it("leads back to the whole event", async () => {
    const { ports, deed } = await incidentAfter("confirmed");
    const { steps, device } = await incident(ports, ACME, deed.id);
    const whole = await event(ports, ACME, device, steps[0]?.event ?? "");
    expect(whole.body).toMatchObject({ type: "fallChange", why: { votes: 3, asked: 5 } });
    await expect(event(ports, "other", device, steps[0]?.event ?? "")).rejects.toThrow(/is not kept/);
  });
});

describe("deciding on what the store holds", () => {
  it("loses no count when twenty count at the same moment", async () => {
    const ports = cloud();
    const counter = key<number>("acme/counter", "n");
    const count = () => transact(ports, async (draft) => draft.put(counter, ((await draft.get(counter)) ?? 0) + 1));
    await Promise.all(Array.from({ length: 20 }, count));
    expect((await ports.store.read([counter]))[0]?.body).toBe(20);
  });
});
