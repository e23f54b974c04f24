import { describe, expect, it } from "vitest";
import { escalation } from "../../cloud/core/escalation.ts";
import { incidents } from "../../cloud/core/incidents.ts";
import { ingest } from "../../cloud/core/ingest.ts";
import { within } from "../../cloud/core/people.ts";
import { ANN, annIsTold, telling } from "./people.ts";
import { ACME, change, heartbeat, SimulatedDevice, state } from "./rig.ts";
import { file, play } from "./scenarios.ts";

describe("an escalation", () => {
  it.each(file.scenarios)("$title", async (scenario) => {
    const cloud = telling();
    const ended = await play(cloud, scenario, cloud.until);
    expect(cloud.told()).toEqual(scenario.told);
    expect(ended?.stopped).toBe(scenario.stopped);
    expect(cloud.failures).toEqual([]);
  });

  it("writes down whom it told, and whom it could not", async () => {
    const cloud = telling();
    await annIsTold(cloud, {
      chain: [
        { afterS: 0, to: { onCall: "none" }, by: "webhook" },
        { afterS: 10, to: { person: "ann" }, by: "sms" },
        { afterS: 20, to: { person: "ann" }, by: "email" },
      ],
    });
    await ingest(cloud, new SimulatedDevice().send(change("down")));
    await cloud.until(5);
    const [{ id = "" } = {}] = (await incidents(cloud, ACME)).incidents;
    expect((await escalation(cloud, ACME, id))?.log.map(({ person, by, result }) => [person, by, result])).toEqual([
      ["", "webhook", "nobody"],
      ["ann", "sms", "not reachable so"],
      ["ann", "email", "told"],
    ]);
  });

  it("goes on after a restart where it was: nobody is told twice, nobody is left out", async () => {
    const cloud = telling();
    const later = { afterS: 60, to: { person: "ann" }, by: "email" } as const;
    await annIsTold(cloud, { chain: [{ afterS: 0, to: { person: "ann" }, by: "webhook" }, later] });
    await ingest(cloud, new SimulatedDevice().send(change("confirmed")));
    await cloud.until(10);
    cloud.clock.advance(120_000);
    // Two processes look at the same moment.
    await Promise.all([cloud.run(), cloud.run()]);
    expect(cloud.told()).toEqual(["0 ann webhook", "130 ann email"]);
  });

  it("runs a task again that failed, after its lease", async () => {
    const cloud = telling();
    await annIsTold(cloud);
    await ingest(cloud, new SimulatedDevice().send(change("confirmed")));
    const read = cloud.store.read.bind(cloud.store);
    cloud.store.read = async (keys) => {
      if (keys.some(({ partition }) => partition === "acme/policies")) throw new Error("the store is away");
      return read(keys);
    };
    await cloud.run();
    expect(cloud.failures).toMatchObject([{ message: "the store is away" }]);
    cloud.store.read = read;
    await cloud.until(61);
    expect(cloud.told()).toEqual(["60 ann webhook"]);
  });

  it("says what happened and where, and names no rung twice", async () => {
    const cloud = telling();
    await annIsTold(cloud);
    await ingest(cloud, new SimulatedDevice().send(change("confirmed")));
    await cloud.until(0);
    const message = cloud.notifiers.webhook.sent[0]?.message;
    expect(message?.subject).toBe("Fall: north, press-3, infeed");
    expect(message?.text).toMatch(
      /A person has fallen: north, press-3, infeed\.\nSeen 2026-06-01T12:00:00\.960Z: 3 of 5 frames/,
    );
    expect(message?.data).toMatchObject({
      kind: "fall",
      tenant: ACME,
      site: "north",
      camera: "press-3",
      machine: "press-3",
    });
  });

  it("refuses chains whose order is none", async () => {
    const cloud = telling();
    const rung = (afterS: number) => ({ afterS, to: { person: "ann" }, by: "webhook" as const });
    await expect(annIsTold(cloud, { chain: [rung(60), rung(30)] })).rejects.toThrow(/put the rungs in order/);
    await expect(annIsTold(cloud, { chain: [rung(Number.NaN)] })).rejects.toThrow(/put the rungs in order/);
    await expect(annIsTold(cloud, { repeatS: 1 })).rejects.toThrow(/repeatS: 1, must be at least 60/);
  });
});

