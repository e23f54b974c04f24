import { randomBytes } from "node:crypto";
import type { Change, LivePush, Told } from "../core/push.ts";

/** Changes kept for listeners that come back. */
const KEPT = 2_000;

/** Live push within one process. */
export class MemoryPush implements LivePush {
  /** Cursors of another run of the process mean nothing here. */
  readonly #run = randomBytes(6).toString("base64url");
  readonly #kept: Told[] = [];
  readonly #listeners = new Map<(told: Told | "reset") => void, string>();
  #count = 0;

  publish(change: Change): void {
    this.#count += 1;
    const told = { ...change, cursor: `${this.#run}.${this.#count}` };
    this.#kept.push(told);
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const [hear, tenant] of this.#listeners) {
      if (tenant !== change.tenant) continue;
      try {
        hear(told);
      } catch {
        this.#listeners.delete(hear);
      }
    }
  }

  subscribe(tenant: string, hear: (told: Told | "reset") => void, after?: string): () => void {
    if (after !== undefined) {
      const missed = this.#since(after);
      if (missed === undefined) hear("reset");
      else for (const told of missed) if (told.tenant === tenant) hear(told);
    }
    const listener: typeof hear = (told) => hear(told);
    this.#listeners.set(listener, tenant);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #since(cursor: string): Told[] | undefined {
    const [run, number] = cursor.split(".");
    const missed = this.#count - Number(number);
    if (run !== this.#run || !Number.isInteger(missed) || missed < 0 || missed > this.#kept.length) return undefined;
    return missed === 0 ? [] : this.#kept.slice(-missed);
  }
}
