import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { incidentId } from "../cloud/core/incident.ts";
import { messages } from "../cloud/simulate/messages.ts";
import { plant } from "../cloud/simulate/plant.ts";
import { Random } from "../cloud/simulate/random.ts";
import type { Rates } from "../cloud/simulate/story.ts";
import { decode } from "../src/event/decode.ts";
import { markResent } from "../src/event/encode.ts";
import { startMosquitto } from "../test/fakes/broker.ts";
import { crowd, type FromDevice, INCIDENTS, USUAL } from "./cloud-messages.ts";
import { progress } from "./cloud-progress.ts";
import { runCloud } from "./cloud-run.ts";
import { type Seen, watchCloud } from "./cloud-viewers.ts";
import { type Percentiles, percentiles } from "./scene.ts";

const TOPIC = "spotter/v1";
const TENANT = "home";
const CAMERAS = 200;
/** Heartbeats and what else 200 cameras say, per second: about ten times as much as they would. */
const STEADY_PER_S = 70;
/** New incidents, each of its own; what is measured. */
const LIVE_PER_S = 2;
const LIVE_CAMERAS = 10;
const LIVE = "live-";
/** On the wire at once from each device, as its uplink does it. */
const WINDOW = 32;
const LONGEST_MS = 1_200_000;
const LOOK_MS = 1_000;
/** A machine that is busy elsewhere may take so long to let a device in. */
const PATIENCE_MS = 120_000;

export interface Latency {
  readonly broker: "own" | "Mosquitto";
  readonly load: string;
  /** Messages of the load, and how many of them the cloud took in per second. */
  readonly messages: number;
  readonly perSecond: number;
  /** From publish to visible, ms. */
  readonly visible: Record<"live line" | "API" | "page", Percentiles>;
  /** Messages of all kinds that were published and are not kept; negative: kept twice. */
  readonly lost: number;
}

/** How long a new incident takes until somebody can see it: at steady load, behind a usual backlog, and behind one of incidents. */
export async function latencies(seconds: number, backlog: number): Promise<Latency[]> {
  const rows: Latency[] = [];
  for (const broker of ["own", "Mosquitto"] as const) {
    if (broker === "Mosquitto" && !existsSync("/usr/sbin/mosquitto")) {
      progress("Mosquitto: left out, it is not installed");
      continue;
    }
    const loads: [string, (rig: Rig) => Promise<number>][] = [
      [`steady, ${STEADY_PER_S} messages/s`, (rig) => steady(rig, seconds)],
      [`${backlog} messages of an outage`, (rig) => burst(rig, USUAL, backlog)],
      [`${backlog / 10} messages of incidents`, (rig) => burst(rig, INCIDENTS, backlog / 10)],
    ];
    for (const [load, run] of loads) {
      const row = await measure(broker, load, run);
      rows.push(row);
      const { visible, perSecond, lost } = row;
      const { "live line": line, page } = visible;
      progress(
        `${broker} broker, ${load}: live line p50 ${line.p50} p99 ${line.p99} ms, page p50 ${page.p50} p99 ${page.p99} ms, ${perSecond} events/s, ${lost} lost`,
      );
    }
  }
  return rows;
}

interface Rig {
  readonly url: string;
  /** Messages of the load that the cloud has kept. */
  kept(): number;
}

async function measure(broker: Latency["broker"], load: string, run: (rig: Rig) => Promise<number>): Promise<Latency> {
  const mosquitto =
    broker === "Mosquitto" ? await startMosquitto(["allow_anonymous true", "max_queued_messages 0"]) : undefined;
  const cloud = await runCloud(mosquitto?.url);
  try {
    const viewers = await watchCloud(cloud);
    const url = mosquitto?.url ?? cloud.brokerUrl;
    const ended = new AbortController();
    const live = liveIncidents(url, ended.signal);
    const kept = () => cloud.kept() - cloud.kept(LIVE);
    const began = Date.now();
    const messages = await run({ url, kept });
    await until(
      () => kept() >= messages,
      () => `${kept()} of ${messages} are kept`,
    );
    const perSecond = Math.round((messages / (Date.now() - began)) * 1000);
    ended.abort();
    const { published, sent } = await live;
    const missing = () => [...published.keys()].filter((id) => !viewers.listed.has(id));
    await until(
      () => missing().length === 0 && cloud.kept(LIVE) >= sent,
      () => `${missing().length} are not seen yet`,
    );
    const ms = (seen: Seen) =>
      percentiles([...published].flatMap(([id, at]) => (seen.has(id) ? [(seen.get(id) as number) - at] : [])));
    const result = {
      ...{ broker, load, messages, perSecond, lost: messages + sent - cloud.kept() },
      visible: { "live line": ms(viewers.told), API: ms(viewers.listed), page: ms(await viewers.page()) },
    };
    await viewers.close();
    return result;
  } finally {
    await cloud.close();
    await mosquitto?.kill();
  }
}

