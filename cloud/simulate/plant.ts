import type { Scene } from "./story.ts";

/** A camera and where it is. */
export interface Spot {
  /** Of the device, unique in the cloud. */
  readonly device: string;
  readonly site: string;
  readonly line: string;
  readonly scene: Scene;
  /** On the floor plan, 0..1 of its width and height. */
  readonly at: { readonly x: number; readonly y: number };
}

export const SITES = [
  { site: "north", name: "Werk Nord", timeZone: "Europe/Berlin" },
  { site: "south", name: "South works", timeZone: "Europe/London" },
] as const;
const LINES = ["press", "welding", "paint", "packing"] as const;
const ZONES = ["infeed", "outfeed", "walkway"] as const;

/** Of the drawing, px. */
const WIDTH = 1600;
const HEIGHT = 1000;
const WALL = 40;
const LANE = (HEIGHT - 2 * WALL) / LINES.length;
const MACHINE_HEIGHT = LANE * 0.42;

/** Cameras spread over sites and lines, each beside its machine; the same for the same number. */
export function plant(cameras: number): Spot[] {
  return Array.from({ length: cameras }, (_, index) => {
    const { site } = SITES[index % SITES.length] as (typeof SITES)[number];
    const inSite = Math.floor(index / SITES.length);
    const row = inSite % LINES.length;
    const line = LINES[row] as string;
    const column = Math.floor(inSite / LINES.length);
    const number = String(column + 1).padStart(2, "0");
    const zone = ZONES[column % ZONES.length] as string;
    const machine = zone === "walkway" ? "" : `${line}-${number}`;
    const camera = `${line}-${number}`;
    const { x, y } = middleOf(row, column, columnsOf(cameras));
    return {
      ...{ device: `${site}-${camera}`, site, line, scene: { camera, zone, machine } },
      at: { x: x / WIDTH, y: (y + MACHINE_HEIGHT / 2 + 24) / HEIGHT },
    };
  });
}

/** The hall of a plant with so many cameras as SVG, seen from above: walls, lines and their machines, walkways, gates. */
export function floorPlan(cameras: number): string {
  const columns = columnsOf(cameras);
  const machineWidth = ((WIDTH - 2 * WALL) / columns) * 0.7;
  const lanes = LINES.map((line, row) => {
    const { y } = middleOf(row, 0, columns);
    const machines = Array.from({ length: columns }, (_, column) => {
      const at = middleOf(row, column, columns).x - machineWidth / 2;
      const top = y - MACHINE_HEIGHT / 2;
      return `<rect x="${at.toFixed(1)}" y="${top}" width="${machineWidth.toFixed(1)}" height="${MACHINE_HEIGHT}" rx="6"/>`;
    });
    const belt = `<path d="M${WALL + 20} ${y}H${WIDTH - WALL - 20}" stroke="#9aa7b0" stroke-width="10"/>`;
    const walkway = WALL + LANE * (row + 1) - 14;
    return `<g>
  ${belt}
  <g fill="#dfe5e9" stroke="#7d8b95" stroke-width="2">${machines.join("")}</g>
  <path d="M${WALL} ${walkway}H${WIDTH - WALL}" stroke="#e3c65b" stroke-width="4" stroke-dasharray="24 16"/>
  <text x="${WALL + 18}" y="${WALL + LANE * row + 30}">${line}</text>
</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#f6f8f9"/>
<rect x="${WALL / 2}" y="${WALL / 2}" width="${WIDTH - WALL}" height="${HEIGHT - WALL}" fill="none" stroke="#4a555d" stroke-width="12"/>
<g stroke="#f6f8f9" stroke-width="14"><path d="M${WALL / 2} 440v120M${WIDTH - WALL / 2} 440v120"/></g>
<g font-family="sans-serif" font-size="24" fill="#4a555d">${lanes.join("\n")}</g>
</svg>`;
}

function columnsOf(cameras: number): number {
  return Math.ceil(cameras / SITES.length / LINES.length);
}

function middleOf(row: number, column: number, columns: number): { x: number; y: number } {
  return { x: WALL + ((WIDTH - 2 * WALL) * (column + 0.5)) / columns, y: WALL + LANE * row + 40 + MACHINE_HEIGHT / 2 };
}
