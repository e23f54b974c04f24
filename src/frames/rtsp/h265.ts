import type { Payload } from "./payload.ts";
import type { AccessUnit } from "./unit.ts";

/** RFC 7798 section 4.4: packet types beside the NAL unit types of H.265 itself. */
const AP = 48;
const FU = 49;
/** H.265 table 7-1: below 32 lie the slices, 16 to 23 are random access pictures, 32 to 34 parameter sets. */
const FIRST_RANDOM_ACCESS = 16;
const LAST_RANDOM_ACCESS = 23;
const FIRST_OTHER = 32;
const SPS = 33;
const HEADER = 2;

/** H.265 in RTP (RFC 7798) in decoding order: single NAL units (4.4.1), AP (4.4.2) and FU (4.4.3), without DONL fields. */
export class H265Payload implements Payload {
  #inFragment = false;

  append(unit: AccessUnit, bytes: Buffer, start: number, end: number): boolean {
    if (end - start < HEADER) return false;
    const type = ((bytes[start] as number) >> 1) & 0x3f;
    if (type === AP) return aggregate(unit, bytes, start + HEADER, end);
    if (type === FU) return this.#fragment(unit, bytes, start, end);
    // PACI packets (50) and what is unspecified are skipped (4.4.4).
    if (type < AP) whole(unit, bytes, start, end);
    return true;
  }

  interrupt(): void {
    this.#inFragment = false;
  }

  #fragment(unit: AccessUnit, bytes: Buffer, start: number, end: number): boolean {
    if (end - start < HEADER + 1) return false;
    const fragment = bytes[start + HEADER] as number;
    if (fragment & 0x80) {
      const type = fragment & 0x3f;
      unit.begin();
      unit.byte(((bytes[start] as number) & 0x81) | (type << 1));
      unit.byte(bytes[start + 1] as number);
      note(unit, type, end - start > HEADER + 1 ? (bytes[start + HEADER + 1] as number) : 0);
    } else if (!this.#inFragment) return false;
    unit.append(bytes, start + HEADER + 1, end);
    this.#inFragment = (fragment & 0x40) === 0;
    return true;
  }
}

function aggregate(unit: AccessUnit, bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; ) {
    if (at + 2 > end) return false;
    const size = bytes.readUInt16BE(at);
    at += 2;
    if (size < HEADER || at + size > end) return false;
    whole(unit, bytes, at, at + size);
    at += size;
  }
  return true;
}

function whole(unit: AccessUnit, bytes: Buffer, start: number, end: number): void {
  unit.begin();
  unit.append(bytes, start, end);
  note(unit, ((bytes[start] as number) >> 1) & 0x3f, end - start > HEADER ? (bytes[start + HEADER] as number) : 0);
}

/** `next` is the byte behind the header: a slice begins with first_slice_segment_in_pic_flag (7.3.6.1). */
function note(unit: AccessUnit, type: number, next: number): void {
  if (type < FIRST_OTHER) unit.slice((next & 0x80) !== 0);
  if ((type >= FIRST_RANDOM_ACCESS && type <= LAST_RANDOM_ACCESS) || type === SPS) unit.key = true;
}
