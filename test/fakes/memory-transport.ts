import { checkLimits } from "../../src/uplink/limits.ts";
import type { Outgoing, Transport } from "../../src/uplink/transport.ts";

/** A transport whose other side is a list: the twin of a broker, moved by hand. */
export class MemoryTransport implements Transport {
  /** What the other side has taken, in order. */
  readonly taken: Outgoing[] = [];
  readonly #unanswered = new Set<(error: Error) => void>();
  #events: Parameters<Transport["start"]>[0] | undefined;
  #reachable = true;
  #answers = true;
  #connected = false;
  #closed = false;

  get connected(): boolean {
    return this.#connected;
  }

  start(events: Parameters<Transport["start"]>[0]): void {
    this.#events = events;
    queueMicrotask(() => this.#connect());
  }

  async send(message: Outgoing): Promise<void> {
    checkLimits(message);
    if (!this.#connected) throw new Error("not connected");
    if (this.#answers) {
      this.taken.push(message);
      return;
    }
    await new Promise<void>((_, reject) => this.#unanswered.add(reject));
  }

  /** The other side goes away. */
  down(): void {
    this.#reachable = false;
    this.#lose("the other side went away");
  }

  up(): void {
    this.#reachable = true;
    this.#answers = true;
    this.#connect();
  }

  /** The link stands, but nothing passes any more. */
  freeze(): void {
    this.#answers = false;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#lose("closed");
  }

  #connect(): void {
    if (this.#connected || this.#closed || !this.#reachable || !this.#events) return;
    this.#connected = true;
    this.#events.connected();
  }

  #lose(reason: string): void {
    if (!this.#connected) return;
    this.#connected = false;
    for (const reject of this.#unanswered) reject(new Error(reason));
    this.#unanswered.clear();
    this.#events?.disconnected(reason);
  }
}
