import { describe, expect, it } from "vitest";
import { deadLetters } from "../../../cloud/core/dead-letters.ts";
import { present } from "../../../cloud/core/fleet.ts";
import { acknowledge, incidents } from "../../../cloud/core/incidents.ts";
import { ingest, replay } from "../../../cloud/core/ingest.ts";
import { enrol } from "../../../cloud/core/places.ts";
import type { Change } from "../../../cloud/core/push.ts";
import type { Key, Write } from "../../../cloud/core/store.ts";
import { tick } from "../../../cloud/core/tasks.ts";
import { changesOf } from "../../../cloud/functions/changes.ts";
import { MemoryStore } from "../../../cloud/stores/memory-store.ts";
import { annIsTold, telling } from "../people.ts";
import { ACME, change, heartbeat, receipts, SimulatedDevice, state } from "../rig.ts";

/** A store that keeps the keys of what is written, as the table's stream does. */
class StreamedStore extends MemoryStore {
  keys: Key[] = [];

  override async commit(writes: readonly Write[]): Promise<void> {
    await super.commit(writes);
    this.keys.push(...writes.flatMap(({ key, ...rest }) => [key, ...("listed" in rest ? (rest.listed ?? []) : [])]));
  }
}

describe("what the table's stream tells", () => {
  it("is what the core itself tells, of everything that happens", async () => {
    const cloud = { ...telling(), store: new StreamedStore() };
    const told: Change[] = [];
    cloud.push.publish = (each) => void told.push(each);
    const happened = async (what: () => Promise<unknown>) => {
      cloud.store.keys = [];
      told.length = 0;
      await what();
      const distinct = new Set(told.map(({ tenant, kind, id }) => `${tenant} ${kind} ${id}`));
      const streamed = await changesOf(cloud.store, cloud.store.keys);
      expect(new Set(streamed.map(({ tenant, kind, id }) => `${tenant} ${kind} ${id}`))).toEqual(distinct);
      return [...new Set(told.map(({ kind }) => kind))].sort();
    };
    // Longer than what a key takes of a name.
    const device = new SimulatedDevice("ü".repeat(64));
    await annIsTold(cloud);
    expect(await happened(() => enrol(cloud, { device: device.name, tenant: ACME, site: "north" }))).toEqual([
      "device",
    ]);
    expect(await happened(() => present(cloud, device.name, true))).toEqual(["device"]);
    expect(await happened(() => present(cloud, "nobody's", true))).toEqual([]);
    expect(await happened(() => ingest(cloud, device.send(heartbeat(), state("blind"))))).toEqual(["device"]);
    const fall = device.send(change("confirmed"), receipts());
    expect(await happened(() => ingest(cloud, fall))).toEqual(["device", "incident"]);
    expect(await happened(() => tick(cloud, (_, error) => expect(error).toBeUndefined()))).toEqual([
      "incident",
      "notice",
    ]);
    const [incident] = (await incidents(cloud, ACME)).incidents;
    const deed = { tenant: ACME, id: incident?.id ?? "", by: "Ann", reason: "on my way" };
    expect(await happened(() => acknowledge(cloud, deed))).toEqual(["incident"]);
    const poison = device.envelope(Buffer.from("no event"));
    expect(await happened(() => ingest(cloud, [poison]))).toEqual(["deadLetter"]);
    const [letter] = (await deadLetters(cloud, ACME)).items;
    expect(await happened(() => replay(cloud, ACME, letter?.body.id ?? ""))).toEqual(["deadLetter"]);
    expect(await happened(() => ingest(cloud, fall))).toEqual([]);
  });
});