describe("near misses and trouble", () => {
  it("are told once in a while, falls always", async () => {
    const cloud = telling();
    await annIsTold(cloud, { cooldownS: 600 });
    const device = new SimulatedDevice();
    const subjects = () =>
      cloud.notifiers.webhook.sent
        .map(({ atS, message }) => `${atS} ${message.subject.split(":")[0]}`)
        .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1));
    const happen = async (atS: number, ...bodies: Parameters<typeof device.send>) => {
      await cloud.until(atS);
      const envelopes = device.send(...bodies).map((envelope) => ({ ...envelope, receivedAt: cloud.clock.now() }));
      await ingest(cloud, envelopes);
      await cloud.run();
    };
    await happen(0, change("recovered", { alarm: "a" }));
    await happen(30, change("recovered", { alarm: "b" }), change("confirmed", { alarm: "c" }));
    await happen(40, change("recovered", { alarm: "d", camera: "press-4" }), change("confirmed", { alarm: "e" }));
    await happen(
      50,
      change("cleared", { alarm: "c" }),
      change("cleared", { alarm: "e" }),
      change("recovered", { alarm: "b" }),
    );
    for (let atS = 60; atS <= 600; atS += 30) await happen(atS, heartbeat());
    await happen(601, change("recovered", { alarm: "f" }));
    expect(subjects()).toEqual(["0 Near miss", "30 Fall", "40 Fall", "40 Near miss", "601 Near miss"]);
  });

  it("a camera that stays blind is told after a minute; one that comes back is not", async () => {
    const cloud = telling();
    await annIsTold(cloud, { trouble: ANN });
    const device = new SimulatedDevice();
    const send = (...bodies: Parameters<typeof device.send>) =>
      ingest(
        cloud,
        device.send(...bodies).map((envelope) => ({ ...envelope, receivedAt: cloud.clock.now() })),
      );
    await send(
      state("armed"),
      state("blind", "press-3", "covered"),
      state("blind", "press-4"),
      state("degraded", "press-5"),
    );
    await cloud.until(30);
    await send(state("armed", "press-4"));
    await cloud.until(59);
    expect(cloud.told()).toEqual([]);
    await cloud.until(61);
    expect(cloud.notifiers.webhook.sent.map(({ message }) => message.text)).toEqual([
      "Camera press-3 of hall-2 does not watch: blind (covered). Falls there are not seen.",
    ]);
  });

  it("a device that is not heard any more is told once, and again the next time", async () => {
    const cloud = telling();
    await annIsTold(cloud, { trouble: ANN, cooldownS: 0 });
    const device = new SimulatedDevice();
    const beat = () =>
      ingest(
        cloud,
        device.send(heartbeat()).map((envelope) => ({ ...envelope, receivedAt: cloud.clock.now() })),
      );
    for (const atS of [0, 30, 60, 90, 120]) {
      await cloud.until(atS);
      await beat();
    }
    await cloud.until(219);
    expect(cloud.told()).toEqual([]);
    await cloud.until(2_000);
    expect(cloud.told()).toEqual(["220.001 ann webhook"]);
    expect(cloud.notifiers.webhook.sent[0]?.message.text).toMatch(
      /^Nothing has been heard of hall-2 since 2026-06-01T12:02:00/,
    );
    await beat();
    await cloud.until(4_000);
    expect(cloud.told()).toHaveLength(2);
  });
});

describe("hours", () => {
  const monday = (time: string) => Date.parse(`2026-06-01T${time}:00Z`);

  it.each<[string, string, string, string, boolean]>([
    ["06:00", "14:00", "06:00", "UTC", true],
    ["06:00", "14:00", "14:00", "UTC", false],
    ["06:00", "14:00", "05:59", "UTC", false],
    ["06:00", "14:00", "04:00", "Europe/Berlin", true],
    ["06:00", "14:00", "12:00", "Europe/Berlin", false],
    ["22:00", "06:00", "23:00", "UTC", true],
    ["22:00", "06:00", "03:00", "UTC", false],
    ["00:00", "00:00", "12:00", "UTC", true],
  ])("on Mondays from %s to %s: Monday %s UTC in %s is within: %s", (from, to, time, zone, expected) => {
    expect(within({ days: [1], from, to }, zone, monday(time))).toBe(expected);
  });

  it("that reach over midnight belong to the day on which they begin", () => {
    const night = { days: [1], from: "22:00", to: "06:00" };
    expect(within(night, "UTC", monday("03:00") + 24 * 3_600_000)).toBe(true);
    expect(within({ ...night, days: [7] }, "UTC", monday("03:00"))).toBe(true);
  });
});
