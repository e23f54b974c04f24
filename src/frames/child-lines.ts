import type { CameraConfig } from "../config/schema.ts";
import type { DecodePath } from "./frame.ts";
import type { Input } from "./input.ts";

const KEPT = 40;

/** What a child ffmpeg says about itself on its standard error: how it decodes, and why it gave up. */
export class ChildLines {
  readonly #camera: CameraConfig;
  readonly #input: Input;
  readonly #lines: string[] = [];
  #codec = "unknown";
  #decoder = "software";
  #fps = 0;
  /** Whether the child ended badly. */
  failed = false;

  constructor(camera: CameraConfig, input: Input) {
    this.#camera = camera;
    this.#input = input;
  }

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT) this.#lines.shift();
    // "Stream #0:0 -> #0:0 (h264 (native) -> rawvideo (native))"
    const [, codec, decoder] = /Stream #\S+ -> #\S+ \((\w+) \((\w+)\) -> rawvideo/.exec(line) ?? [];
    if (codec && decoder) {
      this.#codec = codec;
      if (decoder !== "native") this.#decoder = decoder.replace(`${codec}_`, "");
    }
    // "  Stream #0:0: Video: h264 (Main), yuv420p(tv), 1920x1080, 25 fps, 25 tbr, 90k tbn"; the first is the input.
    const [, fps] = /Stream #0\S+ Video:.* ([\d.]+) fps/.exec(line) ?? [];
    if (fps && this.#fps === 0) this.#fps = Number(fps);
    // "Using auto hwaccel type vaapi with new default device."
    const [, acceleration] = /Using (?:auto )?hwaccel type (\w+)/.exec(line) ?? [];
    if (acceleration) this.#decoder = acceleration;
  }

  get path(): Pick<DecodePath, "reader" | "codec" | "decoder" | "fps"> {
    return { reader: "ffmpeg", codec: this.#codec, decoder: this.#decoder, fps: this.#fps };
  }

  failure(): Error {
    const key = `cameras.${this.#camera.name}`;
    const telling = this.#lines.findLast((line) =>
      /40[134] |refused|No such|not found|Invalid|error|failed/i.test(line),
    );
    const reason = (telling ?? this.#lines.at(-1) ?? "it could not be started; install ffmpeg or use reader: libav")
      .replaceAll(this.#input.url, this.#input.shown)
      .replaceAll(/\/\/[^/@\s]*@/g, "//");
    return new Error(
      `${key}.url: ${this.#input.shown} cannot be read by the child ffmpeg (${reason.trim()}); ` +
        `check the address, ${key}.user and the secret behind ${key}.password`,
    );
  }
}
