import { type Head, parseHead } from "./message.ts";

/** RFC 2326 section 10.12: interleaved data begins with a dollar sign, a channel and a 16-bit length. */
const DOLLAR = 0x24;
const INTERLEAVED = 4;
const CR = 0x0d;
const LF = 0x0a;
/** Headers of real cameras stay below 2 KiB, descriptions below 8 KiB. */
const LONGEST_HEAD = 16 * 1024;
const LONGEST_BODY = 64 * 1024;
const END_OF_HEAD = "\r\n\r\n";

export interface SplitterEvents {
  /** `bytes` from `start` to `end`; valid during the call. */
  packet(channel: number, bytes: Buffer, start: number, end: number): void;
  message(head: Head, body: string): void;
}

/** What came is no RTSP. */
export class GarbledError extends Error {
  override readonly name = "GarbledError";
}

/**
 * Splits what comes through an RTSP connection into messages and interleaved packets. Its memory is fixed: the longest of
 * either fits, beside one read.
 */
export class Splitter {
  readonly #events: SplitterEvents;
  readonly #bytes = Buffer.allocUnsafeSlow(LONGEST_HEAD + LONGEST_BODY + 64 * 1024);
  #length = 0;
  #head: Head | undefined;

  constructor(events: SplitterEvents) {
    this.#events = events;
  }

  /** Throws GarbledError when it is neither, or longer than any real one. */
  push(chunk: Buffer, length = chunk.length): void {
    for (let from = 0; from < length; ) {
      const taken = chunk.copy(this.#bytes, this.#length, from, length);
      from += taken;
      this.#length += taken;
      const used = this.#split();
      this.#bytes.copyWithin(0, used, this.#length);
      this.#length -= used;
    }
  }

  /** Reports all that is complete; returns how many bytes that was. */
  #split(): number {
    let at = 0;
    while (at < this.#length) {
      const first = this.#bytes[at] as number;
      if (!this.#head && (first === CR || first === LF)) {
        at += 1;
        continue;
      }
      const used = !this.#head && first === DOLLAR ? this.#packet(at) : this.#message(at);
      if (used === 0) break;
      at += used;
    }
    return at;
  }

  #packet(at: number): number {
    if (at + INTERLEAVED > this.#length) return 0;
    const size = INTERLEAVED + this.#bytes.readUInt16BE(at + 2);
    if (at + size > this.#length) return 0;
    this.#events.packet(this.#bytes[at + 1] as number, this.#bytes, at + INTERLEAVED, at + size);
    return size;
  }

  #message(at: number): number {
    if (!this.#head) return this.#readHead(at);
    const size = bodyLength(this.#head);
    if (at + size > this.#length) return 0;
    const head = this.#head;
    this.#head = undefined;
    this.#events.message(head, this.#bytes.toString("utf8", at, at + size));
    return size;
  }

  #readHead(at: number): number {
    const end = this.#bytes.subarray(0, this.#length).indexOf(END_OF_HEAD, at);
    if ((end < 0 ? this.#length : end) - at > LONGEST_HEAD) throw new GarbledError("an endless header");
    if (end < 0) {
      if (!/^[A-Z]/.test(this.#bytes.toString("latin1", at, at + 1))) throw new GarbledError("no RTSP");
      return 0;
    }
    const head = parseHead(this.#bytes.toString("utf8", at, end));
    if (!head) throw new GarbledError("no RTSP");
    if (!(bodyLength(head) <= LONGEST_BODY)) throw new GarbledError("an endless body");
    const size = end + END_OF_HEAD.length - at;
    if (bodyLength(head) === 0) this.#events.message(head, "");
    else this.#head = head;
    return size;
  }
}

/** NaN when the camera says nonsense. */
function bodyLength({ fields }: Head): number {
  const said = fields.get("content-length") ?? "0";
  return /^\d+$/.test(said) ? Number(said) : Number.NaN;
}
