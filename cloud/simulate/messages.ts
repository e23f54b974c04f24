import { encode } from "../../src/event/encode.ts";
import type { Body } from "../../src/event/event.ts";
import { EventMaker } from "../../src/event/make.ts";
import type { CLASSES } from "../core/classes.ts";
import type { Random } from "./random.ts";
import { type Rates, type Scene, story } from "./story.ts";

export interface Author {
  /** The device's name. */
  readonly name: string;
  readonly scene: Scene;
  readonly random: Random;
  /** ms since 1970. */
  readonly startedAt: number;
  readonly rates: Rates;
  /** Before its start it had no network for so long, and has kept what it had to say. */
  readonly cutOff?: { readonly forMs: number; readonly rates: Rates } | undefined;
}

/** An event as it goes over the wire. */
export interface Message {
  /** ms since the start; negative: from the time before. */
  readonly atMs: number;
  readonly class: (typeof CLASSES)[number];
  readonly bytes: Uint8Array;
  readonly body: Body;
}

/** So many devices have a clock that no time source keeps, wrong by at most so much. */
const ADRIFT = 0.05;
const ADRIFT_MS = 3 * 3_600_000;

/**
 * Everything that a device has to say, in order, without end. The same for the same random source and start, but for what
 * `waiting` tells its heartbeats: how many events wait for the cloud.
 */
export function* messages(author: Author, waiting: () => number = () => 0): Generator<Message, never> {
  const { name, scene, random, startedAt, rates, cutOff } = author;
  const habits = random.fork("habits");
  const adrift = habits.chance(ADRIFT) ? habits.between(-ADRIFT_MS, ADRIFT_MS) : 0;
  const bornAt = startedAt - (cutOff?.forMs ?? 0);
  let now = bornAt;
  let sequence = 0;
  const maker = new EventMaker({
    device: name,
    // A disk of its own for every start, so that counting begins anew.
    epoch: startedAt % 2 ** 21,
    boot: 1,
    clock: { now: () => now - bornAt, wall: () => now + adrift },
    sync: () => (adrift === 0 ? "synced" : "unsynced"),
    sequence: () => ++sequence,
    random: (bytes) => habits.fill(bytes),
  });
  const message = (atMs: number, said: Body): Message => {
    now = startedAt + atMs;
    const body = said.type === "heartbeat" ? { ...said, outboxEvents: waiting() } : said;
    return { atMs, class: classOf(body), bytes: encode(maker.make(body)), body };
  };
  if (cutOff)
    for (const { atMs, body } of story(random.fork("past"), scene, cutOff.rates, bornAt)) {
      if (atMs >= cutOff.forMs) break;
      yield message(atMs - cutOff.forMs, body);
    }
  for (const { atMs, body } of story(random.fork("present"), scene, rates, startedAt)) yield message(atMs, body);
  throw new Error("stories have no end");
}

function classOf(body: Body): Message["class"] {
  if (body.type === "heartbeat") return "heartbeat";
  if (body.type === "cameraState") return "health";
  return body.type === "fallChange" && body.kind === "recovered" ? "nearMiss" : "alarm";
}
