import type { Frame, Size } from "../../src/frames/frame.ts";

export interface Steering {
  at?: number;
  camera?: string;
  /** Size of the camera's picture; twice the steered model's input unless said otherwise. */
  size?: Size;
  /** Keeps the model busy for as long as the pixel stays so. */
  hold?: boolean;
  /** Eighths of an input pixel by which the body has moved to the right. */
  shift?: number;
  score?: number;
}

/** A frame whose first pixel steers the models of test/fixtures/vision. */
export function steeringFrame(steering: Steering = {}): Frame {
  const { at = 0, camera = "hall", size = { width: 128, height: 64 }, hold = false, shift = 0, score = 0.9 } = steering;
  return {
    camera,
    sequence: 1,
    capturedAt: at,
    wallTime: at,
    cameraTime: Number.NaN,
    pts: at / 1000,
    decodeMs: 0,
    size,
    paint(into: Uint8Array, target: Size) {
      into.fill(114);
      into.set([hold ? 255 : 0, shift, Math.round(score * 255)]);
      return Math.min(target.width / size.width, target.height / size.height);
    },
    release() {},
  };
}
