import { markResent } from "../event/encode.ts";
import type { Clock, Monotonic } from "../lib/clock.ts";
import { asError } from "../lib/failure.ts";
import type { Logger } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import { EVENT_CLASSES, type OutboxEvent } from "./classes.ts";
import { LimitError } from "./limits.ts";
import type { Outbox } from "./outbox.ts";
import { Pace } from "./pace.ts";
import type { Transport } from "./transport.ts";

/** Publishes on the wire that are not acknowledged yet. */
const WINDOW = 32;
/** Events kept at hand from the backlog on disk. */
const BATCH = 128;
/** Live events held in memory; more than this wait on disk as backlog. */
const MAX_LIVE = 256;
/** Wait after the broker refused an event while connected, ms. */
const REFUSED_MS = 1_000;

export interface UplinkOptions {
  readonly outbox: Outbox;
  readonly transport: Transport;
  /** Topics are `<topic>/<device>/<class>`. */
  readonly topic: string;
  readonly device: string;
  readonly resendPerSecond: number;
  /** Publishes per second that the broker takes, live and backlog together. */
  readonly publishesPerSecond: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

type Lane = "live" | "backlog";

/**
 * Empties the outbox through a transport while it is connected.
 *
 * Two lanes: what happens now goes straight from its append to the wire; what waited on disk follows at
 * `resendPerSecond`, marked `resent`. In each lane alarms go first, and events of one class in the order of their
 * sequence, so in order per camera. An event leaves the disk only after its acknowledgement; a lost acknowledgement
 * means that it is sent again, under the same id.
 */
export class Uplink {
  readonly #options: UplinkOptions;
  readonly #all: Pace;
  readonly #resend: Pace;
  /** Live events by class, oldest first. */
  #live: OutboxEvent[][] = EVENT_CLASSES.map(() => []);
  #backlog: OutboxEvent[] = [];
  /** Sequences at hand, on the wire or acknowledged but still on disk: not to be taken from disk again. */
  readonly #held = new Set<number>();
  #onWire = 0;
  #acknowledged: number[] = [];
  #reading = false;
  #removing: Promise<void> | undefined;
  /** Whether the disk may hold events that are not at hand. */
  #more = true;
  #timer: NodeJS.Timeout | undefined;
  #connected = false;
  /** Up to when the time without a connection is counted. */
  #offlineSince: Monotonic = 0;
  #closing = false;

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#all = new Pace(options.publishesPerSecond);
    this.#resend = new Pace(options.resendPerSecond);
  }

