import { describe, expect, it } from "vitest";
import { escalation } from "../../cloud/core/escalation.ts";
import { incidents } from "../../cloud/core/incidents.ts";
import { ingest } from "../../cloud/core/ingest.ts";
import { writePerson } from "../../cloud/core/people.ts";
import { type Policy, writePolicy } from "../../cloud/core/policy.ts";
import { ConflictError, type Write } from "../../cloud/core/store.ts";
import { tick } from "../../cloud/core/tasks.ts";
import { MemoryStore } from "../../cloud/stores/memory-store.ts";
import { person, telling } from "./people.ts";
import { ACME, change, SimulatedDevice, state } from "./rig.ts";

const NAMES = Array.from({ length: 20 }, (_, i) => `p${10 + i}`);
const CAMERAS = Array.from({ length: 40 }, (_, i) => `camera-${10 + i}`);

/** A store that takes as little at once as DynamoDB does, and fails at one commit. */
class SmallStore extends MemoryStore {
  failsAt = Number.POSITIVE_INFINITY;
  fault: () => Error = () => new Error("the store is away");
  commits = 0;

  constructor() {
    super(20);
  }

  override async commit(writes: readonly Write[]): Promise<void> {
    this.commits += 1;
    if (this.commits === this.failsAt) throw this.fault();
    await super.commit(writes);
  }
}

async function crowd(policy: Partial<Policy>) {
  const store = new SmallStore();
  const parts = { ...telling(), store };
  const cloud = { ...parts, run: () => tick(parts, (_, error) => parts.failures.push(error)) };
  for (const name of NAMES) await writePerson(cloud, ACME, person(name, ["webhook"]));
  const rest = { chain: [], repeatS: 3_600, nearMiss: [], trouble: [], cooldownS: 0 };
  await writePolicy(cloud, ACME, "*", { ...rest, ...policy });
  return cloud;
}

const everybody = NAMES.map((name) => ({ to: { person: name }, by: "webhook" as const }));
const names = (told: readonly string[]) => told.map((line) => line.split(" ")[1]).sort();

describe("more people to tell at once than a store writes at once", () => {
  it.each<[string, number, () => Error]>([
    ["and nothing fails", Number.POSITIVE_INFINITY, () => new Error()],
    ["and the store is away in between", 2, () => new Error("the store is away")],
    ["and the store is away at the end", 3, () => new Error("the store is away")],
    ["and somebody else is faster in between", 2, () => new ConflictError("faster")],
    ["and somebody else is faster at the end", 3, () => new ConflictError("faster")],
  ])("are all told of a fall, once each: %s", async (_, nth, fault) => {
    const cloud = await crowd({ chain: everybody.map((rung) => ({ ...rung, afterS: 0 })) });
    await ingest(cloud, new SimulatedDevice().send(change("confirmed")));
    const { store } = cloud;
    // The commit before the first is the claim of the timer.
    store.failsAt = store.commits + 1 + nth;
    store.fault = fault;
    await cloud.run();
    cloud.clock.advance(61_000);
    await cloud.run();
    expect(names(cloud.told())).toEqual(NAMES);
    const [incident] = (await incidents(cloud, ACME)).incidents;
    expect((await escalation(cloud, ACME, incident?.id ?? ""))?.log).toHaveLength(20);
  });

  it("are all told of every camera of a device that does not watch", async () => {
    const cloud = await crowd({ trouble: everybody });
    const device = new SimulatedDevice();
    await ingest(cloud, device.send(...CAMERAS.map((camera) => state("blind", camera))));
    cloud.clock.advance(3_600_000);
    await cloud.run();
    const about = cloud.notifiers.webhook.sent.map(({ message }) => (message.data as { camera?: string }).camera);
    for (const camera of CAMERAS) expect(about.filter((each) => each === camera)).toHaveLength(20);
    expect(cloud.failures).toEqual([]);
  });
});
