import type { AccessUnit } from "./unit.ts";

/** How a codec's NAL units lie in RTP payloads. */
export interface Payload {
  /**
   * Appends what the payload in `bytes` from `start` to `end` carries to `unit`; false when it is malformed or continues a
   * fragment whose beginning is missing. Allocates nothing.
   */
  append(unit: AccessUnit, bytes: Buffer, start: number, end: number): boolean;
  /** Forgets a fragment that was begun: packets are missing. */
  interrupt(): void;
}
