/** Kinds of events by how much they matter, most important first. */
export const EVENT_CLASSES = ["alarm", "nearMiss", "health", "heartbeat"] as const;
export type EventClass = (typeof EVENT_CLASSES)[number];

/** One encoded event on its way to the cloud. */
export interface OutboxEvent {
  /** Counts this device's events from 1; order among events is this, never a clock. */
  readonly sequence: number;
  /** UUIDv7 as text; the same at every attempt. */
  readonly id: string;
  readonly class: EventClass;
  readonly payload: Uint8Array;
}

/** Why an event was given up. */
export type DropReason = "ttl" | "quota" | "disk full" | "corrupt" | "refused";

/** How full the outbox is. */
export interface OutboxStats {
  readonly events: Readonly<Record<EventClass, number>>;
  readonly bytes: number;
  /** ms that the oldest waiting event has waited while the device ran; 0 when none waits. */
  readonly oldestMs: number;
  /** Why alarms are at risk of being lost, with the remedy; empty while there is room. */
  readonly trouble: string;
}

/** What happens inside that nobody asked for. */
export type OutboxNotice =
  | { readonly kind: "dropped"; readonly class: EventClass; readonly reason: DropReason; readonly count: number }
  | { readonly kind: "database replaced"; readonly kept: string; readonly why: string; readonly salvaged: number };
