import { afterEach, describe, expect, it } from "vitest";
import { openSource } from "../../src/frames/open.ts";
import { ManualClock } from "../../src/lib/clock.ts";
import { silentLog } from "../../src/observe/log.ts";
import { camera as configured } from "../contracts/frame-source.ts";
import { type CodedPicture, codedPictures } from "../fakes/coded.ts";
import { packetise } from "../fakes/rtp.ts";
import { H264, H265, ScriptedCamera } from "../fakes/scripted-camera.ts";

let camera: ScriptedCamera | undefined;
afterEach(() => camera?.close());

/** Time between two pictures, ms; shorter than the silence that is allowed. */
const STEP_MS = 400;

/** A wall with light and shade, 320 pixels wide; the same in each picture. */
const wall = (_: number, at: number) =>
  Math.round(110 + 40 * Math.sin((at % 320) / 30) + 30 * Math.sin(Math.floor(at / 320) / 25));

/** The same wall as a sensor sees it: a third of its pixels one step of 256 too bright, a third too dark, by chance. */
function seenWall(picture: number, at: number): number {
  let chance = Math.imul(at + picture * 76_801, 0x9e37_79b1);
  chance = Math.imul(chance ^ (chance >>> 15), 0x85eb_ca6b);
  return wall(picture, at) + (((chance ^ (chance >>> 13)) >>> 0) % 3) - 1;
}

/** Sends picture after picture, each when the one before was seen, and notes what the source says about them and when. */
async function play(
  pictures: readonly CodedPicture[],
  options: { codec?: "h264" | "h265"; frozenAfterS?: number | null } = {},
) {
  const { codec = "h264", frozenAfterS = 5 } = options;
  const clock = new ManualClock();
  const stop = new AbortController();
  const said: { after: number; reason: string }[] = [];
  let sequence = 0;
  let seen = 0;
  const send = (one: ScriptedCamera) => {
    const packets = packetise(pictures[seen]!.units, { codec, sequence, timestamp: seen * 90 * STEP_MS });
    sequence += packets.length;
    one.send(...packets);
  };
  const sending = await ScriptedCamera.listen({ video: [...(codec === "h264" ? H264 : H265)], played: send });
  camera = sending;
  const source = await openSource(configured({ url: sending.url, frozenAfterS }), { clock, log: silentLog });
  await source.run(
    {
      opened: () => {},
      frame: (frame) => {
        frame.release();
        seen += 1;
        clock.advance(STEP_MS);
        if (seen === pictures.length) stop.abort();
        else send(sending);
      },
      frozen: (reason) => said.push({ after: (seen * STEP_MS) / 1000, reason }),
    },
    stop.signal,
  );
  return said;
}

describe("a camera whose picture hangs", () => {
  it("and is sent again and again is found once the time is over, and the first new key frame ends it", async () => {
    const [one, other] = await codedPictures({ frames: 2, gop: 1 });
    const said = await play([...Array.from({ length: 20 }, () => one!), other!]);
    expect(said.map(({ reason }) => reason)).toEqual([
      "not one pixel has changed for 5 s although frames come: the camera hangs, is covered or sees only darkness; look at it, then restart it",
      "",
    ]);
    // One look each 0.8 s: streams of key frames alone are looked at every half second at most.
    expect(said[0]?.after).toBeCloseTo(5.6);
  });

  it.each(["h264", "h265"] as const)("and is coded anew each time is found in %s", async (codec) => {
    const pictures = await codedPictures({ codec, frames: 30, gop: 5, quantiser: 32, luma: wall });
    const said = await play(pictures, { codec });
    expect(said).toEqual([{ after: 6, reason: expect.stringContaining("not one pixel has changed") }]);
  });

  it("is not looked for when the setting says so", async () => {
    const [one] = await codedPictures({ frames: 1 });
    expect(
      await play(
        Array.from({ length: 20 }, () => one!),
        { frozenAfterS: null },
      ),
    ).toEqual([]);
  });
});

describe("a camera that sees a still scene", () => {
  it.each([
    ["h264", 32],
    ["h264", 45],
    ["h265", 32],
    ["h265", 45],
  ] as const)("is not taken for one that hangs, in %s with quantiser %d", async (codec, quantiser) => {
    const pictures = await codedPictures({ codec, frames: 60, gop: 5, quantiser, luma: seenWall });
    expect(await play(pictures, { codec })).toEqual([]);
  });

  it("nor is one whose encoder leaves out everything between rare key frames", async () => {
    // Half a minute without a key frame, in which every picture repeats the first.
    const pictures = await codedPictures({ frames: 80, gop: 1000, quantiser: 45, luma: wall });
    expect(await play(pictures)).toEqual([]);
  });
});
