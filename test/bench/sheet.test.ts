import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readFootage } from "../../bench/footage.ts";
import { mishapsOf } from "../../bench/mishap.ts";
import type { Observation } from "../../bench/observations.ts";
import { rejudge } from "../../bench/rejudge.ts";
import { resultOf } from "../../bench/result.ts";
import { drawSheet } from "../../bench/sheet.ts";
import { writeSheets } from "../../bench/sheets.ts";
import { alarmSchema } from "../../src/config/schema.ts";
import { describeWith, footageDir } from "../engines.ts";
import { person } from "../fakes/people.ts";

const size = { width: 120, height: 90 };

async function pixel(png: Buffer, x: number, y: number): Promise<number[]> {
  const { data } = await sharp(png).extract({ left: x, top: y, width: 1, height: 1 }).raw().toBuffer({
    resolveWithObject: true,
  });
  return [...data];
}

describe("a contact sheet", () => {
  it("lays its pictures out four in a row, each in its own colours", async () => {
    const tiles = [0, 1, 2, 3, 4].map((i) => ({
      at: i,
      pixels: new Uint8Array(120 * 90 * 3).fill(40 + 40 * i),
      people: [],
    }));
    const png = await drawSheet({ title: "hall.mp4", text: "", size, tiles });
    const { width, height, format } = await sharp(png).metadata();
    expect({ width, format }).toEqual({ width: 4 * 126 + 6, format: "png" });
    // Two rows of pictures with their lines of numbers, under the title.
    expect(height).toBeGreaterThan(2 * 90 + 100);
    const row = 30 + 17 + 8 + 30;
    for (const i of [0, 1, 2, 3]) expect(await pixel(png, 6 + i * 126 + 60, row)).toEqual(Array(3).fill(40 + 40 * i));
  });

  it("frames the instant it is about, and draws a box where somebody was seen", async () => {
    const falling = person("falling", { box: { x1: 0.25, y1: 0.25, x2: 0.75, y2: 0.75 } });
    const plain = { at: 1, pixels: new Uint8Array(120 * 90 * 3), people: [] };
    const blank = await drawSheet({ title: "a", text: "b", size, tiles: [plain] });
    const told = await drawSheet({
      title: "a",
      text: "b",
      size,
      tiles: [{ ...plain, people: [falling], mark: "ALARM" }],
    });
    const top = 55;
    // The left side of the box, in the colour of an alarm.
    const [r, g, b] = (await pixel(told, 6 + 30, top + 45)) as [number, number, number];
    expect(r).toBeGreaterThan(g + 60);
    expect(r).toBeGreaterThan(b + 60);
    expect(await pixel(blank, 36, top + 45)).toEqual([0, 0, 0]);
    expect(await pixel(told, 4, top + 20)).not.toEqual(await pixel(blank, 4, top + 20));
  });

  it("does not break at names that are no XML", async () => {
    const png = await drawSheet({ title: "<a> & b", text: "x < y & z", size, tiles: [] });
    expect((await sharp(png).metadata()).format).toBe("png");
  });
});

describeWith("shared footage", "the sheets of a clip", () => {
  it("show a miss from its onset on and a false alarm with the frame that raised it", {
    timeout: 120_000,
  }, async () => {
    const clip = readFootage(footageDir).find(({ file }) => file === "urfall/urfall_fall-01-cam0.mp4")!;
    const frames: Observation[] = Array.from({ length: 60 }, (_, i) => ({ at: (i * 1000) / 15, people: [] }));
    const alarm = alarmSchema.parse({
      tier1: { score: 0.5, needed: 3, asked: 5 },
      tier2: { score: 0.5, needed: 8, asked: 12 },
    });
    // Somebody who "falls" long before the fall: one false alarm, and the fall itself is missed.
    for (const frame of frames.slice(0, 20)) frame.people = [person(frame.at < 900 ? "upright" : "falling")];
    const result = resultOf(clip, alarm, rejudge(frames, alarm));
    const folder = mkdtempSync(join(tmpdir(), "spotter-sheets-"));
    try {
      const decoded = await writeSheets(folder, clip, mishapsOf(result, frames), frames);
      expect(readdirSync(folder).sort()).toEqual([
        "false-alarm-urfall-urfall-fall-01-cam0-mp4-1.07s.png",
        "miss-urfall-urfall-fall-01-cam0-mp4-2.73s.png",
      ]);
      for (const path of decoded) {
        const { channels } = await sharp(readFileSync(path)).stats();
        expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(20);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
