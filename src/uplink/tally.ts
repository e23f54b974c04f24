import { EVENT_CLASSES, type EventClass } from "./classes.ts";

/** What a row costs on disk beside its payload: id, its index, the row and index headers; measured. */
const ROW_BYTES = 150;

/** Bytes on disk of an event with a payload of this length. */
export function rowBytes(payload: number): number {
  return payload + ROW_BYTES;
}

/** Events and bytes that wait, by class, so that no append has to count the table. */
export class Tally {
  readonly #counts = new Map<EventClass, { events: number; bytes: number }>();

  /** Bytes of all classes together. */
  get bytes(): number {
    let bytes = 0;
    for (const count of this.#counts.values()) bytes += count.bytes;
    return bytes;
  }

  events(of: EventClass): number {
    return this.#counts.get(of)?.events ?? 0;
  }

  byClass(): Record<EventClass, number> {
    const entries = EVENT_CLASSES.map((name) => [name, this.events(name)] as const);
    return Object.fromEntries(entries) as Record<EventClass, number>;
  }

  /** `payload` is the length of all payloads together; negative numbers take away. */
  add(to: EventClass, events: number, payload: number): void {
    const count = this.#counts.get(to) ?? { events: 0, bytes: 0 };
    this.#counts.set(to, { events: count.events + events, bytes: count.bytes + payload + events * ROW_BYTES });
  }

  clear(): void {
    this.#counts.clear();
  }
}
