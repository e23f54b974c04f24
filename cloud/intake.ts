import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import type { Envelope } from "./core/door.ts";
import { giveUp, type IngestPorts, ingest, mostTogether } from "./core/ingest.ts";

/** An envelope that failed so often, while the store takes other things, is given up as a dead letter. */
const MAX_TRIES = 5;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

interface Waiting {
  readonly envelope: Envelope;
  readonly settle: (error?: Error) => void;
}

export interface IntakeOptions {
  /** Told after envelopes went in. */
  readonly taken: () => void;
  readonly warn: (error: Error, text: string) => void;
  readonly firstWaitMs?: number;
}

/**
 * Takes envelopes in from several connections, those that come at the same time in one commit. What matters more goes first, and
 * in a commit of its own: a fall waits for the one commit under way, however long the backlog of everything else.
 */
export class Intake {
  readonly #ports: IngestPorts;
  readonly #options: IntakeOptions;
  /** Envelopes that go in with one commit. */
  readonly #together: number;
  /** By lane, the most important first. */
  readonly #lanes: Waiting[][] = [];
  #draining = false;

  constructor(ports: IngestPorts, options: IntakeOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#together = mostTogether(ports.store);
  }

  /**
   * Resolves when the envelope is safe: stored, known already, or kept as a dead letter. Tries for as long as it takes;
   * rejects only when `signal` aborts, and then the envelope must be delivered again. `lane`: how much it matters, 0 the most.
   */
  async take(envelope: Envelope, signal: AbortSignal, lane = 0): Promise<void> {
    let waitMs = this.#options.firstWaitMs ?? FIRST_WAIT_MS;
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#enter(envelope, lane);
      } catch (thrown) {
        signal.throwIfAborted();
        const error = thrown as Error;
        this.#options.warn(error, `an event of ${envelope.identity} could not be stored; it is tried again`);
        if (tries >= MAX_TRIES && (await this.#buried(envelope, error))) return;
      }
      await sleep(waitMs, undefined, { signal });
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }

  #enter(envelope: Envelope, lane: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#lane(lane).push({ envelope, settle: (error) => (error ? reject(error) : resolve()) });
      void this.#drain();
    });
  }

  #lane(lane: number): Waiting[] {
    while (this.#lanes.length <= lane) this.#lanes.push([]);
    return this.#lanes[lane] as Waiting[];
  }

  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    for (;;) {
      const batch = this.#lanes.find((lane) => lane.length > 0)?.splice(0, this.#together);
      if (!batch) break;
      const { failed } = await ingest(
        this.#ports,
        batch.map(({ envelope }) => envelope),
      );
      const errors = new Map(failed.map(({ index, error }) => [index, error]));
      for (const [index, { settle }] of batch.entries()) settle(errors.get(index));
      this.#options.taken();
      // A store in this process never lets go of the thread by itself; a fall that has just come must be heard.
      await setImmediate();
    }
    this.#draining = false;
  }

  async #buried(envelope: Envelope, error: Error): Promise<boolean> {
    try {
      await giveUp(this.#ports, envelope, error);
      return true;
    } catch {
      return false;
    }
  }
}
