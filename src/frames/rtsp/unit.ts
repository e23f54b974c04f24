/** A key frame of a 4K camera stays below 2 MiB; what is longer is no picture. */
export const LONGEST_UNIT = 8 * 2 ** 20;
const FIRST = 64 * 1024;

/**
 * An access unit that is being put together: the NAL units of one picture behind start codes (H.264 and H.265 Annex B). One
 * object, whose memory grows to the largest picture, serves a whole stream.
 */
export class AccessUnit {
  #bytes = Buffer.allocUnsafeSlow(FIRST);
  #length = 0;
  /** RTP time of its packets, and who sent them. */
  timestamp = 0;
  source = 0;
  /** When its last packet arrived, monotonic ms. */
  arrivedAt = 0;
  /** Parts of the picture itself, as opposed to parameters and messages. */
  slices = 0;
  /** Whether the first slice is the picture's first. */
  whole = false;
  /** Whether decoding can begin here: a key frame, or parameters that come before one. */
  key = false;
  /** Something of it was lost or is malformed. */
  damaged = false;

  get length(): number {
    return this.#length;
  }

  /** What was put together so far; valid until the next change. */
  get data(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
    this.slices = 0;
    this.whole = false;
    this.key = false;
    this.damaged = false;
  }

  /** Begins a NAL unit. */
  begin(): void {
    if (!this.#reserve(4)) return;
    this.#length = this.#bytes.writeUInt32BE(1, this.#length);
  }

  byte(value: number): void {
    if (!this.#reserve(1)) return;
    this.#length = this.#bytes.writeUInt8(value, this.#length);
  }

  append(bytes: Buffer, start = 0, end = bytes.length): void {
    if (!this.#reserve(end - start)) return;
    // Unlike `set`, this needs no view, which would be an allocation per packet.
    this.#length += bytes.copy(this.#bytes, this.#length, start, end);
  }

  /** Notes a slice; `first`: it is the first of its picture. */
  slice(first: boolean): void {
    if (this.slices === 0) this.whole = first;
    this.slices += 1;
  }

  /** Makes room; an overlong unit is damaged and grows no further. */
  #reserve(more: number): boolean {
    const needed = this.#length + more;
    if (needed > LONGEST_UNIT) this.damaged = true;
    if (this.damaged) return false;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(LONGEST_UNIT, Math.max(needed, this.#bytes.length * 2)));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    return true;
  }
}
