import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { UsageError } from "../src/lib/failure.ts";
import { bound } from "./bound.ts";

/** Bits of a stamp, most significant first, one block each along the top edge. */
const BITS = 16;
/** Share of the picture's height that the stamp covers. */
const BAND = 1 / 18;

/** Draws `value` as white (1) and black (0) blocks along the top of a luma plane (uint8, row-major). */
export function stamp(luma: Uint8Array, width: number, height: number, value: number): void {
  const rows = Math.round(height * BAND);
  const block = width / BITS;
  for (let bit = 0; bit < BITS; bit += 1) {
    const level = (value >> (BITS - 1 - bit)) & 1 ? 235 : 16;
    for (let y = 0; y < rows; y += 1)
      luma.fill(level, y * width + Math.round(bit * block), y * width + Math.round((bit + 1) * block));
  }
}

/** Reads the stamp off a packed RGB picture; `width` and `height` of the part that shows the camera's picture. */
export function readStamp(rgb: Uint8Array, stride: number, width: number, height: number): number {
  const y = Math.floor((height * BAND) / 2);
  let value = 0;
  for (let bit = 0; bit < BITS; bit += 1) {
    const x = Math.floor(((bit + 0.5) * width) / BITS);
    value = (value << 1) | ((rgb[(y * stride + x) * 3 + 1] as number) > 127 ? 1 : 0);
  }
  return value;
}

export interface StampedClip {
  /** The clip to show, played again and again. */
  from: string;
  to: string;
  width: number;
  height: number;
  fps: number;
  seconds: number;
}

/**
 * Writes an H.264 clip (no B-frames, a key frame a second) in which frame n carries the stamp n. Throws UsageError without an ffmpeg on the path.
 */
export async function writeStampedClip({ from, to, width, height, fps, seconds }: StampedClip): Promise<void> {
  const raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p"];
  const read = run([
    "-stream_loop",
    "-1",
    "-i",
    from,
    "-t",
    String(seconds),
    "-vf",
    `fps=${fps},scale=${width}:${height}`,
    ...raw,
    "-",
  ]);
  const size = ["-s", `${width}x${height}`, "-r", String(fps)];
  const write = run([...raw, ...size, "-i", "-", ...coded(fps), "-y", to]);
  const bytes = (width * height * 3) / 2;
  const frame = Buffer.alloc(bytes);
  let filled = 0;
  let count = 0;
  for await (const chunk of read.stdout as AsyncIterable<Buffer>) {
    for (let used = 0; used < chunk.length; ) {
      const take = Math.min(bytes - filled, chunk.length - used);
      chunk.copy(frame, filled, used, used + take);
      filled += take;
      used += take;
      if (filled < bytes) continue;
      stamp(frame, width, height, count++);
      filled = 0;
      if (!write.stdin?.write(Buffer.from(frame))) await once(write.stdin as NonNullable<typeof write.stdin>, "drain");
    }
  }
  write.stdin?.end();
  const [status] = (await once(write, "close")) as [number];
  if (status !== 0 || count === 0) throw new UsageError(`ffmpeg could not write ${to}; check that ${from} is a video`);
}

/** Writes a clip of the same kind that shows the first picture of `from` all the time, with the noise of a sensor; no stamps. */
export async function writeStillClip({ from, to, width, height, fps, seconds }: StampedClip): Promise<void> {
  const still = `trim=end_frame=1,loop=loop=-1:size=1,fps=${fps},scale=${width}:${height},noise=alls=4:allf=t`;
  const write = run(["-i", from, "-vf", still, "-t", String(seconds), ...coded(fps), "-y", to]);
  const [status] = (await once(write, "close")) as [number];
  if (status !== 0) throw new UsageError(`ffmpeg could not write ${to}; check that ${from} is a video`);
}

function coded(fps: number): string[] {
  return ["-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-g", String(fps), "-b:v", "4M"];
}

function run(args: string[]): ChildProcess {
  const child = bound(spawn("ffmpeg", ["-v", "error", ...args], { stdio: ["pipe", "pipe", "inherit"] }));
  child.once("error", () => {
    process.stderr.write("ffmpeg is missing; install Debian's package ffmpeg\n");
    process.exit(2);
  });
  return child;
}
