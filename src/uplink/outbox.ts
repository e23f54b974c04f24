import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { UplinkConfig } from "../config/schema.ts";
import { defaultRetry, type RetrySchedule, waits } from "../lib/retry.ts";
import type { Logger } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import { EVENT_CLASSES, type EventClass, type OutboxEvent, type OutboxNotice, type OutboxStats } from "./classes.ts";
import type { OutboxJob, OutboxReply, OutboxRequest, WorkerOptions } from "./outbox-worker.ts";

const TIDY_MS = 60_000;
/** Events that may wait for the disk at once; beyond it only alarms are taken, so that a hung disk cannot eat the memory. */
const MAX_PENDING = 2_000;
const MAX_PENDING_ALARMS = 20_000;
const HOUR_MS = 3_600_000;

/** An event was not made durable; the message says why and what to do. */
export class OutboxError extends Error {
  override readonly name = "OutboxError";
}

export interface OutboxOptions {
  readonly dataDir: string;
  readonly config: Pick<UplinkConfig, "quotaMb" | "ttlHours">;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Waits before the thread that failed is started again. */
  readonly retry?: RetrySchedule;
}

interface Pending {
  readonly request: OutboxRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Keeps every event on disk until the other side has it.
 *
 * | while the other side is away | alarm              | nearMiss    | health      | heartbeat   |
 * |------------------------------|--------------------|-------------|-------------|-------------|
 * | is kept for (config)         | ever               | 30 days     | 1 day       | 1 hour      |
 * | quota reached                | stored all the same| evicted 3rd | evicted 2nd | evicted 1st |
 * | disk full                    | others make room   | as quota    | as quota    | as quota    |
 * | disk full of alarms          | append rejects, `trouble` says so | dropped | dropped | dropped |
 * | disk unusable at start       | in memory, and `trouble` says so | same | same | same |
 * | power cut                    | every acknowledged append is there | same | same | same |
 * | comes back                   | sent first         | 2nd         | 3rd         | last        |
 *
 * "Evicted" takes the oldest of the least important class first, never one more important than the newcomer; each is
 * counted by class and reason. Age is time that the device ran, order is the sequence: no clock that is set back or
 * forward changes either. A row whose checksum fails is moved to the table `quarantine`; a damaged file is kept beside
 * the new one, which takes over all that can be read of it.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #path: string;
  readonly #pending = new Map<number, Pending>();
  readonly #pauses: Generator<number>;
  readonly #tidy: NodeJS.Timeout;
  #worker: Worker | undefined;
  #restart: NodeJS.Timeout | undefined;
  #calls = 0;
  #lastSequence = 0;
  #epoch = 0;
  #boot = 0;
  #closing = false;
  #failure = "";
  #stats: OutboxStats = {
    events: { alarm: 0, nearMiss: 0, health: 0, heartbeat: 0 },
    bytes: 0,
    oldestMs: 0,
    trouble: "",
  };
  #stored: (event: OutboxEvent) => void = () => {};

  private constructor(options: OutboxOptions) {
    this.#options = options;
    this.#path = join(options.dataDir, "outbox.db");
    this.#pauses = waits(options.retry ?? defaultRetry);
    this.#tidy = setInterval(() => this.#ask({ op: "tidy" }).catch(() => {}), TIDY_MS);
    this.#tidy.unref();
  }

  /**
   * Opens or creates `outbox.db` in the data directory. Rejects with OutboxError when the directory is none; a damaged
   * file, a full or a read-only disk are no reason: the outbox then works, `health` says what is wrong.
   */
  static async open(options: OutboxOptions): Promise<Outbox> {
    const outbox = new Outbox(options);
    try {
      await outbox.#start();
    } catch (cause) {
      outbox.#closing = true;
      clearInterval(outbox.#tidy);
      throw new OutboxError(
        `device.dataDir: the outbox ${outbox.#path} cannot be opened (${(cause as Error).message}); make the directory writable or choose another`,
        { cause },
      );
    }
    return outbox;
  }

  /** Random number of the file that sequences count in. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Counts the runs of the service within the epoch. */
  get boot(): number {
    return this.#boot;
  }

  /** The sequence of the next event: each is given once, also over restarts; one that is never stored leaves a gap. */
  nextSequence(): number {
    this.#lastSequence += 1;
    return this.#lastSequence;
  }

  /** The latest sequence that was given. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  get stats(): OutboxStats {
    return this.#stats;
  }

  /** Whether alarms are safe here. */
  health(): { ok: boolean; detail: string } {
    const detail = this.#failure || this.#stats.trouble;
    return { ok: detail === "", detail };
  }

  /**
   * Resolves once the event survives a power cut (unless `health` says that the file could not be opened at start);
   * events share waits for the disk. Rejects with OutboxError when it is
   * not stored: disk full of alarms, quota or disk full of more important events, too many waiting for the disk.
   */
  async append(event: OutboxEvent): Promise<void> {
    const limit = event.class === "alarm" ? MAX_PENDING_ALARMS : MAX_PENDING;
    if (this.#pending.size >= limit) {
      this.#options.metrics.outboxDropped.inc({ class: event.class, reason: "disk slow" });
      throw new OutboxError(`${limit} events wait for the disk at ${this.#path}; check whether it still works`);
    }
    const result = await this.#ask({ op: "append", event });
    if (result === "dropped")
      throw new OutboxError(
        `${event.class} event ${event.id} was given up: quota or disk is full of more important ones`,
      );
    if (result !== "stored") throw new OutboxError((result as { error: string }).error);
    this.#stored(event);
  }

  /** The most important waiting events: by class, oldest first within a class. */
  async next(limit: number): Promise<OutboxEvent[]> {
    return (await this.#ask({ op: "next", limit })) as OutboxEvent[];
  }

  /** The other side has these. */
  async remove(sequences: readonly number[]): Promise<void> {
    await this.#ask({ op: "remove", sequences });
  }

  /** This one can never be sent; it is kept in quarantine. */
  async setAside(sequence: number): Promise<void> {
    await this.#ask({ op: "setAside", sequence });
  }

  /** `listener` is told of each event as soon as it is durable. One listener. */
  onStored(listener: (event: OutboxEvent) => void): void {
    this.#stored = listener;
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    clearInterval(this.#tidy);
    clearTimeout(this.#restart);
    if (this.#worker) await this.#ask({ op: "close" }).catch(() => {});
    await this.#worker?.terminate();
    this.#worker = undefined;
    this.#rejectAll(new OutboxError("the outbox was closed"));
  }

  async #ask(job: OutboxJob): Promise<unknown> {
    if (this.#closing && job.op !== "close") throw new OutboxError("the outbox is closed");
    return new Promise((resolve, reject) => {
      this.#calls += 1;
      const request = { ...job, call: this.#calls };
      this.#pending.set(request.call, { request, resolve, reject });
      this.#worker?.postMessage(request);
    });
  }

  /** Starts the thread; resolves when the file is open. */
  #start(): Promise<void> {
    const { config } = this.#options;
    const workerData: WorkerOptions = {
      path: this.#path,
      orInMemory: this.#boot === 0,
      quotaBytes: config.quotaMb * 1_000_000,
      ttlMs: Object.fromEntries(
        EVENT_CLASSES.map((name) => [name, config.ttlHours[name] === null ? null : config.ttlHours[name] * HOUR_MS]),
      ) as Record<EventClass, number | null>,
    };
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./outbox-worker.ts", import.meta.url), { workerData, name: "outbox" });
      let failure = new Error("the thread ended");
      worker.on("message", (reply: OutboxReply) => {
        if (reply.kind === "open") {
          this.#epoch = reply.epoch;
          this.#boot = reply.boot;
          this.#lastSequence = Math.max(this.#lastSequence, reply.lastSequence);
          this.#worker = worker;
          this.#failure = "";
          // Asked before and not answered: safe to ask again, for storing or removing twice changes nothing.
          for (const { request } of this.#pending.values()) worker.postMessage(request);
          resolve();
        } else this.#heed(reply);
      });
      worker.on("error", (error) => {
        failure = error as Error;
      });
      worker.on("exit", () => {
        const wasOpen = this.#worker === worker;
        if (wasOpen) this.#worker = undefined;
        reject(failure);
        if (this.#closing) this.#rejectAll(new OutboxError("the outbox was closed"));
        else if (wasOpen || this.#failure !== "") this.#again(failure);
      });
    });
  }

  #again(failure: Error): void {
    this.#failure = `the outbox's thread failed (${failure.message}) and is started again; alarms wait in memory`;
    this.#options.log.error({ outbox: this.#path, error: failure.message }, this.#failure);
    this.#restart = setTimeout(() => {
      this.#start().catch(() => {});
    }, this.#pauses.next().value as number);
  }

  #heed(reply: Exclude<OutboxReply, { kind: "open" }>): void {
    if (reply.kind === "stats") {
      this.#measure(reply.stats);
      return;
    }
    if (reply.kind === "notice") {
      this.#report(reply.notice);
      return;
    }
    const pending = this.#pending.get(reply.call);
    this.#pending.delete(reply.call);
    if (reply.kind === "done") pending?.resolve(reply.value);
    else pending?.reject(new OutboxError(`outbox ${this.#path}: ${reply.message}`));
  }

  #measure(stats: OutboxStats): void {
    const { metrics, log } = this.#options;
    if (stats.trouble !== "" && this.#stats.trouble === "") log.error({ outbox: this.#path }, stats.trouble);
    this.#stats = stats;
    for (const name of EVENT_CLASSES) metrics.outboxDepth.set({ class: name }, stats.events[name]);
    metrics.outboxAge.set(stats.oldestMs / 1000);
    metrics.outboxBytes.set(stats.bytes);
  }

  #report(notice: OutboxNotice): void {
    const { metrics, log } = this.#options;
    if (notice.kind === "dropped") {
      metrics.outboxDropped.inc({ class: notice.class, reason: notice.reason }, notice.count);
      log.warn(notice, `${notice.count} ${notice.class} events given up: ${notice.reason}`);
    } else
      log.error(
        notice,
        `the outbox was damaged (${notice.why}); ${notice.salvaged} events saved, the old file is kept`,
      );
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
