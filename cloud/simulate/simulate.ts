import { randomBytes } from "node:crypto";
import sharp from "sharp";
import type { BlobStore } from "../core/blobs.ts";
import type { Clock } from "../core/clock.ts";
import { drawFloorPlan } from "../core/floor-plan.ts";
import { writePerson } from "../core/people.ts";
import { describeSite, enrol, placeCamera } from "../core/places.ts";
import { EVERY_SITE, writePolicy } from "../core/policy.ts";
import type { LivePush } from "../core/push.ts";
import type { Store } from "../core/store.ts";
import { SimulatedCamera } from "./camera.ts";
import { crew, pager } from "./crew.ts";
import { floorPlan, plant, SITES } from "./plant.ts";
import { Random } from "./random.ts";
import type { Rates } from "./story.ts";
import { Tally } from "./tally.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A busy plant, so that there is something to see. */
const LIVE: Rates = { incidentMs: 45 * MINUTE_MS, troubleMs: 60 * MINUTE_MS, heartbeatMs: 30_000 };
/** What the cameras have kept of the time before, in which they had no network. */
const PAST_MS = 14 * DAY_MS;
const PAST: Rates = { incidentMs: 4 * DAY_MS, troubleMs: 2 * DAY_MS, heartbeatMs: Number.POSITIVE_INFINITY, busy };

export interface SimulateOptions {
  readonly cameras: number;
  /** The same seed at the same start gives the same messages. */
  readonly seed: string;
  /** The cloud's broker, its topics, and whose cameras they are. */
  readonly url: string;
  readonly topic: string;
  readonly tenant: string;
  /** So many seconds of the plant's life pass in one. */
  readonly speed?: number;
}

export interface Simulation {
  readonly tally: Tally;
  /** For people: how far it is. */
  line(): string;
  stop(): Promise<void>;
}

/** Enrols a plant in a running cloud and lets its cameras, and the people in front of the dashboard, live. */
export async function simulate(
  ports: { readonly store: Store; readonly push: LivePush; readonly clock: Clock; readonly blobs: BlobStore },
  { cameras, seed, url, topic, tenant, speed = 1 }: SimulateOptions,
): Promise<Simulation> {
  const random = new Random(seed);
  const tally = new Tally();
  const beeper = await pager();
  const spots = plant(cameras);
  const plan = {
    type: "image/png",
    bytes: await sharp(Buffer.from(floorPlan(cameras)))
      .png()
      .toBuffer(),
  };
  for (const site of SITES) {
    await describeSite(ports, tenant, site);
    await drawFloorPlan(ports, tenant, site.site, plan);
  }
  for (const { device, site, line, scene, at } of spots) {
    await enrol(ports, { device, tenant, site });
    await placeCamera(ports, tenant, { device, camera: scene.camera, line, at });
  }
  const contacts = [
    { channel: "webhook", address: beeper.url, secret: randomBytes(24).toString("base64url") } as const,
  ];
  await writePerson(ports, tenant, { person: "greta", name: "Greta", contacts });
  await writePerson(ports, tenant, { person: "hakan", name: "Hakan", contacts });
  const tell = (person: string, afterS: number) => ({ afterS, to: { person }, by: "webhook" as const });
  await writePolicy(ports, tenant, EVERY_SITE, {
    chain: [tell("greta", 0), tell("hakan", 60)],
    repeatS: 300,
    nearMiss: [{ to: { person: "hakan" }, by: "webhook" }],
    trouble: [{ to: { person: "greta" }, by: "webhook" }],
    cooldownS: 900,
  });

  const stopped = new AbortController();
  const startedAt = ports.clock.now();
  crew(ports, tenant, random.fork("crew"), speed, stopped.signal);
  const lives = spots.map(({ device, scene }) =>
    new SimulatedCamera({
      ...{ name: device, scene, random: random.fork(device), startedAt, url, topic, speed, tally },
      ...{ rates: LIVE, cutOff: { forMs: PAST_MS, rates: PAST } },
      ...{ outageEveryMs: 30 * MINUTE_MS, outageMs: 5 * MINUTE_MS, resendPerSecond: 20 },
    }).run(stopped.signal),
  );
  return {
    tally,
    line: () => `${cameras} cameras · ${tally.line()} · ${beeper.heard()} messages to people`,
    stop: async () => {
      stopped.abort();
      await Promise.all(lives);
      await beeper.close();
    },
  };
}

/** Two shifts, and few people at night (UTC). */
function busy(at: number): number {
  const hour = (at / 3_600_000) % 24;
  return hour >= 5 && hour < 13 ? 1 : hour < 21 && hour >= 13 ? 0.7 : 0.1;
}
