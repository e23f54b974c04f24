import type { Frame, Size } from "../../src/frames/frame.ts";

/** A frame of plain colour, for tests that need a picture but not what is on it. */
export function plainFrame({ at = 0, level = 114, size = { width: 640, height: 360 }, camera = "hall" } = {}): Frame {
  return {
    camera,
    sequence: 1,
    capturedAt: at,
    wallTime: at,
    pts: at / 1000,
    decodeMs: 0,
    size,
    paint(into: Uint8Array, target: Size) {
      into.fill(level);
      return Math.min(target.width / size.width, target.height / size.height);
    },
    release() {},
  };
}
