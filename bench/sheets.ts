import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cameraSchema } from "../src/config/schema.ts";
import type { Size } from "../src/frames/frame.ts";
import { holdLast } from "../src/frames/hold.ts";
import { openSource } from "../src/frames/open.ts";
import { systemClock } from "../src/lib/clock.ts";
import { silentLog } from "../src/observe/log.ts";
import { type Clip, holdOf } from "./footage.ts";
import type { Mishap } from "./mishap.ts";
import type { Observation } from "./observations.ts";
import { tiersOf } from "./report.ts";
import { drawSheet, type Tile } from "./sheet.ts";

const TILES = 12;
const TILE_WIDTH = 440;

/** Writes one contact sheet per mishap of a clip into `folder`; returns the paths. `frames`: what was seen in the clip. */
export async function writeSheets(
  folder: string,
  clip: Clip,
  mishaps: readonly Mishap[],
  frames: readonly Observation[],
): Promise<string[]> {
  if (mishaps.length === 0) return [];
  mkdirSync(folder, { recursive: true });
  const wanted = mishaps.map((mishap) => instants(mishap, frames));
  const { pictures, size } = await picturesAt(clip, new Set(wanted.flat().map(Math.round)));
  const paths: string[] = [];
  for (const [i, mishap] of mishaps.entries()) {
    const tiles = wanted[i]!.flatMap((at): Tile[] => {
      const pixels = pictures.get(Math.round(at));
      const people = frames.find((frame) => frame.at === at)?.people ?? [];
      return pixels ? [{ at: at / 1000, pixels, people, mark: markOf(clip, mishap, at / 1000, wanted[i]!) }] : [];
    });
    const ground = clip.falls.find((fall) => fall.onset_s === mishap.at)?.ground_s;
    const when = ground === undefined ? `at ${s(mishap.at)}` : `onset ${s(mishap.at)}, ground ${s(ground)}`;
    const what = `${mishap.kind === "miss" ? "missed fall" : "false alarm"}, ${tiersOf(mishap.tiers)}`;
    const sheet = await drawSheet({ title: `${clip.file}: ${what}, ${when}`, text: mishap.why, size, tiles });
    const slug = clip.file.replaceAll(/[^A-Za-z0-9]+/g, "-");
    const path = join(folder, `${mishap.kind.replace(" ", "-")}-${slug}-${mishap.at.toFixed(2)}s.png`);
    writeFileSync(path, sheet);
    paths.push(path);
  }
  return paths;
}

const s = (seconds: number): string => `${seconds.toFixed(2)} s`;

/** Times (ms) of the judged frames to show: evenly over the span, and the alarm's own. */
function instants({ kind, at, from, to }: Mishap, frames: readonly Observation[]): number[] {
  const within = frames.map((frame) => frame.at).filter((time) => time >= from * 1000 && time <= to * 1000);
  if (within.length === 0) return [];
  const chosen = new Set<number>();
  const count = Math.min(TILES, within.length);
  for (let i = 0; i < count; i += 1)
    chosen.add(within[Math.round((i * (within.length - 1)) / Math.max(1, count - 1))] as number);
  if (kind === "false alarm") {
    const alarm = nearest(within, at * 1000);
    if (!chosen.has(alarm)) {
      chosen.delete(nearest([...chosen], alarm));
      chosen.add(alarm);
    }
  }
  return [...chosen].sort((a, b) => a - b);
}

function nearest(times: readonly number[], at: number): number {
  return times.reduce((best, time) => (Math.abs(time - at) < Math.abs(best - at) ? time : best));
}

function markOf(clip: Clip, { kind, at }: Mishap, tileAt: number, shown: readonly number[]): string | undefined {
  const isNearest = (time: number) => nearest(shown, time * 1000) === tileAt * 1000;
  if (kind === "false alarm") return isNearest(at) ? "ALARM" : undefined;
  const fall = clip.falls.find(({ onset_s }) => onset_s === at);
  if (fall && isNearest(fall.ground_s)) return "GROUND";
  return isNearest(at) ? "ONSET" : undefined;
}

/** Paints the frames of a clip whose times (whole ms) are wanted, by the same clock as the judged frames. */
async function picturesAt(
  clip: Clip,
  wanted: ReadonlySet<number>,
): Promise<{ pictures: Map<number, Uint8Array>; size: Size }> {
  const camera = cameraSchema.parse({ name: "sheet", url: `file://${clip.path}`, pace: "clip", loop: false });
  const log = silentLog;
  const source = holdLast(await openSource(camera, { clock: systemClock, log }), {
    holdS: holdOf(clip),
    slower: clip.slower,
  });
  const pictures = new Map<number, Uint8Array>();
  let size: Size = { width: TILE_WIDTH, height: TILE_WIDTH };
  await source.run(
    {
      opened: () => {},
      frame(frame) {
        try {
          const height = Math.round((frame.size.height / frame.size.width) * TILE_WIDTH);
          size = { width: TILE_WIDTH, height };
          // Every frame is painted: what is held after the end is the picture that was painted last.
          const pixels = new Uint8Array(size.width * size.height * 3);
          frame.paint(pixels, size);
          const at = Math.round(frame.capturedAt);
          if (wanted.has(at)) pictures.set(at, pixels);
        } finally {
          frame.release();
        }
      },
    },
    new AbortController().signal,
  );
  return { pictures, size };
}