  /** Starts connecting; everything else follows from that. Never throws. */
  start(): void {
    const { outbox, transport, metrics, log } = this.#options;
    metrics.uplinkConnected.set(0);
    this.#offlineSince = this.#options.clock.now();
    outbox.onStored((event) => this.#offer(event));
    transport.start({
      connected: () => {
        this.#countOffline();
        this.#connected = true;
        metrics.uplinkConnected.set(1);
        log.info({ waiting: outbox.stats.events }, "uplink connected");
        this.#more = true;
        this.#pump();
      },
      disconnected: (reason) => {
        if (this.#connected) log.warn({ reason }, "uplink lost");
        else log.debug({ reason }, "uplink not reachable");
        this.#lost();
      },
    });
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Stops sending; what is not acknowledged stays in the outbox for the next start. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    await this.#options.transport.close();
    this.#lost();
    await this.#removing;
  }

  #countOffline(): void {
    const { clock, metrics } = this.#options;
    const now = clock.now();
    if (!this.#connected) metrics.uplinkOffline.inc((now - this.#offlineSince) / 1000);
    this.#offlineSince = now;
  }

  #lost(): void {
    this.#countOffline();
    this.#connected = false;
    this.#options.metrics.uplinkConnected.set(0);
    clearTimeout(this.#timer);
    for (const event of [...this.#live.flat(), ...this.#backlog]) this.#held.delete(event.sequence);
    this.#live = EVENT_CLASSES.map(() => []);
    this.#backlog = [];
    this.#more = true;
  }

  #offer(event: OutboxEvent): void {
    const waiting = this.#live.reduce((sum, lane) => sum + lane.length, 0);
    if (!this.#connected || waiting >= MAX_LIVE) this.#more = true;
    else if (!this.#held.has(event.sequence)) {
      this.#held.add(event.sequence);
      this.#live[EVENT_CLASSES.indexOf(event.class)]?.push(event);
    }
    this.#pump();
  }

  /** Sends as much as window and pace allow, and comes back when more may go. */
  #pump(): void {
    if (!this.#connected || this.#closing) return;
    clearTimeout(this.#timer);
    while (this.#onWire < WINDOW) {
      const now = this.#options.clock.now();
      const live = this.#live.find((lane) => lane.length > 0);
      if (!live && this.#backlog.length === 0) break;
      const wait = Math.max(this.#all.waitMs(now), live ? 0 : this.#resend.waitMs(now));
      if (wait > 0) {
        this.#later(wait);
        break;
      }
      this.#all.take();
      if (!live) this.#resend.take();
      const event = (live ?? this.#backlog).shift() as OutboxEvent;
      void this.#send(event, live ? "live" : "backlog");
    }
    if (this.#more && this.#backlog.length < BATCH / 2) void this.#read();
  }

  #later(wait: number): void {
    if (!this.#connected || this.#closing) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#pump(), Math.ceil(wait));
  }

  async #send(event: OutboxEvent, lane: Lane): Promise<void> {
    const { transport, outbox, topic, device, metrics, log } = this.#options;
    let refused = false;
    this.#onWire += 1;
    try {
      await transport.send({
        id: event.id,
        topic: `${topic}/${device}/${event.class}`,
        payload: lane === "live" ? event.payload : markResent(event.payload),
      });
      metrics.uplinkSent.inc({ class: event.class, lane });
      this.#acknowledged.push(event.sequence);
      this.#removing ??= this.#removeAcknowledged();
    } catch (thrown) {
      const error = asError(thrown);
      if (error instanceof LimitError) {
        log.error({ event: event.id, class: event.class }, error.message);
        await outbox.setAside(event.sequence).catch(() => {});
      }
      this.#held.delete(event.sequence);
      this.#more = true;
      refused = !(error instanceof LimitError);
    }
    this.#onWire -= 1;
    // A broker that refuses without closing is not asked again at once.
    if (refused) this.#later(REFUSED_MS);
    else this.#pump();
  }

  /** Takes acknowledged events off the disk, all that have come since the last time at once. */
  async #removeAcknowledged(): Promise<void> {
    while (this.#acknowledged.length > 0) {
      const sequences = this.#acknowledged.splice(0);
      try {
        await this.#options.outbox.remove(sequences);
      } catch (error) {
        // They stay on disk and are sent again: twice is better than never.
        this.#options.log.warn(
          { error: asError(error).message },
          "acknowledged events could not be taken off the disk",
        );
      }
      for (const sequence of sequences) this.#held.delete(sequence);
    }
    this.#removing = undefined;
  }

  /** Fills the backlog lane from disk. */
  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      const limit = BATCH + this.#held.size;
      const found = await this.#options.outbox.next(limit);
      if (!this.#connected) return;
      this.#more = found.length === limit;
      const fresh = found.filter((event) => !this.#held.has(event.sequence));
      for (const event of fresh) this.#held.add(event.sequence);
      this.#backlog = inOrder([...this.#backlog, ...fresh]);
      if (fresh.length > 0) this.#pump();
    } catch (error) {
      this.#options.log.warn({ error: asError(error).message }, "the outbox could not be read");
      this.#later(REFUSED_MS);
    } finally {
      this.#reading = false;
    }
  }
}

/** Most important class first, then oldest first. */
function inOrder(events: readonly OutboxEvent[]): OutboxEvent[] {
  const rank = (event: OutboxEvent) => EVENT_CLASSES.indexOf(event.class);
  return events.toSorted((a, b) => rank(a) - rank(b) || a.sequence - b.sequence);
}
