import { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, type AVCodecID } from "node-av/constants";
import { H264Payload } from "./h264.ts";
import { H265Payload } from "./h265.ts";
import type { Payload } from "./payload.ts";
import type { Video } from "./sdp.ts";

/** How a video's pictures are found in its packets, and what decodes them. */
export interface VideoCodec {
  id: AVCodecID;
  payload: Payload;
  /** Parameter sets that the description carries, as NAL units with start codes; empty when they only come with the pictures. */
  parameterSets: Buffer;
}

const START = Buffer.from([0, 0, 0, 1]);
/** More is no parameter set. */
const LONGEST_SET = 4096;

/** Undefined for what is not read here: other codecs, encrypted RTP (RFC 3711) and the interleaved packet orders. */
export function codecOf({ protocol, encoding, parameters }: Video): VideoCodec | undefined {
  if (!/^RTP\/AVPF?(\/(TCP|UDP))?$/.test(protocol)) return undefined;
  // RFC 6184 section 8.1.
  if (encoding === "H264" && parameters.get("packetization-mode") !== "2")
    return {
      id: AV_CODEC_ID_H264,
      payload: new H264Payload(),
      parameterSets: sets(parameters, "sprop-parameter-sets"),
    };
  // RFC 7798 section 7.1.
  if (encoding === "H265" && Number(parameters.get("sprop-max-don-diff") ?? 0) === 0)
    return {
      id: AV_CODEC_ID_HEVC,
      payload: new H265Payload(),
      parameterSets: sets(parameters, "sprop-vps", "sprop-sps", "sprop-pps"),
    };
  return undefined;
}

function sets(parameters: Map<string, string>, ...names: string[]): Buffer {
  const units = names
    .flatMap((name) => parameters.get(name)?.split(",") ?? [])
    .map((text) => Buffer.from(text, "base64"))
    .filter(({ length }) => length > 2 && length <= LONGEST_SET);
  return Buffer.concat(units.flatMap((unit) => [START, unit]));
}
