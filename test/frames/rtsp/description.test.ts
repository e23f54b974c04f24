import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codecOf } from "../../../src/frames/rtsp/codec.ts";
import { parseSdp } from "../../../src/frames/rtsp/sdp.ts";
import { resolve } from "../../../src/frames/rtsp/session.ts";
import { readTransport } from "../../../src/frames/rtsp/transport.ts";

const sdp = (...lines: string[]) => parseSdp(["v=0", "s=x", "a=control:rtsp://h/all", ...lines].join("\r\n"));

describe("a session description", () => {
  it("tells codec, parameter sets, rate and control of the first video", () => {
    const { control, video } = sdp(
      "m=audio 0 RTP/AVP 0",
      "a=control:track0",
      "m=video 0 RTP/AVP 97",
      "a=rtpmap:97 H264/90000",
      // RFC 6184 section 8.2.1.
      "a=fmtp:97 profile-level-id=42A01E; packetization-mode=1; sprop-parameter-sets=Z0IACpZTBYmI,aMljiA==",
      "a=framerate:12.5",
      "a=control:track1",
      "m=video 0 RTP/AVP 98",
      "a=control:track2",
    );
    expect(control).toBe("rtsp://h/all");
    expect(video).toMatchObject({ payloadType: 97, encoding: "H264", clockRate: 90_000, fps: 12.5, control: "track1" });
    expect(codecOf(video!)?.parameterSets.toString("hex")).toBe(
      "0000000167420 00a965305898800000001 68c96388".replaceAll(" ", ""),
    );
  });

  it("of H.265 gives its three kinds of parameter sets in order", () => {
    const { video } = sdp(
      "m=video 0 RTP/AVP 96",
      "a=rtpmap:96 H265/90000",
      "a=fmtp:96 sprop-sps=QgEB; sprop-pps=RAHA; sprop-vps=QAEM",
    );
    expect(codecOf(video!)?.parameterSets.toString("hex")).toBe("0000000140010c00000001420101000000014401c0");
  });

  it("that offers several codecs is taken at the one that is read here", () => {
    const { video } = sdp("m=video 0 RTP/AVP 26 98", "a=rtpmap:98 h265/90000");
    expect(video).toMatchObject({ payloadType: 98, encoding: "H265" });
  });

  it.each([
    ["JPEG", ["m=video 0 RTP/AVP 26"]],
    ["encrypted RTP", ["m=video 0 RTP/SAVP 96", "a=rtpmap:96 H264/90000"]],
    [
      "the interleaved order of H.264",
      ["m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", "a=fmtp:96 packetization-mode=2"],
    ],
    ["H.265 out of order", ["m=video 0 RTP/AVP 96", "a=rtpmap:96 H265/90000", "a=fmtp:96 sprop-max-don-diff=2"]],
  ])("with %s is left to another reader", (_, lines) => {
    expect(codecOf(sdp(...lines).video!)).toBeUndefined();
  });

  it("of any content is read without an error", () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom("m=video 0 RTP/AVP 96", "m=video", "a=rtpmap:96 H264/0", "a=fmtp:96 =;;", "a=framerate:x"),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { video } = parseSdp(lines.join("\n"));
        if (video) codecOf(video);
      }),
    );
  });
});

describe("a control attribute", () => {
  it.each([
    ["rtsp://h/cam/", "track1", "rtsp://h/cam/track1"],
    ["rtsp://h/cam", "track1", "rtsp://h/cam/track1"],
    ["rtsp://h/cam?channel=1", "trackID=0", "rtsp://h/cam?channel=1/trackID=0"],
    ["rtsp://h/cam", "rtsp://h/other/track1", "rtsp://h/other/track1"],
    ["rtsp://h/cam/", "*", "rtsp://h/cam/"],
    ["rtsp://h/cam/", undefined, "rtsp://h/cam/"],
  ])("with base %s and value %s means %s", (base, control, url) => {
    expect(resolve(base, control)).toBe(url);
  });
});

describe("a Transport field", () => {
  it("tells the channels of a connection, and ports and source of UDP", () => {
    expect(readTransport("RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=1F2E3D4C")).toMatchObject({ channels: [2, 3] });
    expect(readTransport("RTP/AVP;unicast;client_port=5000-5001;server_port=6970;source=10.0.0.7")).toEqual({
      channels: undefined,
      serverPorts: [6970, 6971],
      source: "10.0.0.7",
    });
    expect(readTransport("RTP/AVP/TCP;interleaved=300-301")).toMatchObject({ channels: undefined });
  });
});
