import sharp from "sharp";
import type { Size } from "../src/frames/frame.ts";
import type { BoxCorners, LabelledPerson, LabelledPicture } from "./labels.ts";
import { type Turn, turnedBox, turnPoint } from "./pose.ts";

/** Pixels with their labels, RGB, row-major. */
export interface View extends Size {
  pixels: Uint8Array;
  people: LabelledPerson[];
  ignore: BoxCorners[];
}

/** Around a picture, as vision itself pads. */
const GREY = { r: 114, g: 114, b: 114 };
/** An obstacle: brown, for models must not take it for padding. */
const BROWN = { r: 104, g: 84, b: 62 };

const raw = ({ pixels, width, height }: View) => sharp(pixels, { raw: { width, height, channels: 3 } });

/** A labelled picture from its file; labels scaled when the file has another size than the labelled one. */
export async function openView(path: string, { width, height, people, ignore }: LabelledPicture): Promise<View> {
  const { data, info } = await sharp(path)
    .toColourspace("srgb")
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const view = { pixels: new Uint8Array(data), width, height, people, ignore };
  return { ...placed(view, info.width / width, 0, 0), pixels: view.pixels, width: info.width, height: info.height };
}

/** Labels scaled, then shifted. */
function placed(view: View, scale: number, dx: number, dy: number): View {
  const box = ([x1, y1, x2, y2]: BoxCorners): BoxCorners => [
    x1 * scale + dx,
    y1 * scale + dy,
    x2 * scale + dx,
    y2 * scale + dy,
  ];
  return {
    ...view,
    ignore: view.ignore.map(box),
    people: view.people.map((person) => ({
      box: box(person.box),
      joints: person.joints.map(([x, y, state]) => [x * scale + dx, y * scale + dy, state]),
      head: person.head && [person.head[0] * scale + dx, person.head[1] * scale + dy],
    })),
  };
}

/** The picture turned clockwise in the middle of a grey square that holds it at every angle, so that the scale is the same at each. */
export async function turnedView(view: View, degrees: number): Promise<View> {
  const side = Math.ceil(Math.hypot(view.width, view.height));
  const turned = await raw(view)
    .rotate(degrees, { background: GREY })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = turned.info;
  const [left, top] = [Math.max(0, Math.floor((side - width) / 2)), Math.max(0, Math.floor((side - height) / 2))];
  const padded = await sharp(turned.data, { raw: { width, height, channels: 3 } })
    .extend({
      left,
      top,
      right: Math.max(0, side - width - left),
      bottom: Math.max(0, side - height - top),
      background: GREY,
    })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const turn: Turn = { degrees, cx: view.width / 2, cy: view.height / 2, toX: left + width / 2, toY: top + height / 2 };
  return {
    pixels: new Uint8Array(padded.data),
    width: padded.info.width,
    height: padded.info.height,
    ignore: view.ignore.map((box) => turnedBox({ box, joints: [], head: null }, turn)),
    people: view.people.map((person) => ({
      box: turnedBox(person, turn),
      joints: person.joints.map(([x, y, state]) => [...turnPoint([x, y], turn), state]),
      head: person.head && turnPoint(person.head, turn),
    })),
  };
}

/** The picture `scale` times as large in the middle of a grey one of its own size: people further away. */
export async function smallerView(view: View, scale: number): Promise<View> {
  const [width, height] = [Math.round(view.width * scale), Math.round(view.height * scale)];
  const [left, top] = [Math.floor((view.width - width) / 2), Math.floor((view.height - height) / 2)];
  const data = await raw(view)
    .resize(width, height, { fit: "fill" })
    .extend({
      left,
      top,
      right: view.width - width - left,
      bottom: view.height - height - top,
      background: GREY,
    })
    .removeAlpha()
    .raw()
    .toBuffer();
  return { ...placed(view, scale, left, top), pixels: new Uint8Array(data) };
}

/** Something stands before the first person: the lower `share` of the box is covered. Labels stay those of the whole body. */
export async function coveredView(view: View, share: number): Promise<View> {
  const [x1, , x2] = view.people[0]!.box;
  const visible = visibleBox(view.people[0]!.box, share);
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, Math.round(value)));
  const [left, right] = [clamp(x1 - 2, view.width), clamp(x2 + 2, view.width)];
  const [top, bottom] = [clamp(visible[3], view.height), clamp(view.people[0]!.box[3] + 2, view.height)];
  if (right <= left || bottom <= top) return view;
  const input = { create: { width: right - left, height: bottom - top, channels: 3 as const, background: BROWN } };
  const data = await raw(view).composite([{ input, left, top }]).removeAlpha().raw().toBuffer();
  return { ...view, pixels: new Uint8Array(data) };
}

/** What is left of a box whose lower `share` is covered. */
export function visibleBox([x1, y1, x2, y2]: BoxCorners, share: number): BoxCorners {
  return [x1, y1, x2, y2 - (y2 - y1) * share];
}

/** The picture as vision paints it for a model: aspect kept, at the top left, rest grey. Returns the scale. */
export async function paintView(view: View, into: Uint8Array, size: Size): Promise<number> {
  const data = await raw(view)
    .resize(size.width, size.height, { fit: "contain", position: "left top", background: GREY })
    .removeAlpha()
    .raw()
    .toBuffer();
  into.set(data);
  return Math.min(size.width / view.width, size.height / view.height);
}
