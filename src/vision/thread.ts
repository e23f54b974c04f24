import "./telemetry.ts";
import { Worker } from "node:worker_threads";
import { VisionLost } from "./lost.ts";
import { type Memory, shareMemory } from "./memory.ts";
import type { Answer, Farewell, Question, WorkerStart } from "./messages.ts";
import type { ModelReport } from "./vision.ts";

/** Starts the worker; handed in so that a test can hold the real thread and end it. */
export type Spawn = (file: URL, start: WorkerStart) => Worker;

const spawnWorker: Spawn = (file, start) => new Worker(file, { workerData: start, name: "vision" });

/** How long `end` waits for the run in progress, ms. */
const END_LIMIT_MS = 2_000;

/** Loading and testing the models takes this long at most; a slow board needs seconds, a broken disk for ever. */
const START_LIMIT_MS = 60_000;

export interface ThreadOptions extends Omit<WorkerStart, "memory"> {
  /** A question unanswered for so long is hung, ms. */
  hungAfterMs: number;
  spawn?: Spawn | undefined;
}

interface Pending {
  resolve(answer: Answer): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/**
 * The main thread's side of one worker: one question at a time, each with a limit. A worker that exceeds it, or ends,
 * is lost for good; `lost` settles once with the reason.
 */
export class Thread {
  readonly memory: Memory;
  readonly lost: Promise<VisionLost>;
  readonly #worker: Worker;
  readonly #hungAfterMs: number;
  #pending: Pending | undefined;
  #gone: VisionLost | undefined;
  #settleLost!: (error: VisionLost) => void;

  constructor({ spawn = spawnWorker, hungAfterMs, ...start }: ThreadOptions) {
    this.memory = shareMemory(start.pictureBytes);
    this.#hungAfterMs = hungAfterMs;
    this.lost = new Promise((resolve) => {
      this.#settleLost = resolve;
    });
    this.#worker = spawn(new URL("./worker.ts", import.meta.url), { ...start, memory: this.memory.buffer });
    this.#worker.on("message", (answer: Answer) => this.#take()?.resolve(answer));
    this.#worker.on("error", (error) => this.#lose(new VisionLost("died", `vision worker died: ${error.message}`)));
    this.#worker.on("exit", (code) => this.#lose(new VisionLost("died", `vision worker ended with code ${code}`)));
  }

  /** Resolves when the models are loaded and tested. Rejects with the worker's reason when they are not. */
  async ready(): Promise<ModelReport[]> {
    const answer = await this.#await(START_LIMIT_MS, "loading the models");
    if (answer.kind === "ready") return answer.reports;
    throw new Error(answer.kind === "failed" ? answer.message : "vision worker answered before it was asked");
  }

  /** Runs one question. Rejects with VisionLost when the worker dies or hangs over it, with Error when the run failed. */
  async ask(question: Question): Promise<number> {
    const answer = this.#await(this.#hungAfterMs, `the question "${question.kind}"`);
    this.#worker.postMessage(question);
    const given = await answer;
    if (given.kind === "done") return given.rows;
    throw new Error(given.kind === "failed" ? given.message : "vision worker started twice");
  }

  /**
   * Asks the thread to leave and waits for it, 2 s at most. It is never terminated: a thread that is stopped inside a
   * run takes the whole process along when that run returns (ONNX Runtime's binding throws into a dead isolate). One
   * that hangs in native code is left behind: it leaves by itself if its run ever returns.
   */
  async end(): Promise<void> {
    this.#dismiss();
    const timer = setTimeout(() => {
      this.#lose(new VisionLost("hung", `vision worker did not end within ${END_LIMIT_MS} ms`));
    }, END_LIMIT_MS);
    await this.lost;
    clearTimeout(timer);
  }

  #dismiss(): void {
    this.#worker.postMessage({ kind: "end" } satisfies Farewell);
  }

  #await(limitMs: number, what: string): Promise<Answer> {
    if (this.#gone) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // The answer may lie in the queue already when this thread itself was held up: let it be delivered first.
        setImmediate(() => {
          if (this.#pending?.timer !== timer) return;
          this.#lose(new VisionLost("hung", `vision worker gave no answer to ${what} within ${limitMs} ms`));
          this.#dismiss();
        });
      }, limitMs);
      this.#pending = { resolve, reject, timer };
    });
  }

  #take(): Pending | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    clearTimeout(pending?.timer);
    return pending;
  }

  #lose(error: VisionLost): void {
    if (this.#gone) return;
    this.#gone = error;
    // A thread left behind in a hang shall not keep the process alive.
    this.#worker.unref();
    this.#take()?.reject(error);
    this.#settleLost(error);
  }
}