/** Publishes the stories of a few cameras, two new incidents a second: when each was first published, and how many messages. */
async function liveIncidents(url: string, signal: AbortSignal): Promise<{ published: Seen; sent: number }> {
  const published: Seen = new Map();
  let sent = 0;
  const rates: Rates = { ...INCIDENTS, incidentMs: (LIVE_CAMERAS / LIVE_PER_S) * 1000 };
  const ends: Promise<void>[] = plant(LIVE_CAMERAS).map(async ({ device, scene }) => {
    const name = LIVE + device;
    const client = await connect(url, name);
    const said = messages({ name, scene, random: new Random(`bench/${name}`), startedAt: Date.now(), rates });
    const began = Date.now();
    try {
      for (const { atMs, bytes, class: kind, body } of said) {
        await sleep(Math.max(0, began + atMs - Date.now()), undefined, { signal });
        const event = decode(bytes);
        // By a clock that is off, an incident is an old one, far down the list.
        const isNew = body.type === "fallChange" && (body.kind === "suspected" || body.kind === "down");
        if (isNew && event.clock.sync === "synced") published.set(incidentId(TENANT, event, body.alarm), Date.now());
        await publish(client, name, kind, bytes);
        sent += 1;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await client.endAsync(true);
    }
  });
  await Promise.all(ends);
  return { published, sent };
}

/** The usual messages of all cameras, evenly, for so long. */
async function steady({ url }: Rig, seconds: number): Promise<number> {
  const clients = await connectAll(url);
  const began = Date.now();
  const said = crowd(CAMERAS, USUAL, began)
    .take(seconds * STEADY_PER_S)
    .toArray();
  const sent: Promise<unknown>[] = [];
  for (const [index, { device, class: kind, bytes }] of said.entries()) {
    await sleep(Math.max(0, began + (index / STEADY_PER_S) * 1000 - Date.now()));
    sent.push(publish(clients.get(device) as MqttClient, device, kind, bytes));
  }
  await Promise.all(sent);
  await closeAll(clients);
  return said.length;
}

/** What all cameras kept during an outage, all at once, each device its alarms first; until the cloud has taken it in. */
async function burst({ url }: Rig, rates: Rates, count: number): Promise<number> {
  const kept = new Map<string, FromDevice[]>();
  for (const message of crowd(CAMERAS, rates, Date.now() - 8 * 3_600_000).take(count))
    kept.set(message.device, [...(kept.get(message.device) ?? []), message]);
  const clients = await connectAll(url);
  await Promise.all(
    [...kept].map(async ([device, list]) => {
      const queue = [...list.filter(({ class: kind }) => kind === "alarm"), ...list.filter((m) => m.class !== "alarm")];
      const client = clients.get(device) as MqttClient;
      const send = async () => {
        for (let next = queue.shift(); next; next = queue.shift())
          await publish(client, device, next.class, markResent(next.bytes));
      };
      await Promise.all(Array.from({ length: WINDOW }, send));
    }),
  );
  await closeAll(clients);
  return count;
}

async function until(done: () => boolean, how: () => string): Promise<void> {
  const limit = Date.now() + LONGEST_MS;
  for (let told = Date.now(); !done(); await sleep(LOOK_MS)) {
    if (Date.now() > limit) throw new Error(`not done within ${LONGEST_MS / 1000} s: ${how()}`);
    if (Date.now() < told + 10_000) continue;
    told = Date.now();
    progress(how());
  }
}

async function connect(url: string, name: string): Promise<MqttClient> {
  const options = { clientId: name, protocolVersion: 4, reconnectPeriod: 0, connectTimeout: PATIENCE_MS } as const;
  const client = await connectAsync(url, options);
  client.on("error", () => {});
  return client;
}

async function connectAll(url: string): Promise<Map<string, MqttClient>> {
  const names = plant(CAMERAS).map(({ device }) => device);
  return new Map(await Promise.all(names.map(async (name) => [name, await connect(url, name)] as const)));
}

async function closeAll(clients: ReadonlyMap<string, MqttClient>): Promise<void> {
  await Promise.all([...clients.values()].map((client) => client.endAsync(true)));
}

function publish(client: MqttClient, device: string, kind: string, bytes: Uint8Array): Promise<unknown> {
  return client.publishAsync(`${TOPIC}/${device}/${kind}`, Buffer.from(bytes), { qos: 1 });
}
