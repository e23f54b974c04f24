import type { Payload } from "./payload.ts";
import type { AccessUnit } from "./unit.ts";

/** RFC 6184 section 5.2: packet types beside the NAL unit types of H.264 itself. */
const STAP_A = 24;
const FU_A = 28;
/** H.264 table 7-1. */
const SLICE = 1;
const PARTITION_A = 2;
const IDR = 5;
const SPS = 7;

/** H.264 in RTP (RFC 6184), non-interleaved: single NAL units (5.6), STAP-A (5.7.1) and FU-A (5.8). */
export class H264Payload implements Payload {
  #inFragment = false;

  append(unit: AccessUnit, bytes: Buffer, start: number, end: number): boolean {
    if (start >= end) return false;
    const header = bytes[start] as number;
    const type = header & 0x1f;
    if (type === STAP_A) return aggregate(unit, bytes, start + 1, end);
    if (type === FU_A) return this.#fragment(unit, bytes, start, end);
    // 25-27 and 29 belong to the interleaved mode, which is not asked for; 0, 30 and 31 mean nothing and are skipped.
    if (type > STAP_A && type < 30) return false;
    if (type !== 0 && type < STAP_A) whole(unit, bytes, start, end);
    return true;
  }

  interrupt(): void {
    this.#inFragment = false;
  }

  #fragment(unit: AccessUnit, bytes: Buffer, start: number, end: number): boolean {
    if (end - start < 2) return false;
    const fragment = bytes[start + 1] as number;
    if (fragment & 0x80) {
      const header = ((bytes[start] as number) & 0xe0) | (fragment & 0x1f);
      unit.begin();
      unit.byte(header);
      note(unit, header, end - start > 2 ? (bytes[start + 2] as number) : 0);
    } else if (!this.#inFragment) return false;
    unit.append(bytes, start + 2, end);
    this.#inFragment = (fragment & 0x40) === 0;
    return true;
  }
}

function aggregate(unit: AccessUnit, bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; ) {
    if (at + 2 > end) return false;
    const size = bytes.readUInt16BE(at);
    at += 2;
    if (at + size > end) return false;
    if (size > 0) whole(unit, bytes, at, at + size);
    at += size;
  }
  return true;
}

function whole(unit: AccessUnit, bytes: Buffer, start: number, end: number): void {
  unit.begin();
  unit.append(bytes, start, end);
  note(unit, bytes[start] as number, end - start > 1 ? (bytes[start + 1] as number) : 0);
}

/** `next` is the byte behind the header: a slice begins with first_mb_in_slice as ue(v) (7.3.3), where a 1 bit is 0. */
function note(unit: AccessUnit, header: number, next: number): void {
  const type = header & 0x1f;
  if (type === SLICE || type === PARTITION_A || type === IDR) unit.slice((next & 0x80) !== 0);
  if (type === IDR || type === SPS) unit.key = true;
}
