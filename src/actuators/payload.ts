import type { Clock } from "../lib/clock.ts";
import type { OutputState } from "./actuator.ts";
import type { Order } from "./output.ts";

/** A command as receivers of MQTT and HTTP get it, in JSON. */
export interface Payload {
  /** Names this order; repeated on the acknowledgement topic. */
  readonly id: string;
  readonly alarm: string;
  readonly state: OutputState;
  /** The level of the output after polarity. */
  readonly energised: boolean;
  readonly reason: string;
  readonly camera: string;
  readonly zone: string;
  /** ms since 1970 UTC after which a receiver must not carry it out any more; null for the idle state of the start. */
  readonly expiresAt: number | null;
}

export function payload(order: Order, clock: Clock): Payload {
  const { alarm, state, reason, camera, zone, deadline } = order.command;
  const expiresAt = Number.isFinite(deadline) ? Math.round(clock.wall() + deadline - clock.now()) : null;
  return { id: order.id, alarm, state, energised: order.energised, reason, camera, zone, expiresAt };
}
