import type { SQLOutputValue } from "node:sqlite";
import { crc32 } from "node:zlib";
import { EVENT_CLASSES, type EventClass, type OutboxEvent } from "./classes.ts";

/** The row as an event when its checksum holds. */
export function soundEvent(row: Record<string, SQLOutputValue>): OutboxEvent | undefined {
  const name = EVENT_CLASSES[Number(row.class)];
  if (!(row.payload instanceof Uint8Array) || name === undefined) return undefined;
  const event = { sequence: Number(row.sequence), id: String(row.id), class: name, payload: row.payload };
  return checksum(event) === Number(row.crc) ? event : undefined;
}

/** CRC-32 over everything that must arrive unchanged. */
export function checksum(event: OutboxEvent): number {
  return crc32(event.payload, crc32(`${event.sequence} ${event.id} ${event.class}`));
}

/** The class with this number in the file. */
export function className(index: SQLOutputValue | undefined): EventClass {
  return EVENT_CLASSES[Number(index)] ?? "heartbeat";
}
