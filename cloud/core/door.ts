import { decode, MAX_EVENT_BYTES } from "../../src/event/decode.ts";
import { DecodeError } from "../../src/event/errors.ts";
import { type Event, SCHEMA } from "../../src/event/event.ts";

/** Bytes as they came in, with what the broker knows about who sent them. */
export interface Envelope {
  /** Who the connection has proved to be: the name in its certificate, which the broker ties to the topic. */
  readonly identity: string;
  readonly bytes: Uint8Array;
  /** ms since 1970, on the cloud's clock. */
  readonly receivedAt: number;
}

/** Why bytes were not taken: no event · a device that wrote as another · a device that nobody enrolled ·
 * a fault of ours, again and again. */
export type Rejection = "malformed" | "foreign" | "unknown device" | "failed";

export class RejectedError extends Error {
  override readonly name = "RejectedError";
  readonly rejection: Rejection;

  constructor(rejection: Rejection, message: string) {
    super(message);
    this.rejection = rejection;
  }
}

/** The device's encoder cuts names to 64 and sentences to 300; what is longer was not written by it. */
const MAX_NAME = 64;
const MAX_TEXT = 300;
/** One device has not so many cameras, outputs and models. */
const MAX_LIST = 64;
/** The end of the year 9999: later wall clocks fit no calendar. */
const MAX_WALL_MS = 253_402_300_799_999;

/** The event in an envelope. Throws RejectedError, and nothing else, for one that must not be taken. */
export function open({ identity, bytes }: Envelope): Event {
  let event: Event;
  try {
    event = decode(bytes);
  } catch (error) {
    if (error instanceof DecodeError) throw new RejectedError("malformed", error.message);
    throw error;
  }
  if (event.device !== identity)
    throw new RejectedError(
      "foreign",
      `device: the connection is "${cut(identity)}", the message says "${cut(event.device)}"; a device may only write as itself`,
    );
  if (event.sequence < 1) throw new RejectedError("malformed", "sequence: 0, must count from 1");
  if (event.clock.wallMs > MAX_WALL_MS)
    throw new RejectedError("malformed", `clock.wall_ms: ${event.clock.wallMs} is after the year 9999`);
  if (readable(event)) checkSizes(event.body, "");
  return event;
}

/** Whether this program understands all of it; what it does not is kept until it does. */
export function readable({ schema, body }: Event): boolean {
  return schema <= SCHEMA && body.type !== "unknown";
}

/** Holds every text and list of a body to the size that a device would write. */
function checkSizes(value: unknown, field: string): void {
  if (typeof value === "string") {
    const limit = /\.(text|reason|detail)$/.test(field) ? MAX_TEXT : MAX_NAME;
    if (value.length > limit)
      throw new RejectedError("malformed", `${field.slice(1)}: ${value.length} characters, must be at most ${limit}`);
    if (value === "" && /^\.(camera|alarm)$/.test(field))
      throw new RejectedError("malformed", `${field.slice(1)}: is missing`);
  } else if (Array.isArray(value)) {
    if (value.length > MAX_LIST)
      throw new RejectedError("malformed", `${field.slice(1)}: ${value.length} entries, must be at most ${MAX_LIST}`);
    for (const entry of value) checkSizes(entry, field);
  } else if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value))
    for (const [name, entry] of Object.entries(value)) checkSizes(entry, `${field}.${name}`);
}

/** How much of an envelope is worth keeping when it is not taken. */
export function keepable(bytes: Uint8Array): Uint8Array {
  return bytes.length > MAX_EVENT_BYTES ? bytes.subarray(0, 1_024) : bytes;
}

const cut = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}…` : text);
