import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CameraConfig } from "../../src/config/schema.ts";
import { describeFrameSource, type Stream, source, watch } from "../contracts/frame-source.ts";
import { describeWith } from "../engines.ts";
import { makeAuthority } from "../fakes/authority.ts";
import { writeClip } from "../fakes/clip.ts";
import { freePort } from "../fakes/free-port.ts";
import { type RtspOptions, RtspServer } from "../fakes/rtsp.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "spotter-test-"));
});
afterAll(() => rm(directory, { recursive: true }));

const clip = (settings: Partial<CameraConfig>) => async (): Promise<Stream> => {
  const path = join(directory, `${settings.reader}-${settings.pace}.mp4`);
  await writeClip(path);
  return {
    camera: { url: pathToFileURL(path).href, ...settings },
    unreachable: { url: pathToFileURL(join(directory, "missing.mp4")).href, ...settings },
    close: async () => {},
  };
};

const rtsp =
  (settings: Partial<CameraConfig>, options: RtspOptions = {}) =>
  async (): Promise<Stream> => {
    const server = await RtspServer.start(options);
    const scheme = server.url.split(":")[0];
    return {
      camera: { url: server.url, ...settings },
      unreachable: { url: `${scheme}://localhost:${await freePort()}/cam`, ...settings },
      close: () => server.kill(),
    };
  };

describeFrameSource("a file, decoded by libav", clip({ reader: "libav", pace: "clip" }), "libav");
describeFrameSource("a file at a camera's pace", clip({ reader: "libav", pace: "camera" }), "libav");

describeWith("ffmpeg", "with ffmpeg", () => {
  describeFrameSource("a file, decoded by a child ffmpeg", clip({ reader: "ffmpeg", pace: "clip" }), "ffmpeg");
});

describeWith("GStreamer RTSP server", "with a real RTSP server", () => {
  describe.each([
    { reader: "auto", path: "rtsp", by: "read by Spotter itself" },
    { reader: "libav", path: "libav", by: "read by libav" },
  ] as const)("$by", ({ reader, path }) => {
    describeFrameSource("RTSP over TCP", rtsp({ reader }), path);
    describeFrameSource("RTSP over UDP", rtsp({ reader, transport: "udp" }), path);
    describeFrameSource("RTSP with H.265", rtsp({ reader }, { codec: "h265" }), path);
    describeFrameSource(
      "RTSPS with a CA of its own",
      async () => {
        const { ca, certificate, key } = makeAuthority(directory, `camera-${reader}`);
        return rtsp({ reader, ca }, { certificate, key })();
      },
      path,
    );
  });

  it("a camera that is set by this machine's clock tells when each picture was taken", async () => {
    const server = await RtspServer.start();
    const stop = new AbortController();
    let told: number | undefined;
    await (await source({ url: server.url })).run(
      {
        opened: () => {},
        frame: (frame) => {
          // The server's first report comes some seconds after the first picture.
          if (!Number.isNaN(frame.cameraTime)) told ??= frame.cameraTime - frame.wallTime;
          if (told !== undefined) stop.abort();
          frame.release();
        },
      },
      stop.signal,
    );
    // However late a busy machine is: not 1900, not 1970, and no time zone away.
    expect(Math.abs(told ?? Number.NaN)).toBeLessThan(60_000);
    await server.kill();
  });

  it("a codec that Spotter does not read itself is left to libav, which opened says", async () => {
    const server = await RtspServer.start({ codec: "mjpeg" });
    const numbers: number[] = [];
    const { path } = await watch({ url: server.url }, 3, ({ sequence }) => numbers.push(sequence));
    expect(path).toMatchObject({ reader: "libav", codec: "mjpeg", size: { width: 320, height: 240 } });
    expect(numbers).toEqual([1, 2, 3]);
    await server.kill();
  });
});

describeWith(["GStreamer RTSP server", "ffmpeg"], "with a real RTSP server and ffmpeg", () => {
  describeFrameSource("RTSP read by a child ffmpeg", rtsp({ reader: "ffmpeg" }), "ffmpeg");
});
