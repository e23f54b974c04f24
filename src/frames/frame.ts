import type { Monotonic } from "../lib/clock.ts";

/** Width and height in pixels. */
export interface Size {
  width: number;
  height: number;
}

/**
 * One decoded picture of one camera. It holds decoder memory: whoever takes a frame calls `release()` exactly once,
 * also when it was dropped. Pixels stay in the decoder's format until somebody asks for them with `paint`.
 */
export interface Frame {
  readonly camera: string;
  /** Counts every frame that the source delivered, from 1, without gaps; restarts go on counting. */
  readonly sequence: number;
  /** When the frame's packet arrived at this device (monotonic ms); the start of every latency figure. */
  readonly capturedAt: Monotonic;
  /** The same instant on the wall clock, ms since 1970 UTC. */
  readonly wallTime: number;
  /** When the picture was taken by the camera's own clock, ms since 1970 UTC; NaN while the camera does not tell (RTCP sender reports). */
  readonly cameraTime: number;
  /** Presentation time in the stream's own clock, seconds; in a file, seconds from its first frame. */
  readonly pts: number;
  /** Time spent decoding, ms. */
  readonly decodeMs: number;
  /** Size of the camera's picture. */
  readonly size: Size;
  /**
   * Scales and converts to packed RGB (uint8, row-major, `height * width * 3` bytes) inside libswscale: aspect kept,
   * picture at the top left, rest filled with grey 114. Returns the scale from camera pixels to painted pixels.
   * Throws when `into` has another length than `size` needs, or after `release`.
   */
  paint(into: Uint8Array, size: Size): number;
  release(): void;
}

/** An encoded packet as it came from the camera, for clips; `data` is only valid during the callback. */
export interface Packet {
  readonly camera: string;
  readonly capturedAt: Monotonic;
  readonly pts: number;
  readonly keyframe: boolean;
  readonly data: Uint8Array;
}

/** How a stream is really decoded, as probed, never as hoped. */
export interface DecodePath {
  /** Which implementation reads the stream: Spotter's own for RTSP, libav in this process, or a child ffmpeg. */
  reader: "rtsp" | "libav" | "ffmpeg";
  codec: string;
  /** The hardware that decodes (`vaapi`, `cuda`, `rkmpp`, `v4l2m2m`, …) or `software`. */
  decoder: string;
  size: Size;
  /** Frames per second that the stream announces; 0 when it announces none. */
  fps: number;
}

export interface SourceEvents {
  /** The stream is open and the first frame decoded. */
  opened(path: DecodePath): void;
  frame(frame: Frame): void;
  /** Frames come, but the picture hangs, for this reason; empty once it moves again. For live streams, by whoever cares. */
  frozen?(reason: string): void;
}

/**
 * A camera's stream. `run` is one attempt: it opens the stream, delivers frames until the stream ends, fails, stalls
 * or `signal` aborts, and then has freed everything. It resolves when the stream has ended or was aborted, rejects when
 * it failed or no frame came for max(500 ms, 3 frame intervals). Retrying is the supervisor's work.
 */
export interface FrameSource {
  readonly camera: string;
  run(events: SourceEvents, signal: AbortSignal): Promise<void>;
}
