import { DecodeError } from "./errors.ts";

/** Appends `value` (0..2^32-1) as a base-128 varint (Protocol Buffers encoding, "Base 128 Varints"). */
export function putVarint(into: number[], value: number): void {
  let rest = value >>> 0;
  while (rest > 0x7f) {
    into.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  into.push(rest);
}

/** Signed 32-bit numbers as unsigned ones, small magnitudes first (Protocol Buffers' ZigZag). */
export function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

export function unzigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}

/** Reads varints one after the other; throws DecodeError at the end of the bytes or past 32 bits. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  next(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new DecodeError("skeleton: the bytes end inside a number");
      if (shift === 28 && byte > 0x0f) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new DecodeError("skeleton: a number is longer than 32 bits");
  }
}
