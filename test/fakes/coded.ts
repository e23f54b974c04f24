import {
  AV_LOG_QUIET,
  AV_PIX_FMT_YUV420P,
  AV_PKT_FLAG_KEY,
  FF_ENCODER_LIBX264,
  FF_ENCODER_LIBX265,
} from "node-av/constants";
import { Codec, CodecContext, Dictionary, FFmpegError, Frame, Log, Packet, Rational } from "node-av/lib";

Log.setLevel(AV_LOG_QUIET);

export interface CodedOptions {
  codec?: "h264" | "h265";
  frames?: number;
  /** Slices per picture. */
  slices?: number;
  /** Pixels; as high as three quarters of it. */
  width?: number;
  /** Pictures from one key frame to the next. */
  gop?: number;
  /** How much is lost in coding: quantiser, 0 to 51. */
  quantiser?: number;
  /** Brightness of a place in the nth picture; noise all over unless said otherwise, so that a picture is longer than a packet. */
  luma?: (picture: number, at: number) => number;
  /** Cb and Cr of the nth picture; grey unless said otherwise. */
  chroma?: (picture: number) => readonly [number, number];
}

/** One coded picture: its NAL units, without start codes. */
export interface CodedPicture {
  key: boolean;
  units: Buffer[];
}

/** Pictures (320x240 unless said otherwise), one key frame first, coded without reordering; parameter sets are in the key frame. */
export async function codedPictures({
  codec = "h264",
  frames = 5,
  slices = 1,
  width = 320,
  gop = 1000,
  quantiser,
  luma = (picture, at) => (((at + picture * 7919) * 2654435761) >>> 13) & 0xff,
  chroma = () => [128, 128],
}: CodedOptions = {}): Promise<CodedPicture[]> {
  const found = Codec.findEncoderByName(codec === "h264" ? FF_ENCODER_LIBX264 : FF_ENCODER_LIBX265);
  if (!found) throw new Error(`node-av has no encoder for ${codec}`);
  const encoder = new CodecContext();
  encoder.allocContext3(found);
  encoder.width = width;
  encoder.height = (width * 3) / 4;
  encoder.pixelFormat = AV_PIX_FMT_YUV420P;
  encoder.timeBase = new Rational(1, 15);
  encoder.framerate = new Rational(15, 1);
  encoder.gopSize = gop;
  encoder.maxBFrames = 0;
  const params = [`slices=${slices}`, ...(quantiser === undefined ? [] : [`qp=${quantiser}`])].join(":");
  const settings = Dictionary.fromObject(
    codec === "h264"
      ? { preset: "ultrafast", tune: "zerolatency", "x264-params": `${params}:sliced-threads=0` }
      : { preset: "ultrafast", tune: "zerolatency", "x265-params": `${params}:log-level=none` },
  );
  FFmpegError.throwIfError(await encoder.open2(found, settings), codec);
  settings.free();
  const frame = new Frame();
  frame.alloc();
  frame.width = encoder.width;
  frame.height = encoder.height;
  frame.format = AV_PIX_FMT_YUV420P;
  FFmpegError.throwIfError(frame.getBuffer(), "frame");
  const packet = new Packet();
  packet.alloc();
  const pictures: CodedPicture[] = [];
  const fetch = async () => {
    while ((await encoder.receivePacket(packet)) >= 0) {
      pictures.push({ key: (packet.flags & AV_PKT_FLAG_KEY) !== 0, units: nalUnits(packet.data as Buffer) });
      packet.unref();
    }
  };
  for (let k = 0; k < frames; k += 1) {
    FFmpegError.throwIfError(frame.makeWritable(), "frame");
    frame.data?.forEach((plane, index) => {
      if (index > 0) plane.fill(chroma(k)[index - 1]!);
      else for (let at = 0; at < plane.length; at += 1) plane[at] = luma(k, at);
    });
    frame.pts = BigInt(k);
    await encoder.sendFrame(frame);
    await fetch();
  }
  await encoder.sendFrame(null);
  await fetch();
  frame.free();
  packet.free();
  encoder.freeContext();
  return pictures;
}

/** The NAL units of a byte stream with start codes (H.264 and H.265 Annex B). */
export function nalUnits(stream: Buffer): Buffer[] {
  const units: Buffer[] = [];
  const start = Buffer.from([0, 0, 1]);
  for (let at = stream.indexOf(start); at >= 0; ) {
    const next = stream.indexOf(start, at + 3);
    const end = next < 0 ? stream.length : next - (stream[next - 1] === 0 ? 1 : 0);
    units.push(Buffer.from(stream.subarray(at + 3, end)));
    at = next;
  }
  return units;
}
