import type { CameraConfig } from "../config/schema.ts";
import type { FrameSource } from "./frame.ts";
import type { SourceDeps } from "./libav.ts";

/** The source for a camera, by its `reader` and its URL's scheme; libav is loaded with the first one. */
export async function openSource(camera: CameraConfig, deps: SourceDeps): Promise<FrameSource> {
  switch (readerOf(camera)) {
    case "rtsp": {
      const { RtspSource } = await import("./rtsp/source.ts");
      return new RtspSource(camera, deps);
    }
    case "libav": {
      const { LibavSource } = await import("./libav.ts");
      return new LibavSource(camera, deps);
    }
    case "ffmpeg": {
      const { FfmpegSource } = await import("./ffmpeg.ts");
      return new FfmpegSource(camera, deps);
    }
  }
}

function readerOf({ reader, url }: CameraConfig) {
  if (reader !== "auto") return reader;
  return /^rtsps?:/i.test(url) ? "rtsp" : "libav";
}
