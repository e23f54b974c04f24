import { describe, expect, it } from "vitest";
import { blindMs, fleet, present, SILENT_MS } from "../../cloud/core/fleet.ts";
import { ingest } from "../../cloud/core/ingest.ts";
import { enrol } from "../../cloud/core/places.ts";
import { ACME, cloud, heartbeat, NOON, SimulatedDevice, state } from "./rig.ts";

const MINUTE = 60_000;

describe("the fleet", () => {
  it("shows each device with what it said last, whatever arrived last", async () => {
    const ports = cloud();
    const device = new SimulatedDevice();
    const envelopes = device.send(
      heartbeat({ version: "0.1.0", outboxEvents: 40, outboxOldestS: 600 }),
      state("blind", "press-3", "covered: clean the lens"),
      heartbeat({
        version: "0.2.0",
        outboxEvents: 2,
        cameras: [
          { camera: "press-3", state: "blind", decisionP50Ms: Number.NaN, decisionP99Ms: Number.NaN, frames: {} },
        ],
      }),
      state("degraded", "press-4"),
    );
    await ingest(ports, envelopes.toReversed());
    const { devices } = await fleet(ports, ACME);
    expect(devices).toMatchObject([
      {
        device: "hall-2",
        site: "north",
        heardAt: NOON + 5_000,
        silent: false,
        boot: 1,
        clockSync: "synced",
        gaps: [],
        heartbeat: { value: { version: "0.2.0", outboxEvents: 2, models: ["person@1"] } },
        cameras: [
          {
            camera: "press-3",
            state: { value: "blind" },
            reason: { value: "covered: clean the lens" },
            health: { value: { decisionP99Ms: null } },
          },
          { camera: "press-4", state: { value: "degraded" } },
        ],
      },
    ]);
  });

  it("calls a device silent that was not heard for three heartbeats, or never", async () => {
    const ports = cloud();
    await enrol(ports, { device: "never", tenant: ACME, site: "north" });
    await ingest(ports, new SimulatedDevice().send(heartbeat()));
    const silent = async () =>
      (await fleet(ports, ACME)).devices.filter((device) => device.silent).map(({ device }) => device);
    ports.clock.advance(5_000 + SILENT_MS);
    expect(await silent()).toEqual(["never"]);
    ports.clock.advance(1);
    expect(await silent()).toEqual(["hall-2", "never"]);
  });

  it("takes the disk whose newest event is the youngest for the one in use", async () => {
    const ports = cloud();
    const [old, replaced] = [new SimulatedDevice("hall-2", 9), new SimulatedDevice("hall-2", 1)];
    const late = old.send(heartbeat({ version: "old" }));
    replaced.clock.advance(MINUTE);
    await ingest(ports, replaced.send(heartbeat({ version: "new" })));
    await ingest(ports, late);
    expect((await fleet(ports, ACME)).devices).toMatchObject([{ heartbeat: { value: { version: "new" } } }]);
  });

  it("hears from the broker who is connected, also before it knows whose it is", async () => {
    const ports = cloud();
    await present(ports, "hall-2", true);
    expect((await fleet(ports, ACME)).devices).toEqual([]);
    await enrol(ports, { device: "hall-2", tenant: ACME, site: "north" });
    expect((await fleet(ports, ACME)).devices).toMatchObject([{ presence: { online: true, at: NOON } }]);
    ports.clock.advance(MINUTE);
    await present(ports, "hall-2", false);
    expect((await fleet(ports, ACME)).devices).toMatchObject([{ presence: { online: false, at: NOON + MINUTE } }]);
  });

  it("pages by name, and shows no tenant the devices of another", async () => {
    const ports = cloud();
    for (const device of ["c", "a", "b"]) await enrol(ports, { device, tenant: ACME, site: "north" });
    await enrol(ports, { device: "foreign", tenant: "other", site: "north" });
    const first = await fleet(ports, ACME, { limit: 2 });
    const second = await fleet(ports, ACME, { limit: 2, after: first.next });
    expect([...first.devices, ...second.devices].map(({ device }) => device)).toEqual(["a", "b", "c"]);
    expect(second.next).toBeUndefined();
  });
});

describe("blind minutes", () => {
  const camera = { tenant: ACME, device: "hall-2", camera: "press-3" };

  it("count what the camera said of itself, also when it was said late and reaches over the ends", async () => {
    const ports = cloud();
    const device = new SimulatedDevice();
    const at = (minute: number, to: Parameters<typeof state>[0], name?: string) => {
      device.clock.setWall(NOON + minute * MINUTE - 1_000);
      return device.send(state(to, name));
    };
    const said = [
      at(-30, "armed"),
      at(-5, "blind"),
      at(10, "armed"),
      at(20, "degraded"),
      at(30, "fault"),
      at(40, "blind"),
      at(50, "armed"),
    ];
    const other = at(55, "blind", "press-4");
    await ingest(ports, [...said.reverse().flat(), ...other]);
    const minutes = async (from: number, to: number) =>
      (await blindMs(ports, camera, NOON + from * MINUTE, NOON + to * MINUTE)) / MINUTE;
    expect(await minutes(0, 60)).toBe(30);
    expect(await minutes(-60, 0)).toBe(5);
    expect(await minutes(5, 35)).toBe(10);
    expect(await minutes(32, 38)).toBe(6);
    expect(await minutes(10, 30)).toBe(0);
    expect(await blindMs(ports, { ...camera, tenant: "other" }, NOON, NOON + 60 * MINUTE)).toBe(0);
  });
});
