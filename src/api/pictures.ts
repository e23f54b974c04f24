import sharp from "sharp";
import type { DeviceView, Picture } from "./device.ts";
import { drawOverlay } from "./overlay.ts";

/** From this age on a picture no longer shows what is: it is greyed and says how old it is. */
export const STALE_MS = 1000;

export interface Jpeg {
  bytes: Buffer;
  ageMs: number;
  stale: boolean;
}

/**
 * The newest picture of each camera as JPEG. Every view of a picture is encoded once, whatever the number of watchers:
 * who asks while the encoder works on the same one waits for that one.
 */
export class Pictures {
  readonly #device: DeviceView;
  readonly #latest = new Map<string, { of: string; bytes: Promise<Buffer> }>();

  constructor(device: DeviceView) {
    this.#device = device;
  }

  /** `overlay`: zones, people and a caption burned in. Undefined while the camera has given no picture. */
  async jpeg(camera: string, maxWidth: number, overlay: boolean): Promise<Jpeg | undefined> {
    const picture = this.#device.picture(camera, maxWidth);
    if (!picture) return undefined;
    const { ageMs } = picture;
    const stale = ageMs >= STALE_MS;
    const key = `${camera} ${maxWidth} ${overlay}`;
    // A stale picture tells its age in whole seconds, so it is drawn again each second.
    const of = `${picture.sequence} ${stale ? Math.floor(ageMs / 1000) : ""}`;
    const latest = this.#latest.get(key);
    if (latest?.of === of) return { bytes: await latest.bytes, ageMs, stale };
    const bytes = this.#encode(camera, picture, overlay, stale);
    this.#latest.set(key, { of, bytes });
    return { bytes: await bytes, ageMs, stale };
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
