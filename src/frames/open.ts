import type { CameraConfig } from "../config/schema.ts";
import type { FrameSource } from "./frame.ts";
import type { SourceDeps } from "./libav.ts";

/** The source for a camera, by its `reader`; libav is loaded with the first one. The URL scheme is told apart in `input.ts`. */
export async function openSource(camera: CameraConfig, deps: SourceDeps): Promise<FrameSource> {
  switch (camera.reader) {
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
