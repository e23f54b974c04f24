const SENDER_REPORT = 200;
const BYE = 203;
/** NTP counts seconds from 1900 (RFC 5905 section 6). */
const NTP_1970 = 2_208_988_800;
/** Seconds that begin with a 0 bit belong to the era that begins in 2036 (RFC 4330 section 3). */
const NTP_ERA = 2 ** 32;

/** The packets of a compound RTCP packet (RFC 3550 section 6.1), each as type, start and end; stops at what is none. */
function* parts(bytes: Buffer, start: number, end: number): Generator<[type: number, from: number, to: number]> {
  for (let at = start; at + 4 <= end && (bytes[at] as number) >> 6 === 2; ) {
    const next = at + 4 + bytes.readUInt16BE(at + 2) * 4;
    if (next > end) return;
    yield [bytes[at + 1] as number, at, next];
    at = next;
  }
}

/** Whether a compound RTCP packet says that the stream has ended (RFC 3550 section 6.6). */
export function saysBye(bytes: Buffer, start: number, end: number): boolean {
  for (const [type] of parts(bytes, start, end)) if (type === BYE) return true;
  return false;
}

/** One instant on two clocks of a camera. */
interface SenderReport {
  source: number;
  /** ms since 1970 UTC, as the camera believes. */
  wallMs: number;
  /** RTP time. */
  timestamp: number;
}

/** A camera's own clock, which its sender reports (RFC 3550 section 6.4.1) tie to the RTP time of its pictures. */
export class SenderClock {
  readonly #clockRate: number;
  #report: SenderReport | undefined;

  /** `clockRate`: steps of RTP time in a second. */
  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** Learns from a compound RTCP packet what there is in it. */
  take(bytes: Buffer, start: number, end: number): void {
    for (const [type, from, to] of parts(bytes, start, end)) {
      if (type !== SENDER_REPORT || to - from < 28) continue;
      const seconds = bytes.readUInt32BE(from + 8);
      // A sender without a wall clock may say 0.
      if (seconds === 0) continue;
      const era = seconds < NTP_ERA / 2 ? NTP_ERA : 0;
      this.#report = {
        source: bytes.readUInt32BE(from + 4),
        wallMs: (era + seconds - NTP_1970 + bytes.readUInt32BE(from + 12) / NTP_ERA) * 1000,
        timestamp: bytes.readUInt32BE(from + 16),
      };
    }
  }

  /** An RTP time of `source` on the camera's wall clock, ms since 1970 UTC; NaN as long as that source has reported nothing. */
  wallTime(source: number, timestamp: number): number {
    const report = this.#report;
    if (report?.source !== source) return Number.NaN;
    return report.wallMs + (((timestamp - report.timestamp) | 0) / this.#clockRate) * 1000;
  }
}
