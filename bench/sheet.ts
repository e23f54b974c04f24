import sharp from "sharp";
import { drawOverlay } from "../src/api/overlay.ts";
import type { Size } from "../src/frames/frame.ts";
import type { Person } from "../src/vision/person.ts";

/** One picture on a sheet. */
export interface Tile {
  /** Seconds in the clip. */
  at: number;
  /** RGB, `size` of the sheet's tiles. */
  pixels: Uint8Array;
  people: readonly Person[];
  /** Drawn with a thick frame, with this word beside the time: the instant that the sheet is about. */
  mark?: string | undefined;
}

export interface Sheet {
  title: string;
  /** What happened, in full; broken into lines as needed. */
  text: string;
  /** Size of every tile's picture, pixels. */
  size: Size;
  tiles: readonly Tile[];
}

const COLUMNS = 4;
const GAP = 6;
const FONT = 13;
const LINE = 17;
/** People told in numbers under each picture; the most troubled first. */
const TOLD = 3;
const STRIP = TOLD * LINE + 6;

/** A contact sheet as PNG: title, then the tiles row by row with time, boxes, skeletons and, underneath, every track's scores. */
export function drawSheet({ title, text, size, tiles }: Sheet): Promise<Buffer> {
  const columns = Math.min(COLUMNS, Math.max(1, tiles.length));
  const width = columns * (size.width + GAP) + GAP;
  const lines = broken(text, Math.floor((width - 2 * GAP) / (FONT * 0.56)));
  const head = 30 + lines.length * LINE + 8;
  const height = head + Math.ceil(tiles.length / columns) * (size.height + STRIP + GAP);
  const corner = (i: number) => ({
    left: GAP + (i % columns) * (size.width + GAP),
    top: head + Math.floor(i / columns) * (size.height + STRIP + GAP),
  });
  const drawn = tiles.map((tile, i) => {
    const { left, top } = corner(i);
    return `<g transform="translate(${left},${top})">${drawTile(tile, size)}</g>`;
  });
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="${FONT}" fill="#ddd">` +
    `<text x="${GAP}" y="22" font-size="18" font-weight="bold" fill="#fff">${escapeXml(title)}</text>` +
    lines.map((line, i) => `<text x="${GAP}" y="${22 + (i + 1) * LINE + 2}">${escapeXml(line)}</text>`).join("") +
    `${drawn.join("")}</svg>`;
  const pictures = tiles.map(({ pixels }, i) => ({
    input: Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength),
    raw: { ...size, channels: 3 as const },
    ...corner(i),
  }));
  return sharp({ create: { width, height, channels: 3, background: "#1b1e22" } })
    .composite([...pictures, { input: Buffer.from(svg), left: 0, top: 0 }])
    .removeAlpha()
    .png()
    .toBuffer();
}

function drawTile({ at, people, mark }: Tile, size: Size): string {
  const { width, height } = size;
  const many = people.length > TOLD ? `  ${people.length} people` : "";
  const caption = `${at.toFixed(2)} s${mark ? `  ${mark}` : ""}${many}`;
  // Each track's number stands at its box; its scores stand under the picture, where they hide nobody.
  const numbers = people.map((person) => {
    const x = Math.min(width - 24, Math.max(2, person.box.x1 * width + 2));
    const y = Math.min(height - 4, Math.max(15, person.box.y1 * height + 15));
    return `<text x="${x.toFixed(0)}" y="${y.toFixed(0)}" font-size="15" font-weight="bold" fill="#fff" stroke="#000" stroke-width="3" paint-order="stroke">${person.track}</text>`;
  });
  const told = [...people].sort((a, b) => trouble(b) - trouble(a));
  const lines = told.slice(0, TOLD).map(scores);
  if (people.length === 0) lines.push("nobody seen");
  return (
    drawOverlay({ people, zones: [], caption }, width, height) +
    numbers.join("") +
    lines.map((line, i) => `<text x="2" y="${height + LINE * (i + 1) - 2}">${escapeXml(line)}</text>`).join("") +
    (mark
      ? `<rect x="-2" y="-2" width="${width + 4}" height="${height + 4}" fill="none" stroke="#ffb020" stroke-width="4"/>`
      : "")
  );
}

function trouble({ posture, coasting }: Person): number {
  return coasting ? -1 : posture.fall + posture.fallen;
}

function scores({ track, posture, lying, score, coasting }: Person): string {
  if (coasting) return `${track}: out of sight`;
  const { fall, fallen, upright, low } = posture;
  const two = (value: number) => value.toFixed(2).replace(/^0/, "");
  return `${track}: fall ${two(fall)} fallen ${two(fallen)} up ${two(upright)} low ${two(low)} · lies ${two(lying)} · score ${two(score)}`;
}

/** Words in lines of at most `most` characters. */
function broken(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
