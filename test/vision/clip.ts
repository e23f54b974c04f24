import { join } from "node:path";
import { cameraSchema } from "../../src/config/schema.ts";
import type { Frame, Size } from "../../src/frames/frame.ts";
import { LibavSource } from "../../src/frames/libav.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLog } from "../../src/observe/log.ts";
import type { Eye, Look } from "../../src/vision/vision.ts";
import { footageDir } from "../engines.ts";

/** The picture of a clip at `at` seconds, as painted in `size`. */
export async function pictureOf(file: string, at: number, size: Size): Promise<Uint8Array> {
  const picture = new Uint8Array(size.width * size.height * 3);
  const eye: Eye = {
    async look(take) {
      take()?.paint(picture, size);
      return undefined;
    },
  };
  await watch(eye, file, { from: at, to: at + 0.2, fps: 1 });
  return picture;
}

/** Plays a clip of the shared footage into an eye, `fps` looks per second of the clip, from `from` to `to` seconds. */
export async function watch(
  eye: Eye,
  file: string,
  { from = 0, to = Number.POSITIVE_INFINITY, fps = 10, tier = 0 } = {},
): Promise<{ at: number; look: Look }[]> {
  const url = `file://${join(footageDir, file)}`;
  const source = new LibavSource(cameraSchema.parse({ name: "clip", url, pace: "clip" }), {
    clock: systemClock,
    log: silentLog,
  });
  const looks: { at: number; look: Look }[] = [];
  const stop = new AbortController();
  let next = from;
  let failed: unknown;
  const see = async (frame: Frame) => {
    try {
      if (frame.pts > to) return stop.abort();
      if (frame.pts < next) return;
      next = Math.max(next + 1 / fps, frame.pts);
      const onClip = { ...frameOf(frame), capturedAt: frame.pts * 1000 };
      const seen = await eye.look(() => onClip, tier);
      if (seen) looks.push({ at: frame.pts, look: seen.look });
    } catch (error) {
      failed = error;
      stop.abort();
    } finally {
      frame.release();
    }
  };
  await source.run({ opened() {}, frame: (frame) => void see(frame) }, stop.signal);
  if (failed) throw failed;
  return looks;
}

function frameOf(frame: Frame): Frame {
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
    paint: (into, target) => frame.paint(into, target),
    release: () => frame.release(),
  };
}
