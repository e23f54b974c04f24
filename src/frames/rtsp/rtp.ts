const FIXED = 12;

/**
 * The header of an RTP packet (RFC 3550 section 5.1) and where its payload lies. One object is filled again and again, so
 * that a packet costs no allocation.
 */
export class RtpPacket {
  bytes: Buffer = Buffer.alloc(0);
  /** Payload without padding: `bytes` from `start` up to, not including, `end`. */
  start = 0;
  end = 0;
  /** For video: this packet is the last of its picture. */
  marker = false;
  payloadType = 0;
  /** 16 bits, then starting again from 0. */
  sequence = 0;
  /** 32 bits, in steps of the clock rate. */
  timestamp = 0;
  /** Who sends; another number means that the camera has started anew. */
  source = 0;

  /** Reads the packet in `bytes` from `start` to `end`; false when it is no RTP packet of version 2. */
  read(bytes: Buffer, start: number, end: number): boolean {
    if (end - start < FIXED) return false;
    const first = bytes[start] as number;
    if (first >> 6 !== 2) return false;
    const second = bytes[start + 1] as number;
    let payload = start + FIXED + (first & 0x0f) * 4;
    if (first & 0x10) {
      if (payload + 4 > end) return false;
      payload += 4 + bytes.readUInt16BE(payload + 2) * 4;
    }
    const padding = first & 0x20 ? (bytes[end - 1] as number) : 0;
    if (payload + padding > end) return false;
    this.bytes = bytes;
    this.start = payload;
    this.end = end - padding;
    this.marker = (second & 0x80) !== 0;
    this.payloadType = second & 0x7f;
    this.sequence = bytes.readUInt16BE(start + 2);
    this.timestamp = bytes.readUInt32BE(start + 4);
    this.source = bytes.readUInt32BE(start + 8);
    return true;
  }
}
