import type { Clock, Monotonic } from "../lib/clock.ts";
import { asError } from "../lib/failure.ts";
import type { Logger } from "../observe/log.ts";
import { VisionLost } from "./lost.ts";
import type { Thread } from "./thread.ts";
import type { ModelReport } from "./vision.ts";

/** More losses than this within the window mean that a new thread would not help: FAULT until the window has passed. */
const RESTARTS = 5;
const WINDOW_MS = 60_000;

export interface CrewOptions {
  size: number;
  clock: Clock;
  log: Logger;
  /** Starts a thread; `first` asks it to run the self-test. */
  open(first: boolean): Thread;
  onLost(reason: "died" | "hung"): void;
}

interface Waiting {
  resolve(thread: Thread): void;
  reject(error: Error): void;
}

/** The worker threads, lent to cameras in the order they asked. Replaces lost ones, five times in a minute at most. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #free: Thread[] = [];
  readonly #all = new Set<Thread>();
  readonly #waiting: Waiting[] = [];
  #restarts: Monotonic[] = [];
  #fault: VisionLost | undefined;
  readonly #resting = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  /** Starts all threads; rejects, with everything ended, when the first one cannot run the models. */
  async start(): Promise<ModelReport[]> {
    try {
      const starts = Array.from({ length: this.#options.size }, (_, i) => this.#hire(i === 0));
      const [reports] = await Promise.all(starts);
      return reports!;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** A thread of one's own until `giveBack`. Waits in line, through a restart too; rejects at once in fault. */
  borrow(): Promise<Thread> {
    if (this.#closed) return Promise.reject(new Error("vision is closed"));
    const free = this.#free.pop();
    if (free) return Promise.resolve(free);
    if (this.#fault) return Promise.reject(this.#fault);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  giveBack(thread: Thread): void {
    if (!this.#all.has(thread)) return;
    const next = this.#waiting.shift();
    if (next) next.resolve(thread);
    else this.#free.push(thread);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#resting) clearTimeout(timer);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(new Error("vision is closed"));
    const ends = [...this.#all].map((thread) => thread.end());
    this.#all.clear();
    this.#free.length = 0;
    await Promise.all(ends);
  }

  async #hire(first: boolean): Promise<ModelReport[]> {
    const thread = this.#options.open(first);
    this.#all.add(thread);
    try {
      const reports = await thread.ready();
      void thread.lost.then((lost) => this.#replace(thread, lost));
      this.#fault = undefined;
      this.giveBack(thread);
      return reports;
    } catch (error) {
      this.#all.delete(thread);
      void thread.end();
      throw error;
    }
  }

  #replace(thread: Thread, lost: VisionLost): void {
    if (this.#closed) return;
    this.#all.delete(thread);
    const index = this.#free.indexOf(thread);
    if (index >= 0) this.#free.splice(index, 1);
    this.#options.onLost(lost.reason);
    this.#options.log.error({ reason: lost.reason }, `${lost.message}; starting a new one`);
    this.#restart(lost);
  }

  #restart(lost: VisionLost): void {
    const now = this.#options.clock.now();
    this.#restarts = this.#restarts.filter((at) => now - at < WINDOW_MS);
    if (this.#restarts.length >= RESTARTS) {
      this.#rest(lost, this.#restarts[0]! + WINDOW_MS - now);
      return;
    }
    this.#restarts.push(now);
    this.#hire(false).catch((error) => {
      if (this.#closed) return;
      this.#options.log.error(`a new vision worker could not start: ${asError(error).message}`);
      this.#restart(error instanceof VisionLost ? error : new VisionLost("died", asError(error).message));
    });
  }

  /** Stops pretending: with no thread left, every look is refused as FAULT until the window lets a new one start. */
  #rest(lost: VisionLost, waitMs: number): void {
    const text = `${RESTARTS} vision workers were lost within ${WINDOW_MS / 1000} s, the last because: ${lost.message}`;
    this.#options.log.fatal(text);
    const timer = setTimeout(() => {
      this.#resting.delete(timer);
      this.#restart(lost);
    }, waitMs);
    this.#resting.add(timer);
    if (this.#all.size > 0) return;
    this.#fault = new VisionLost(lost.reason, `${text}; check memory, temperature and the model files`, true);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#fault);
  }
}
