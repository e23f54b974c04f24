/** The longest side that anybody sees anything more on, pixels. */
const MAX_SIDE = 3_000;
/** Smaller files are sent as they are. */
const FINE_BYTES = 600_000;
const QUALITY = 0.85;
const TYPES = ["image/png", "image/jpeg", "image/webp"];

/**
 * A picture as it is worth sending over a slow line: what comes out of a camera or a plotter is drawn smaller, and keeps nothing
 * of where and by whom it was taken. Undefined for a file that is no picture.
 */
export async function shrunk(file: File): Promise<Blob | undefined> {
  const picture = await createImageBitmap(file).catch(() => undefined);
  if (!picture) return undefined;
  const scale = Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height));
  if (scale === 1 && file.size <= FINE_BYTES && TYPES.includes(file.type)) return file;
  const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  // A browser that cannot write WebP writes PNG.
  return canvas.convertToBlob({ type: "image/webp", quality: QUALITY });
}
