import type { Person } from "../vision/person.ts";
import type { ZoneStatus } from "./device.ts";

/** Pairs of keypoints that a skeleton is drawn from, by their place in COCO order (vision/person.ts). */
export const LIMBS: readonly (readonly [number, number])[] = [
  // ankle to knee to hip, left and right, and from hip to hip
  [15, 13],
  [13, 11],
  [16, 14],
  [14, 12],
  [11, 12],
  // trunk
  [5, 11],
  [6, 12],
  [5, 6],
  // shoulder to elbow to wrist
  [5, 7],
  [7, 9],
  [6, 8],
  [8, 10],
  // nose to shoulders
  [0, 5],
  [0, 6],
];

/** A keypoint below this visibility is not drawn. */
export const VISIBLE = 0.3;

/** Whoever is falling or lies after a fall is drawn as an alarm. */
export function inTrouble(person: Person): boolean {
  return person.posture.fall + person.posture.fallen >= 0.5;
}

const CALM = "#35d0ba";
const ALARM = "#ff4d4d";

export interface Overlay {
  people: readonly Person[];
  zones: readonly ZoneStatus[];
  /** One line at the bottom left. */
  caption: string;
}

/** What was seen, as an SVG of the picture's size: zones dashed, people as boxes and skeletons, a caption. */
export function drawOverlay({ people, zones, caption }: Overlay, width: number, height: number): string {
  const line = Math.max(1.5, width / 400);
  const text = Math.max(11, width / 50);
  const shapes = [
    ...zones.filter((zone) => zone.enabled).map((zone) => drawZone(zone, width, height, line, text)),
    ...people.map((person) => drawPerson(person, width, height, line)),
    `<rect y="${height - text * 1.8}" width="${width}" height="${text * 1.8}" fill="#000" fill-opacity="0.55"/>`,
    `<text x="${text * 0.6}" y="${height - text * 0.55}" font-size="${text}" fill="#fff">${escapeXml(caption)}</text>`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">${shapes.join("")}</svg>`;
}

function drawZone(zone: ZoneStatus, width: number, height: number, line: number, text: number): string {
  const points = zone.polygon.map(([x, y]) => `${round(x * width)},${round(y * height)}`).join(" ");
  const [x, y] = zone.polygon[0] ?? [0, 0];
  const label = escapeXml(zone.machine ? `${zone.name} · ${zone.machine}` : zone.name);
  return (
    `<polygon points="${points}" fill="#fff" fill-opacity="0.06" stroke="#fff" stroke-opacity="0.8" ` +
    `stroke-width="${line}" stroke-dasharray="${line * 5} ${line * 3}"/>` +
    `<text x="${round(x * width) + text * 0.4}" y="${round(y * height) + text * 1.2}" font-size="${text}" fill="#fff">${label}</text>`
  );
}

function drawPerson(person: Person, width: number, height: number, line: number): string {
  const { box, keypoints } = person;
  const colour = inTrouble(person) ? ALARM : CALM;
  const bones = LIMBS.filter(([a, b]) => seen(keypoints, a) && seen(keypoints, b)).map(([a, b]) => {
    const at = (i: number) =>
      `${round((keypoints[i * 3] ?? 0) * width)},${round((keypoints[i * 3 + 1] ?? 0) * height)}`;
    return `<polyline points="${at(a)} ${at(b)}"/>`;
  });
  const [x, y] = [round(box.x1 * width), round(box.y1 * height)];
  return (
    `<g stroke="${colour}" stroke-width="${line * 1.6}" stroke-linecap="round" fill="none" opacity="${person.coasting ? 0.5 : 1}">` +
    `<rect x="${x}" y="${y}" width="${round((box.x2 - box.x1) * width)}" height="${round((box.y2 - box.y1) * height)}" ` +
    `rx="${line * 2}" stroke-width="${line}"/>${bones.join("")}</g>`
  );
}

function seen(keypoints: Float32Array, index: number): boolean {
  return (keypoints[index * 3 + 2] ?? 0) >= VISIBLE;
}

function round(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 10) / 10 : 0;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
