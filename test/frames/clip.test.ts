import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Frame } from "../../src/frames/frame.ts";
import { heldPictures } from "../../src/frames/picture.ts";
import { expectPatches, source, watch } from "../contracts/frame-source.ts";
import { type ClipOptions, writeClip } from "../fakes/clip.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "spotter-test-"));
});
afterAll(() => rm(directory, { recursive: true }));

async function clip(name: string, options: ClipOptions = {}): Promise<{ url: string; pace: "clip" }> {
  const path = join(directory, `${name}.mp4`);
  await writeClip(path, options);
  return { url: pathToFileURL(path).href, pace: "clip" };
}

describe("a clip", () => {
  it("gives every frame on its own clock, the same twice", async () => {
    const settings = await clip("plain", { frames: 30, fps: 15 });
    const play = async () => {
      const times: number[][] = [];
      await watch(settings, Number.POSITIVE_INFINITY, ({ sequence, capturedAt, wallTime, pts }) =>
        times.push([sequence, capturedAt, wallTime, pts]),
      );
      return times;
    };
    const first = await play();
    expect(first).toHaveLength(30);
    expect(first[15]).toEqual([16, 1000, 1000, 1]);
    expect(await play()).toEqual(first);
  });

  it("gives the next frame only after the one before was released", async () => {
    const stop = new AbortController();
    const frames: Frame[] = [];
    let next = Promise.withResolvers<void>();
    const run = (await source(await clip("held"))).run(
      {
        opened: () => {},
        frame: (frame) => {
          frames.push(frame);
          next.resolve();
        },
      },
      stop.signal,
    );
    await next.promise;
    for (let k = 1; k <= 3; k += 1) {
      expect(heldPictures()).toBe(1);
      next = Promise.withResolvers();
      frames[k - 1]?.release();
      await next.promise;
      expect(frames).toHaveLength(k + 1);
    }
    stop.abort();
    await run;
    frames.at(-1)?.release();
    expect(heldPictures()).toBe(0);
  });

  it("with B-frames comes in order of presentation, complete", async () => {
    const times: number[] = [];
    await watch(await clip("b-frames", { bFrames: 2, frames: 30 }), Number.POSITIVE_INFINITY, ({ pts }) =>
      times.push(Math.round(pts * 15)),
    );
    expect(times).toEqual(Array.from({ length: 30 }, (_, k) => k));
  });

  it("that loops starts again with times that go on rising", async () => {
    const times: number[] = [];
    await watch({ ...(await clip("loop", { frames: 10 })), loop: true }, 25, ({ pts }) =>
      times.push(Math.round(pts * 15)),
    );
    expect(times).toEqual(Array.from({ length: 25 }, (_, k) => k));
  });

  it.each([
    ["BT.601, limited range", { matrix: "bt601", range: "limited" }],
    ["BT.709, limited range", { matrix: "bt709", range: "limited" }],
    ["BT.601, full range", { matrix: "bt601", range: "full" }],
    ["BT.709, full range", { matrix: "bt709", range: "full" }],
    ["no matrix said, standard definition", { matrix: "unsaid" }],
    ["no matrix said, high definition", { matrix: "unsaid", width: 960, height: 720 }],
  ] satisfies [string, ClipOptions][])("shows true colours with %s", async (name, options) => {
    const into = new Uint8Array(512 * 288 * 3);
    await watch(await clip(name, { ...options, frames: 2 }), 1, (frame) =>
      frame.paint(into, { width: 512, height: 288 }),
    );
    expectPatches(into);
  });

  it("leaves no picture and no open file behind after 50 runs", async () => {
    const settings = await clip("again", { frames: 5 });
    for (let run = 0; run < 50; run += 1) await watch(settings, run % 7);
    expect(heldPictures()).toBe(0);
  });

  it("that is no video says so", async () => {
    const path = join(directory, "text.mp4");
    await writeFile(path, "this is no video");
    await expect(watch({ url: pathToFileURL(path).href }, 1)).rejects.toThrow(
      "check that the file exists, is readable and is a video",
    );
  });

  it("refuses hardware that this machine does not have, by name", async () => {
    const settings = await clip("hardware", { frames: 2 });
    await expect(watch({ ...settings, hardware: "rkmpp" }, 1)).rejects.toThrow(
      "cameras.hall.hardware: rkmpp does not decode h264 on this machine; use auto, none or another decoder",
    );
  });
});
