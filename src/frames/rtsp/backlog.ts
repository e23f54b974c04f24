import { Packet } from "node-av/lib";
import type { Monotonic } from "../../lib/clock.ts";
import type { AccessUnit } from "./unit.ts";

/** A camera sends up to a few seconds at once when it begins with its last key frame. */
const MOST = 256;
const MOST_BYTES = 32 * 2 ** 20;
const LONGEST_MS = 1000;

interface Waiting {
  packet: Packet;
  arrivedAt: Monotonic;
  cameraTime: number;
}

/**
 * Pictures that wait for the decoder, which is busy with an earlier one.
 *
 * Drop policy: no picture can be left out that later ones refer to. So when the decoder is a second behind, or 256 pictures
 * or 32 MiB wait, all of them are dropped and counted, and so is what follows, up to the next key frame.
 */
export class Backlog {
  readonly #dropped: () => void;
  readonly #waiting: Waiting[] = [];
  readonly #spare: Packet[] = [];
  #bytes = 0;
  #untilKey = false;
  #wake: (() => void) | undefined;

  /** `dropped` is told of each picture that is let go. */
  constructor(dropped: () => void) {
    this.#dropped = dropped;
  }

  /** Copies the unit; `time` becomes the packet's time stamp, `cameraTime` is kept beside it. */
  push(unit: AccessUnit, time: number, cameraTime: number): void {
    const [oldest] = this.#waiting;
    const behind = oldest !== undefined && unit.arrivedAt - oldest.arrivedAt > LONGEST_MS;
    if (behind || this.#waiting.length >= MOST || this.#bytes + unit.length > MOST_BYTES) this.#drop();
    if (this.#untilKey && !unit.key) {
      this.#dropped();
      return;
    }
    this.#untilKey = false;
    const packet = this.#spare.pop() ?? allocated();
    packet.data = unit.data;
    packet.pts = BigInt(time);
    packet.isKeyframe = unit.key;
    this.#bytes += unit.length;
    this.#waiting.push({ packet, arrivedAt: unit.arrivedAt, cameraTime });
    this.wake();
  }

  /** The picture that waits longest, if any; `done` takes the packet back. */
  take(): Waiting | undefined {
    const first = this.#waiting.shift();
    if (first) this.#bytes -= first.packet.size;
    return first;
  }

  done(packet: Packet): void {
    packet.unref();
    this.#spare.push(packet);
  }

  /** Resolves when a picture waits, or somebody wakes the waiter up. */
  async waiting(): Promise<void> {
    if (this.#waiting.length > 0) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  free(): void {
    for (const { packet } of this.#waiting.splice(0)) packet.free();
    for (const packet of this.#spare.splice(0)) packet.free();
  }

  #drop(): void {
    for (const { packet } of this.#waiting.splice(0)) {
      this.done(packet);
      this.#dropped();
    }
    this.#bytes = 0;
    this.#untilKey = true;
  }
}

function allocated(): Packet {
  const packet = new Packet();
  packet.alloc();
  return packet;
}
