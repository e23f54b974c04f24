import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CameraConfig, cameraSchema } from "../../src/config/schema.ts";
import type { DecodePath, Frame } from "../../src/frames/frame.ts";
import { openSource } from "../../src/frames/open.ts";
import { heldPictures } from "../../src/frames/picture.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLog } from "../../src/observe/log.ts";
import { PATCHES } from "../fakes/clip.ts";

export type Settings = Partial<CameraConfig> & { url: string };

/** A stream that shows 320x240 pictures of red, green, blue and white quarters. */
export interface Stream {
  camera: Settings;
  /** The same kind of camera at an address where nothing answers. */
  unreachable: Settings;
  close(): Promise<void>;
}

export function camera(settings: Settings): CameraConfig {
  return cameraSchema.parse({ name: "hall", ...settings });
}

export function source(settings: Settings) {
  return openSource(camera(settings), { clock: systemClock, log: silentLog });
}

/** Runs a source until `count` frames were seen; each is given to `see` and released. */
export async function watch(settings: Settings, count: number, see: (frame: Frame) => void = () => {}) {
  const stop = new AbortController();
  let path: DecodePath | undefined;
  let seen = 0;
  const stream = await source(settings);
  await stream.run(
    {
      opened: (found) => {
        path = found;
      },
      frame: (frame) => {
        if (seen < count) see(frame);
        seen += 1;
        frame.release();
        if (seen >= count) stop.abort();
      },
    },
    stop.signal,
  );
  return { path, seen };
}

/** Holds a painted picture of 320x240 in `into` (512x288: scale 1.2, grey from x = 384) against the patches. */
export function expectPatches(into: Uint8Array, tolerance = 6): void {
  const pixel = (x: number, y: number) => [...into.subarray((y * 512 + x) * 3, (y * 512 + x) * 3 + 3)];
  const seen = [pixel(96, 72), pixel(288, 72), pixel(96, 216), pixel(288, 216)];
  seen.forEach((rgb, k) => {
    rgb.forEach((value, channel) => {
      const wanted = PATCHES[k]![channel]!;
      expect(Math.abs(value - wanted), `patch ${k} is ${rgb}, not ${PATCHES[k]}`).toBeLessThanOrEqual(tolerance);
    });
  });
  expect(pixel(390, 100)).toEqual([114, 114, 114]);
  expect(pixel(511, 287)).toEqual([114, 114, 114]);
}

/** What every source of frames does, whatever it reads. */
export function describeFrameSource(kind: string, start: () => Promise<Stream>, reader: DecodePath["reader"]): void {
  describe(`${kind} as a source of frames`, () => {
    let stream: Stream;
    beforeAll(async () => {
      stream = await start();
    });
    afterAll(() => stream.close());

    it("says how it decodes, then delivers frames without gaps whose times rise", async () => {
      const frames: Frame[] = [];
      const { path } = await watch(stream.camera, 6, (frame) => frames.push(frame));
      expect(path).toMatchObject({ reader, decoder: "software", size: { width: 320, height: 240 }, fps: 15 });
      expect(path?.codec).toMatch(/^(h264|hevc)$/);
      expect(frames.map((frame) => frame.sequence)).toEqual([1, 2, 3, 4, 5, 6]);
      frames.slice(1).forEach((frame, k) => {
        expect(frame.capturedAt).toBeGreaterThan(frames[k]!.capturedAt);
        expect(frame.pts).toBeGreaterThan(frames[k]!.pts);
        // One instant on two clocks, which a busy machine may read some time apart.
        const apart = frame.wallTime - frames[k]!.wallTime - (frame.capturedAt - frames[k]!.capturedAt);
        expect(Math.abs(apart)).toBeLessThan(1000);
      });
      expect(frames.every((frame) => frame.camera === "hall" && frame.decodeMs >= 0)).toBe(true);
    });

    it("paints true colours at the top left, scaled with the aspect kept, and grey beside them", async () => {
      const into = new Uint8Array(new SharedArrayBuffer(512 * 288 * 3));
      let scale = 0;
      await watch(stream.camera, 3, (frame) => {
        scale = frame.paint(into, { width: 512, height: 288 });
      });
      expect(scale).toBeCloseTo(1.2);
      expectPatches(into);
    });

    it("goes on counting when it is run again", async () => {
      const stop = { now: new AbortController() };
      const numbers: number[] = [];
      const again = await source(stream.camera);
      for (let run = 0; run < 2; run += 1) {
        stop.now = new AbortController();
        await again.run(
          {
            opened: () => {},
            frame: (frame) => {
              numbers.push(frame.sequence);
              frame.release();
              stop.now.abort();
            },
          },
          stop.now.signal,
        );
      }
      expect(numbers).toEqual(numbers.map((_, k) => k + 1));
      expect(numbers.length).toBeGreaterThanOrEqual(2);
    });

    it("keeps a held frame valid after the stream has ended, and frees it with its release", async () => {
      const stop = new AbortController();
      let kept: Frame | undefined;
      const one = await source(stream.camera);
      await one.run(
        {
          opened: () => {},
          frame: (frame) => {
            if (kept) frame.release();
            else kept = frame;
            stop.abort();
          },
        },
        stop.signal,
      );
      expect(heldPictures()).toBe(1);
      const into = new Uint8Array(512 * 288 * 3);
      kept?.paint(into, { width: 512, height: 288 });
      expectPatches(into);
      kept?.release();
      expect(heldPictures()).toBe(0);
    });

    it("refuses a picture of the wrong length, use after release and a second release", async () => {
      let frame: Frame | undefined;
      await watch(stream.camera, 1, (given) => {
        frame = given;
        expect(() => given.paint(new Uint8Array(10), { width: 4, height: 4 })).toThrow("4x4 RGB needs 48");
      });
      expect(() => frame?.paint(new Uint8Array(48), { width: 4, height: 4 })).toThrow("painted after its release");
      expect(() => frame?.release()).toThrow("released twice");
    });

    it("does nothing when it was aborted before it began", async () => {
      const idle = await source(stream.camera);
      await idle.run({ opened: () => expect.unreachable(), frame: () => expect.unreachable() }, AbortSignal.abort());
    });

    it("ends without an error when it is aborted while it opens", async () => {
      const stop = new AbortController();
      const opening = await source(stream.camera);
      const run = opening.run({ opened: () => {}, frame: (frame) => frame.release() }, stop.signal);
      stop.abort();
      await run;
      expect(heldPictures()).toBe(0);
    });

    it("says key, address and remedy when nothing answers", async () => {
      const failure = await watch(stream.unreachable, 1).then(
        () => undefined,
        (error: Error) => error.message,
      );
      expect(failure).toContain("cameras.hall.url");
      expect(failure).toContain(stream.unreachable.url);
      // Another test may listen on that port by now: then "what answers there is no RTSP camera: check …".
      expect(failure).toMatch(/[;:] check /);
      expect(heldPictures()).toBe(0);
    });
  });
}
