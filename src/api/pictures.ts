import sharp from "sharp";
import type { Clock, Monotonic } from "../lib/clock.ts";
import type { DeviceView, Picture } from "./device.ts";
import { drawOverlay } from "./overlay.ts";

/** From this age on a picture no longer shows what is: it is greyed and says how old it is. */
export const STALE_MS = 1000;

export interface Jpeg {
  bytes: Buffer;
  ageMs: number;
  stale: boolean;
}

/** Widths that a picture comes in, pixels; bounded, so that nobody can fill the memory with sizes. */
const WIDTHS = [320, 480, 640, 960, 1280, 1920];
/** The device is asked for a picture at most this often per view: scaling one costs the same core that judges frames. */
const GAP_MS = 80;

interface View extends Jpeg {
  /** The picture that it shows. */
  of: string;
  askedAt: Monotonic;
}

/**
 * The newest picture of each camera as JPEG, made once for all watchers: they cost the device ten pictures a second and
 * size, however many there are.
 */
export class Pictures {
  readonly #device: DeviceView;
  readonly #clock: Clock;
  readonly #views = new Map<string, Promise<View | undefined>>();

  constructor(device: DeviceView, clock: Clock) {
    this.#device = device;
    this.#clock = clock;
  }

  /** `overlay`: zones, people and a caption burned in. Undefined while the camera has given no picture. */
  async jpeg(camera: string, maxWidth: number, overlay: boolean): Promise<Jpeg | undefined> {
    const width = WIDTHS.find((one) => one >= maxWidth) ?? (WIDTHS.at(-1) as number);
    const key = `${camera} ${width} ${overlay}`;
    const now = this.#clock.now();
    const last = this.#views.get(key);
    const before = await last?.catch(() => undefined);
    // Somebody else asked meanwhile: share what they get.
    const meanwhile = this.#views.get(key);
    if (meanwhile !== last) return meanwhile;
    if (before && now - before.askedAt < GAP_MS) return { ...before, ageMs: before.ageMs + now - before.askedAt };
    const next = this.#look(camera, width, overlay, before, now);
    this.#views.set(key, next);
    return next;
  }

  async #look(
    camera: string,
    width: number,
    overlay: boolean,
    before: View | undefined,
    askedAt: Monotonic,
  ): Promise<View | undefined> {
    const picture = this.#device.picture(camera, width);
    if (!picture) return undefined;
    const { ageMs } = picture;
    const stale = ageMs >= STALE_MS;
    // A stale picture tells its age in whole seconds, so it is drawn again each second.
    const of = `${picture.sequence} ${stale ? Math.floor(ageMs / 1000) : ""}`;
    const bytes = before?.of === of ? before.bytes : await this.#encode(camera, picture, overlay, stale);
    return { bytes, ageMs, stale, of, askedAt };
  }

  #encode(camera: string, picture: Picture, overlay: boolean, stale: boolean): Promise<Buffer> {
    const { data, width, height, ageMs } = picture;
    let image = sharp(data, { raw: { width, height, channels: 3 } });
    if (stale) image = image.grayscale().toColourspace("srgb").linear(0.6, 30);
    if (overlay) {
      const caption = stale ? `${camera} · no new picture for ${Math.floor(ageMs / 1000)} s` : camera;
      const svg = drawOverlay(
        {
          people: stale ? [] : this.#device.people(camera),
          zones: this.#device.status().cameras.find(({ name }) => name === camera)?.zones ?? [],
          caption,
        },
        width,
        height,
      );
      image = image.composite([{ input: Buffer.from(svg) }]);
    }
    return image.jpeg({ quality: 75 }).toBuffer();
  }
}
