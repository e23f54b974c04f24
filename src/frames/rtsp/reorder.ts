import type { Monotonic } from "../../lib/clock.ts";
import { RtpPacket } from "./rtp.ts";

/** A burst of this many packets behind a missing one shows that it is lost, not late. */
const MOST_HELD = 32;
const LONGEST_HELD_MS = 50;

interface Held {
  bytes: Buffer;
  sequence: number;
  arrivedAt: Monotonic;
}

/**
 * Puts UDP packets into the order in which they were sent. Packets that come in order pass at once; those behind a missing
 * one wait for it, at most 32 of them and until one comes 50 ms later than the first. What comes too late then, comes out
 * of order, which the receiver notices.
 */
export class Reorder {
  readonly #out: (packet: RtpPacket, arrivedAt: Monotonic) => void;
  readonly #packet = new RtpPacket();
  /** In order. */
  readonly #held: Held[] = [];
  #next: number | undefined;
  #source = 0;
  /** Since when packets wait. */
  #since = 0;

  constructor(out: (packet: RtpPacket, arrivedAt: Monotonic) => void) {
    this.#out = out;
  }

  /** Takes over `bytes`, one whole packet. */
  push(bytes: Buffer, arrivedAt: Monotonic): void {
    const packet = this.#packet;
    if (!packet.read(bytes, 0, bytes.length)) return;
    if (this.#next === undefined || packet.source !== this.#source) {
      this.#release(Number.POSITIVE_INFINITY);
      packet.read(bytes, 0, bytes.length);
      this.#source = packet.source;
      this.#next = packet.sequence;
    }
    const ahead = distance(this.#next, packet.sequence);
    if (ahead > 0 && ahead < 0x8000) {
      this.#hold({ bytes, sequence: packet.sequence, arrivedAt });
      if (this.#held.length > MOST_HELD) this.#release(1);
    } else {
      if (ahead === 0) this.#next = (packet.sequence + 1) & 0xffff;
      this.#out(packet, arrivedAt);
    }
    const tooLong = this.#held.length > 0 && arrivedAt - this.#since > LONGEST_HELD_MS;
    this.#release(tooLong ? 1 : 0);
    if (tooLong) this.#since = arrivedAt;
  }

  #hold(one: Held): void {
    if (this.#held.length === 0) this.#since = one.arrivedAt;
    const next = this.#next as number;
    const ahead = distance(next, one.sequence);
    const at = this.#held.findLastIndex(({ sequence }) => distance(next, sequence) <= ahead);
    if (this.#held[at]?.sequence !== one.sequence) this.#held.splice(at + 1, 0, one);
  }

  /** Lets `skipping` gaps be, then whatever follows without one. */
  #release(skipping: number): void {
    let skipped = 0;
    for (let first = this.#held[0]; first; first = this.#held[0]) {
      if (first.sequence !== this.#next) {
        if (skipped >= skipping) return;
        skipped += 1;
      }
      this.#held.shift();
      this.#next = (first.sequence + 1) & 0xffff;
      if (this.#packet.read(first.bytes, 0, first.bytes.length)) this.#out(this.#packet, first.arrivedAt);
    }
  }
}

/** How far `to` lies ahead of `from`, modulo 2^16. */
function distance(from: number, to: number): number {
  return (to - from) & 0xffff;
}
