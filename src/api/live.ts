import type { ServerResponse } from "node:http";
import type { Person } from "../vision/person.ts";
import type { DeviceView, News } from "./device.ts";
import { inTrouble, LIMBS, VISIBLE } from "./overlay.ts";

const MOST_CLIENTS = 16;
/** State is sent at once when it changes, but not more often than this. */
const STATUS_GAP_MS = 100;
/** Also without a change, so that ages stay true and a dead connection is noticed. */
const STATUS_PERIOD_MS = 1000;
/** Bytes waiting for one client. Above the first its skeletons are left out, above the second it is cut off. */
const SLOW_BYTES = 64_000;
const LOST_BYTES = 512_000;

/**
 * The stream of Server-Sent Events behind the live page.
 *
 *   device ──► status (latest only, ≤ 10/s) ──► every client
 *          ──► people (each judged frame)   ──► clients that keep up; others lose frames, never states
 *
 * A client that does not even read states is cut off; its browser connects again by itself and starts from the present.
 */
export class Live {
  readonly #device: DeviceView;
  readonly #clients = new Set<ServerResponse>();
  #unsubscribe: (() => void) | undefined;
  #period: NodeJS.Timeout | undefined;
  #pending: NodeJS.Timeout | undefined;

  constructor(device: DeviceView) {
    this.#device = device;
  }

  get full(): boolean {
    return this.#clients.size >= MOST_CLIENTS;
  }

  /** Takes over a response whose headers are sent, until its client goes away. */
  attach(client: ServerResponse): void {
    this.#clients.add(client);
    client.on("error", () => client.destroy());
    client.on("close", () => this.#detach(client));
    client.write(message("hello", { limbs: LIMBS, visible: VISIBLE }));
    client.write(message("status", this.#device.status()));
    this.#unsubscribe ??= this.#device.subscribe((news) => this.#tell(news));
    this.#period ??= setInterval(() => this.#sendStatus(), STATUS_PERIOD_MS).unref();
  }

  close(): void {
    for (const client of this.#clients) client.destroy();
  }

  #detach(client: ServerResponse): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    clearInterval(this.#period);
    this.#period = undefined;
    clearTimeout(this.#pending);
    this.#pending = undefined;
  }

  #tell(news: News): void {
    if (news.kind === "status") {
      this.#pending ??= setTimeout(() => this.#sendStatus(), STATUS_GAP_MS);
      return;
    }
    const { camera, capturedAt, decisionMs } = news;
    const text = message("people", { camera, capturedAt, decisionMs, people: news.people.map(brief) });
    for (const client of this.#clients) if (client.writableLength < SLOW_BYTES) client.write(text);
  }

  #sendStatus(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    const text = message("status", this.#device.status());
    for (const client of this.#clients) {
      if (client.writableLength > LOST_BYTES) client.destroy();
      else client.write(text);
    }
  }
}

/** WHATWG HTML, 9.2.6: one `data` line holds the whole JSON, which has no line breaks of its own. */
function message(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What the page draws of a person. Keypoints as 17 × (x, y, visibility), three decimals are half a pixel of 1080p. */
function brief(person: Person) {
  const { track, box, coasting, lying, posture } = person;
  return {
    track,
    box: [box.x1, box.y1, box.x2, box.y2].map(short),
    keypoints: Array.from(person.keypoints, short),
    coasting,
    lying: short(lying),
    fall: short(posture.fall),
    fallen: short(posture.fallen),
    trouble: inTrouble(person),
  };
}

function short(value: number): number {
  return Math.round(value * 1000) / 1000;
}
