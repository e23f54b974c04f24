import { DecodeError } from "./errors.ts";
import type { Trace } from "./event.ts";

/**
 * Makes event ids: UUIDv7 (RFC 9562 section 5.7), rising even within one millisecond and when the wall clock is set
 * back (section 6.2, method 1: a 12-bit counter in rand_a). The platform's `randomUUIDv7` promises neither.
 */
export class IdMaker {
  readonly #random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;
  #ms = 0;
  #counter = 0;

  constructor(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes)) {
    this.#random = random;
  }

  /** `wall`: ms since 1970-01-01 UTC. */
  next(wall: number): string {
    const bytes = new Uint8Array(16);
    this.#random(bytes);
    if (wall > this.#ms) {
      this.#ms = Math.floor(wall);
      // Starts in the lower half, so that 2048 more fit into this millisecond.
      this.#counter = (((bytes[6] as number) << 8) | (bytes[7] as number)) & 0x7ff;
    } else {
      this.#counter += 1;
      if (this.#counter > 0xfff) {
        this.#ms += 1;
        this.#counter = 0;
      }
    }
    const view = new DataView(bytes.buffer);
    view.setUint32(0, Math.floor(this.#ms / 0x10000));
    view.setUint16(4, this.#ms % 0x10000);
    view.setUint16(6, 0x7000 | this.#counter);
    view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
    return idText(bytes);
  }
}

/** 16 bytes as 8-4-4-4-12 lower-case hexadecimal digits. */
export function idText(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new DecodeError(`id: ${bytes.length} bytes, must be 16`);
  return hexText(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The 16 bytes of an id; throws TypeError for text that is no UUID. */
export function idBytes(text: string): Uint8Array {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text))
    throw new TypeError(`event id "${text}" is no UUID; make ids with IdMaker`);
  return hexBytes(text.replaceAll("-", ""));
}

/** The trace that an event begins: its id as trace-id, the id's last 8 bytes (never all zero) as parent-id. */
export function traceOf(id: string): Trace {
  const traceId = id.replaceAll("-", "");
  return { traceId, parentId: traceId.slice(16) };
}

export function hexText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

export function hexBytes(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
