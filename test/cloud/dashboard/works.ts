import { transact } from "../../../cloud/core/draft.ts";
import { incidentId } from "../../../cloud/core/incident.ts";
import { acknowledge } from "../../../cloud/core/incidents.ts";
import { ingest } from "../../../cloud/core/ingest.ts";
import { enrolIn } from "../../../cloud/core/places.ts";
import { Random } from "../../../cloud/simulate/random.ts";
import { encode } from "../../../src/event/encode.ts";
import type { Body, CameraHealth, Event, FallChange } from "../../../src/event/event.ts";
import { EventMaker } from "../../../src/event/make.ts";
import { fallChange } from "../../event/samples.ts";
import { ACME, heartbeat, state } from "../rig.ts";
import type { Plant } from "./plant.ts";

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const EPOCH = 77;

/** A device that has been let in long ago, and says what it is told to, at any time of the past. */
export async function oldDevice({ ports }: Plant, device: string, { site = "north", days = 400 } = {}) {
  const enrolledAt = Date.now() - days * DAY;
  await transact(ports, (draft) => enrolIn(draft, { device, tenant: ACME, site, enrolledAt }));
  let [wall, sequence] = [0, 0];
  const maker = new EventMaker({
    ...{ device, epoch: EPOCH, boot: 3, sync: () => "synced", sequence: () => ++sequence },
    clock: { now: () => wall - enrolledAt, wall: () => wall },
  });
  return {
    async say(agoMs: number, ...bodies: Body[]): Promise<void> {
      const envelopes = bodies.map((body) => {
        wall = Date.now() - agoMs;
        return { identity: device, bytes: encode(maker.make(body)), receivedAt: wall + 200 };
      });
      const { failed } = await ingest(ports, envelopes);
      if (failed[0]) throw failed[0].error;
    },
    /** So many events that never come. */
    lose(events: number): void {
      sequence += events;
    },
  };
}

export function health(camera: string, p50: number, p99: number, more: Partial<CameraHealth> = {}): CameraHealth {
  const frames = { decided: 440, superseded: 8, budget: 2 };
  return { camera, state: "armed", decisionP50Ms: p50, decisionP99Ms: p99, frames, ...more };
}

/** A fleet with everything that can be wrong with one: a device that is well, one in trouble, one silent, one never heard. */
export async function fillFleet(plant: Plant): Promise<void> {
  const well = await oldDevice(plant, "hall-1");
  await well.say(30 * DAY, state("armed", "dock-1"), state("armed", "dock-2"));
  const cameras = [health("dock-1", 38, 71), health("dock-2", 41, 88)];
  await well.say(
    4 * SECOND,
    heartbeat({ version: "0.3.1", models: ["person@4", "fall@2"], uptimeS: 812_000, cameras }),
  );

  const ill = await oldDevice(plant, "hall-2");
  await ill.say(30 * DAY, state("armed", "press-3"));
  ill.lose(3);
  await ill.say(9 * HOUR, state("blind", "press-3", "covered: clean the lens"));
  await ill.say(8 * HOUR, state("armed", "press-3"));
  ill.lose(1);
  await ill.say(40 * 60 * SECOND, state("blind", "press-3", "covered: clean the lens"));
  await ill.say(20 * 60 * SECOND, state("degraded", "press-4", "slow: 6 of 10 frames a second are decided"));
  const slow = [
    health("press-3", Number.NaN, Number.NaN, { state: "blind", frames: {} }),
    health("press-4", 190, 640, { state: "degraded" }),
  ];
  await ill.say(
    6 * SECOND,
    heartbeat({ version: "0.3.0", models: ["person@3"], cameras: slow, outboxEvents: 120, outboxOldestS: 900 }),
  );

  const silent = await oldDevice(plant, "hall-3");
  await silent.say(3 * DAY, state("armed", "stairs"));
  await silent.say(600 * SECOND, heartbeat({ cameras: [health("stairs", 44, 96)] }));
  await oldDevice(plant, "yard");
}

const ZONES = ["infeed", "palletiser", "dock door", "stairs"];
const KINDS = ["recovered", "confirmed", "confirmed", "suspected"] as const;

/** Weeks of falls, near misses and false alarms at one device, the same every time; judged as people do: most, not all. */
export async function fillWeeks(plant: Plant, { device = "hall-1", days = 28, perDay = 3 } = {}): Promise<void> {
  const random = new Random("weeks");
  const source = await oldDevice(plant, device);
  const ports = plant.ports;
  let count = 0;
  await source.say(days * DAY, state("armed", "dock-1"), state("armed", "dock-2"));
  for (let day = days; day >= 1; day -= 1)
    for (let n = 0; n < perDay; n += 1) {
      const agoMs = day * DAY - random.next() ** 2 * DAY * 0.9;
      const kind = KINDS[count % KINDS.length] ?? "confirmed";
      const isFalse = kind === "confirmed" && count % 3 === 0;
      const zone = ZONES[Math.floor(random.next() ** 2 * ZONES.length)] ?? "infeed";
      const alarm = `${device}-${++count}`;
      const score = isFalse ? random.between(0.55, 0.72) : random.between(0.86, 0.99);
      const change: Partial<FallChange> = { alarm, zone, camera: count % 5 === 0 ? "dock-2" : "dock-1", score };
      await source.say(agoMs, fallChange({ kind, tier: kind === "suspected" ? 1 : 2, frameAgeMs: 60, ...change }));
      if (kind !== "confirmed" || count % 7 === 0) continue;
      const at = Date.now() - agoMs + random.between(15, 400) * SECOND;
      const id = incidentId(ACME, { device, epoch: EPOCH } as Event, alarm);
      const deed = { tenant: ACME, id, by: "Ada", reason: "went there", outcome: isFalse ? "false" : "true" } as const;
      await acknowledge({ ...ports, clock: { now: () => at } }, deed);
    }
}
