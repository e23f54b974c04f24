import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { Motion } from "../../src/frames/motion.ts";
import { watch } from "../contracts/frame-source.ts";
import { writeClip } from "../fakes/clip.ts";
import { codedPictures } from "../fakes/coded.ts";
import { packetise } from "../fakes/rtp.ts";
import { ScriptedCamera } from "../fakes/scripted-camera.ts";

/** A wall of 1280x960 pixels as a sensor sees it, in whose middle a figure of 20x96 pixels stands `shift` pixels further to the right. */
const scene =
  (shift: (picture: number) => number, contrast = 40) =>
  (picture: number, at: number) => {
    const [x, y] = [at % 1280, Math.floor(at / 1280)];
    let chance = Math.imul(at + picture * 1_228_801, 0x9e37_79b1);
    chance = Math.imul(chance ^ (chance >>> 15), 0x85eb_ca6b);
    const noise = (((chance ^ (chance >>> 13)) >>> 0) % 13) - 6;
    const left = 600 + shift(picture);
    const figure = x >= left && x < left + 20 && y >= 500 && y < 596 ? contrast : 0;
    return Math.round(110 + 30 * Math.sin(x / 120) + figure + noise);
  };

/** In which pictures something moves, each compared with the one before. */
async function moving(luma: (picture: number, at: number) => number, frames: number): Promise<boolean[]> {
  const pictures = await codedPictures({ frames, width: 1280, quantiser: 30, luma });
  let sequence = 0;
  let sent = 0;
  const send = (one: ScriptedCamera) => {
    const packets = packetise(pictures[sent]!.units, { sequence, timestamp: sent * 6000 });
    sequence += packets.length;
    sent += 1;
    one.send(...packets);
  };
  const camera = await ScriptedCamera.listen({ played: send });
  const motion = new Motion();
  const seen: boolean[] = [];
  await watch({ url: camera.url }, frames, (frame) => {
    seen.push(motion.in(frame));
    motion.keep();
    if (sent < frames) send(camera);
  });
  await camera.close();
  return seen;
}

it("noise that moves no pixel's average is no motion; the first picture counts as one", async () => {
  expect(
    await moving(
      scene(() => 0),
      4,
    ),
  ).toEqual([true, false, false, false]);
});

it("somebody a tenth of the picture tall who takes a step is motion", async () => {
  expect(
    await moving(
      scene((picture) => picture * 24),
      4,
    ),
  ).toEqual([true, true, true, true]);
});

it("the newest picture is compared with the kept one, so that slow motion adds up", async () => {
  const dir = await mkdtemp(join(tmpdir(), "spotter-test-"));
  try {
    const path = join(dir, "slow.mp4");
    await writeClip(path, { frames: 8, topLeft: (k) => [100 + k * 2, 100 + k * 2, 100 + k * 2] });
    const motion = new Motion();
    const seen: boolean[] = [];
    await watch({ url: pathToFileURL(path).href, pace: "clip" }, 8, (frame) => {
      seen.push(motion.in(frame));
      if (seen.length === 1) motion.keep();
    });
    expect(seen[0]).toBe(true);
    expect(seen[1]).toBe(false);
    expect(seen.at(-1)).toBe(true);
  } finally {
    await rm(dir, { recursive: true });
  }
});
