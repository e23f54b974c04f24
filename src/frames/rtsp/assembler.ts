import type { Monotonic } from "../../lib/clock.ts";
import type { Payload } from "./payload.ts";
import type { RtpPacket } from "./rtp.ts";
import { AccessUnit } from "./unit.ts";

export interface AssemblerEvents {
  /** A picture is complete; `time` counts from the stream's first picture, in steps of the clock rate. Valid during the call. */
  unit(unit: AccessUnit, time: number): void;
  /** A picture was lost, in part or as a whole. */
  damaged(): void;
}

/** Packets in a row that a camera may number anew before it is believed (RFC 3550 A.1, MIN_SEQUENTIAL). */
const BELIEVED = 2;

/**
 * Puts pictures together from RTP packets and hands each one out the moment its last packet is there, which the marker bit
 * says (RFC 6184 section 5.1, RFC 7798 section 4.1).
 *
 *   packets ──► [late? stranger?] ──► [gap?] ──► [new time: close] ──► append ──► [marker: close] ──► unit
 *
 * - Without a marker a unit is closed by the first packet of another time, one frame interval later.
 * - A camera that sets the marker in the midst of a picture is not believed any more; its pictures are closed by time.
 * - A unit without a slice (parameters, messages) is not closed but goes with the picture that follows.
 * - A unit that lost a packet is dropped and counted, and decoding goes on at once with the next one, though that may refer
 *   to the lost picture: the decoder conceals what is missing, and a smear until the next key frame, up to 10 s away, is
 *   the smaller evil beside a blind camera.
 */
export class Assembler {
  readonly #payload: Payload;
  readonly #payloadType: number;
  readonly #parameterSets: Buffer;
  readonly #events: AssemblerEvents;
  readonly #unit = new AccessUnit();
  #source: number | undefined;
  #sequence = 0;
  /** Late packets in a row. */
  #late = 0;
  #lateSequence = 0;
  /** Packets are missing since the last unit was closed. */
  #gap = false;
  #begun = false;
  #time = 0;
  #lastTimestamp: number | undefined;
  /** RTP time of the unit that a marker closed last, as long as nothing else came. */
  #closedAt: number | undefined;
  #believesMarkers = true;

  /** `parameterSets`: NAL units with start codes that go before the first picture. */
  constructor(
    { payload, payloadType, parameterSets }: { payload: Payload; payloadType: number; parameterSets: Buffer },
    events: AssemblerEvents,
  ) {
    this.#payload = payload;
    this.#payloadType = payloadType;
    this.#parameterSets = parameterSets;
    this.#events = events;
    this.#begin();
  }

  push(packet: RtpPacket, arrivedAt: Monotonic): void {
    if (!this.#follows(packet) || packet.payloadType !== this.#payloadType) return;
    const unit = this.#unit;
    if (this.#begun && packet.timestamp !== unit.timestamp) this.#newTime();
    unit.timestamp = packet.timestamp;
    unit.source = packet.source;
    unit.arrivedAt = arrivedAt;
    this.#begun = true;
    const known = unit.slices;
    if (!this.#payload.append(unit, packet.bytes, packet.start, packet.end)) unit.damaged = true;
    if (known === 0 && unit.slices > 0 && !unit.whole) this.#startsInside(packet);
    if (packet.marker && this.#believesMarkers) this.#close();
  }

  /** Whether the packet is the next one, or comes after a gap. */
  #follows(packet: RtpPacket): boolean {
    if (this.#source !== packet.source) {
      if (this.#source !== undefined) this.#lose();
      this.#source = packet.source;
    } else {
      const ahead = (packet.sequence - this.#sequence) & 0xffff;
      if (ahead >= 0x8000) {
        // A copy, or too late to be of use; unless the camera counts from elsewhere now.
        this.#late = packet.sequence === this.#lateSequence ? this.#late + 1 : 1;
        this.#lateSequence = (packet.sequence + 1) & 0xffff;
        if (this.#late <= BELIEVED) return false;
      }
      if (ahead > 0) this.#lose();
    }
    this.#late = 0;
    this.#sequence = (packet.sequence + 1) & 0xffff;
    return true;
  }

  #lose(): void {
    this.#payload.interrupt();
    this.#closedAt = undefined;
    if (this.#begun) this.#unit.damaged = true;
    else this.#gap = true;
  }

  #newTime(): void {
    const unit = this.#unit;
    this.#payload.interrupt();
    // Whether a gap between the two took from the next one too, that one's first slice tells.
    if (unit.slices > 0 || unit.damaged) this.#close();
  }

  /** The first slice is not its picture's first: that one was lost, or went out with a marker that came too early. */
  #startsInside(packet: RtpPacket): void {
    this.#unit.damaged = true;
    if (this.#closedAt === packet.timestamp) this.#believesMarkers = false;
  }

  #close(): void {
    const unit = this.#unit;
    if (!unit.damaged && unit.slices === 0) return;
    if (unit.damaged || this.#gap) this.#events.damaged();
    this.#gap = false;
    this.#closedAt = unit.timestamp;
    if (!unit.damaged) {
      this.#time += this.#lastTimestamp === undefined ? 0 : (unit.timestamp - this.#lastTimestamp) | 0;
      this.#lastTimestamp = unit.timestamp;
      this.#events.unit(unit, this.#time);
    }
    this.#begin();
  }

  #begin(): void {
    this.#unit.clear();
    this.#begun = false;
    this.#payload.interrupt();
    if (this.#lastTimestamp === undefined) this.#unit.append(this.#parameterSets);
  }
}
