const BYE = 203;

/** Whether a compound RTCP packet (RFC 3550 section 6.1) says that the stream has ended (section 6.6). */
export function saysBye(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at + 4 <= end && (bytes[at] as number) >> 6 === 2; ) {
    if (bytes[at + 1] === BYE) return true;
    at += 4 + bytes.readUInt16BE(at + 2) * 4;
  }
  return false;
}
