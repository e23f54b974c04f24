/** Longest payload of the packets made here. */
const MTU = 1000;

export interface PacketOptions {
  codec?: "h264" | "h265";
  sequence: number;
  timestamp: number;
  /** Mark the last packet; true unless said otherwise. */
  marker?: boolean;
  source?: number;
  payloadType?: number;
}

/** One RTP packet (RFC 3550 section 5.1). */
export function rtpPacket(
  payload: Buffer,
  { sequence, timestamp, marker = false, source = 1, payloadType = 96 }: PacketOptions,
): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = (marker ? 0x80 : 0) | payloadType;
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(source, 8);
  return Buffer.concat([header, payload]);
}

/** A sender report (RFC 3550 section 6.4.1): what the camera's wall clock (ms since 1970 UTC) shows at an RTP time. */
export function senderReport(wallMs: number, timestamp: number, source = 1): Buffer {
  const report = Buffer.alloc(28);
  report[0] = 0x80;
  report[1] = 200;
  report.writeUInt16BE(6, 2);
  report.writeUInt32BE(source, 4);
  report.writeUInt32BE((Math.floor(wallMs / 1000) + 2_208_988_800) % 2 ** 32, 8);
  report.writeUInt32BE(Math.floor(((wallMs % 1000) / 1000) * 2 ** 32), 12);
  report.writeUInt32BE(timestamp >>> 0, 16);
  return report;
}

/** A picture's NAL units as payloads: single units, and FU-A (RFC 6184 section 5.8) or FU (RFC 7798 section 4.4.3) for long ones. */
export function payloads(units: readonly Buffer[], codec: "h264" | "h265" = "h264"): Buffer[] {
  return units.flatMap((unit) => {
    if (unit.length <= MTU) return [unit];
    const header = codec === "h264" ? 1 : 2;
    const type = codec === "h264" ? unit[0]! & 0x1f : (unit[0]! >> 1) & 0x3f;
    const indicator =
      codec === "h264" ? Buffer.from([(unit[0]! & 0xe0) | 28]) : Buffer.from([(unit[0]! & 0x81) | (49 << 1), unit[1]!]);
    const parts: Buffer[] = [];
    for (let at = header; at < unit.length; at += MTU) {
      const flags = (at === header ? 0x80 : 0) | (at + MTU >= unit.length ? 0x40 : 0);
      parts.push(Buffer.concat([indicator, Buffer.from([flags | type]), unit.subarray(at, at + MTU)]));
    }
    return parts;
  });
}

/** A picture as RTP packets in order, the last one marked. */
export function packetise(units: readonly Buffer[], options: PacketOptions): Buffer[] {
  const all = payloads(units, options.codec);
  return all.map((payload, k) =>
    rtpPacket(payload, {
      ...options,
      sequence: options.sequence + k,
      marker: k === all.length - 1 && (options.marker ?? true),
    }),
  );
}
