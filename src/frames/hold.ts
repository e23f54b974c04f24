import type { Frame, FrameSource, Size, SourceEvents } from "./frame.ts";

export interface HoldOptions {
  /** Seconds for which the last frame comes again after the end. */
  holdS: number;
  /** The clip is played this many times slower: 4 turns one second of the file into four. */
  slower: number;
}

/**
 * A clip that goes on showing its last picture, for clips that end right after the landing; and one whose time can be stretched, for
 * clips that were sped up. For sources with `pace: clip`, which deliver a frame only after the one before was released.
 */
export function holdLast(source: FrameSource, { holdS, slower }: HoldOptions): FrameSource {
  return {
    camera: source.camera,
    async run(events: SourceEvents, signal: AbortSignal): Promise<void> {
      const last = new Remembered();
      let interval = 1 / 15;
      await source.run(
        {
          opened(path) {
            if (path.fps > 0) interval = slower / path.fps;
            events.opened({ ...path, fps: path.fps / slower });
          },
          frame(frame) {
            events.frame(last.remember(stretched(frame, slower)));
          },
        },
        signal,
      );
      for (let k = 1; k <= Math.round(holdS / interval) && last.frame && !signal.aborted; k += 1) {
        const frame = last.frame;
        await new Promise<void>((released) => events.frame(last.again(frame, k, k * interval, released)));
      }
    },
  };
}

/** The same picture with other numbers; written out because a frame's fields may be getters, which a spread would lose. */
function derive(frame: Frame, change: Partial<Frame>): Frame {
  const { camera, sequence, capturedAt, wallTime, cameraTime, pts, decodeMs, size } = frame;
  return {
    camera,
    sequence,
    capturedAt,
    wallTime,
    cameraTime,
    pts,
    decodeMs,
    size,
    paint: (into, wanted) => frame.paint(into, wanted),
    release: () => frame.release(),
    ...change,
  };
}

function stretched(frame: Frame, slower: number): Frame {
  if (slower === 1) return frame;
  const delay = frame.pts * 1000 * (slower - 1);
  return derive(frame, {
    capturedAt: frame.capturedAt + delay,
    wallTime: frame.wallTime + delay,
    pts: frame.pts * slower,
  });
}

/** Keeps what the last frame painted, in the size in which it was asked for, after the decoder took the frame back. */
class Remembered {
  frame: Frame | undefined;
  #picture = new Uint8Array(0);
  #scale = 1;

  remember(frame: Frame): Frame {
    this.frame = derive(frame, {
      paint: (into: Uint8Array, size: Size) => {
        this.#scale = frame.paint(into, size);
        if (this.#picture.length !== into.length) this.#picture = new Uint8Array(into.length);
        this.#picture.set(into);
        return this.#scale;
      },
    });
    return this.frame;
  }

  again(frame: Frame, count: number, laterS: number, released: () => void): Frame {
    return derive(frame, {
      sequence: frame.sequence + count,
      capturedAt: frame.capturedAt + laterS * 1000,
      wallTime: frame.wallTime + laterS * 1000,
      pts: frame.pts + laterS,
      decodeMs: 0,
      paint: (into: Uint8Array) => {
        into.set(this.#picture);
        return this.#scale;
      },
      release: released,
    });
  }
}
