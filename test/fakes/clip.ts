import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_LOG_QUIET,
  AV_PIX_FMT_YUV420P,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_BT709,
  AVIO_FLAG_WRITE,
  FF_ENCODER_LIBX264,
} from "node-av/constants";
import {
  Codec,
  CodecContext,
  Dictionary,
  FFmpegError,
  FormatContext,
  Frame,
  IOContext,
  Log,
  Packet,
  Rational,
} from "node-av/lib";

export interface ClipOptions {
  width?: number;
  height?: number;
  fps?: number;
  frames?: number;
  bFrames?: number;
  matrix?: "bt601" | "bt709" | "unsaid";
  range?: "limited" | "full";
  /** Colour of the quarter at the top left in each frame, instead of red. */
  topLeft?: (frame: number) => readonly [number, number, number];
}

Log.setLevel(AV_LOG_QUIET);

/** Red, green, blue and white, as the quarters of the picture from the top left. */
export const PATCHES = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const;

/** Writes an H.264 clip (MP4) whose quarters are red, green, blue and white, encoded with the given matrix and range. */
export async function writeClip(path: string, options: ClipOptions = {}): Promise<void> {
  const {
    width = 320,
    height = 240,
    fps = 15,
    frames = 30,
    bFrames = 0,
    matrix = "bt601",
    range = "limited",
    topLeft = () => PATCHES[0],
  } = options;
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264);
  if (!codec) throw new Error("node-av has no libx264");
  const format = new FormatContext();
  check(format.allocOutputContext2(null, "mp4", path), "mp4");
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  encoder.width = width;
  encoder.height = height;
  encoder.pixelFormat = AV_PIX_FMT_YUV420P;
  encoder.timeBase = new Rational(1, fps);
  encoder.framerate = new Rational(fps, 1);
  encoder.gopSize = fps;
  encoder.maxBFrames = bFrames;
  encoder.colorRange = range === "full" ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  if (matrix !== "unsaid") encoder.colorSpace = matrix === "bt709" ? AVCOL_SPC_BT709 : AVCOL_SPC_BT470BG;
  encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  const settings = Dictionary.fromObject({ preset: "veryfast", crf: "10" });
  check(await encoder.open2(codec, settings), "libx264");
  settings.free();
  const stream = format.newStream(null);
  stream.timeBase = encoder.timeBase;
  stream.avgFrameRate = encoder.framerate;
  check(stream.codecpar.fromContext(encoder), "stream");
  const file = new IOContext();
  check(await file.open2(path, AVIO_FLAG_WRITE), path);
  format.pb = file;
  check(await format.writeHeader(null), "header");

  const frame = new Frame();
  frame.alloc();
  frame.width = width;
  frame.height = height;
  frame.format = AV_PIX_FMT_YUV420P;
  frame.colorRange = encoder.colorRange;
  frame.colorSpace = encoder.colorSpace;
  check(frame.getBuffer(), "frame");
  const packet = new Packet();
  packet.alloc();
  const drain = async () => {
    while ((await encoder.receivePacket(packet)) >= 0) {
      packet.rescaleTs(encoder.timeBase, stream.timeBase);
      packet.streamIndex = stream.index;
      check(await format.interleavedWriteFrame(packet), "packet");
    }
  };
  const asSaid = matrix === "unsaid" ? (height >= 720 ? "bt709" : "bt601") : matrix;
  for (let k = 0; k < frames; k += 1) {
    check(frame.makeWritable(), "frame");
    draw(frame, [topLeft(k), ...PATCHES.slice(1)], asSaid, range);
    frame.pts = BigInt(k);
    check(await encoder.sendFrame(frame), "encode");
    await drain();
  }
  check(await encoder.sendFrame(null), "encode");
  await drain();
  check(await format.writeTrailer(), "trailer");
  format.pb = null;
  await file.closep();
  frame.free();
  packet.free();
  encoder.freeContext();
  format.freeContext();
}

/** ITU-R BT.601-7 and BT.709-6: R'G'B' to Y'CbCr with 8 bits. */
function toYcbcr([r, g, b]: readonly number[], matrix: "bt601" | "bt709", range: "limited" | "full"): number[] {
  const [kr, kb] = matrix === "bt709" ? [0.2126, 0.0722] : [0.299, 0.114];
  const luma = kr * r! + (1 - kr - kb) * g! + kb * b!;
  const [cb, cr] = [(b! - luma) / (2 * (1 - kb)), (r! - luma) / (2 * (1 - kr))];
  const limited = range === "limited";
  return [
    limited ? 16 + (luma * 219) / 255 : luma,
    128 + (limited ? (cb * 224) / 255 : cb),
    128 + (limited ? (cr * 224) / 255 : cr),
  ].map((value) => Math.max(0, Math.min(255, Math.round(value))));
}

function draw(
  frame: Frame,
  patches: readonly (readonly number[])[],
  matrix: "bt601" | "bt709",
  range: "limited" | "full",
): void {
  const colours = patches.map((rgb) => toYcbcr(rgb, matrix, range));
  for (const [plane, shift] of [
    [0, 0],
    [1, 1],
    [2, 1],
  ] as const) {
    const rows = frame.data?.[plane] as Buffer;
    const stride = frame.linesize[plane] as number;
    const [width, height] = [frame.width >> shift, frame.height >> shift];
    for (let y = 0; y < height; y += 1) {
      const below = y < height / 2 ? 0 : 2;
      rows.fill(colours[below]![plane]!, y * stride, y * stride + width / 2);
      rows.fill(colours[below + 1]![plane]!, y * stride + width / 2, y * stride + width);
    }
  }
}

function check(code: number, what: string): void {
  FFmpegError.throwIfError(code, what);
}
