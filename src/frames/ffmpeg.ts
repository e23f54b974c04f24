import { once } from "node:events";
import { watch } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ffmpeg, { type FfmpegCommand } from "fluent-ffmpeg";
import type { CameraConfig } from "../config/schema.ts";
import { ChildLines } from "./child-lines.ts";
import type { FrameSource, SourceEvents } from "./frame.ts";
import { type Input, inputOf } from "./input.ts";
import { LibavSource, type SourceDeps } from "./libav.ts";

/** Opening includes the child's start and the camera's first key frame. */
const OPEN_MS = 12_000;
const SOCKET = "frames.sock";

/**
 * Lets a child ffmpeg read and decode, for boards whose hardware decoder exists only in the vendor's ffmpeg (Jetson, some
 * Rockchip). Raw pictures come back through a unix socket straight into libav, in the NUT container, which keeps their
 * time stamps; no picture passes through JavaScript. The password is visible in the child's command line to whoever may
 * list this machine's processes.
 *
 *   camera ──► child ffmpeg ──unix socket, raw NUT──► LibavSource ──► frames
 */
export class FfmpegSource implements FrameSource {
  readonly camera: string;
  readonly #config: CameraConfig;
  readonly #frames: LibavSource;
  #socket = "";

  constructor(camera: CameraConfig, deps: SourceDeps) {
    this.camera = camera.name;
    this.#config = camera;
    // The child repeats the clip; the socket cannot be rewound. Which of its pictures were key frames, raw video does not say.
    this.#frames = new LibavSource({ ...camera, loop: false, hardware: "none", frozenAfterS: null }, deps, {
      input: () => this.#received(),
    });
  }

  async run(events: SourceEvents, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const input = inputOf(this.#config);
    const directory = await mkdtemp(join(tmpdir(), "spotter-"));
    this.#socket = join(directory, SOCKET);
    const lines = new ChildLines(this.#config, input);
    const stop = new AbortController();
    const listening = appears(directory, stop.signal);
    const reading = this.#frames
      .run(
        { opened: (path) => events.opened({ ...path, ...lines.path }), frame: (frame) => events.frame(frame) },
        AbortSignal.any([signal, stop.signal]),
      )
      .finally(() => stop.abort());
    try {
      await listening;
      if (!stop.signal.aborted)
        await decode(this.#config, input, this.#socket, lines, AbortSignal.any([signal, stop.signal]));
    } finally {
      if (lines.failed) stop.abort();
      await reading.finally(() => rm(directory, { recursive: true, force: true }));
    }
    if (lines.failed && !signal.aborted) throw lines.failure();
  }

  #received(): Input {
    const { kind, shown } = inputOf(this.#config);
    return { kind, url: `unix:${this.#socket}`, shown, format: "nut", options: { listen: "1" }, openMs: OPEN_MS };
  }
}

/** Runs the child until it ends or `signal` aborts; what it says goes to `lines`. Never rejects. */
async function decode(
  camera: CameraConfig,
  input: Input,
  socket: string,
  lines: ChildLines,
  signal: AbortSignal,
): Promise<void> {
  const command = describe(camera, input).output(`unix:${socket}`);
  const ended = new Promise<void>((resolve) => {
    command
      .on("stderr", (line: string) => lines.add(line))
      .on("error", () => {
        if (!signal.aborted) lines.failed = true;
        resolve();
      })
      .on("end", () => resolve());
  });
  const kill = () => command.kill("SIGKILL");
  command.run();
  // fluent-ffmpeg starts the process some ticks later and forgets a kill before that.
  command.once("start", () => signal.aborted && setImmediate(kill));
  signal.addEventListener("abort", kill);
  await ended;
  signal.removeEventListener("abort", kill);
}

function describe(camera: CameraConfig, input: Input): FfmpegCommand {
  const options = Object.entries(input.options).flatMap(([name, value]) => [`-${name}`, value]);
  const command = ffmpeg(input.url, { niceness: 0 })
    .inputOptions(["-threads", "1", "-flags", "low_delay", ...hardware(camera.hardware), ...options])
    // What is not limited range is made so, for NUT does not say.
    .outputOptions(["-an", "-sn", "-dn", "-vf", "scale=out_range=tv,format=yuv420p|nv12", "-c:v", "rawvideo"])
    .outputOptions(["-f", "nut", "-flush_packets", "1", "-loglevel", "verbose", "-nostats"]);
  if (input.format) command.inputFormat(input.format);
  if (input.kind !== "file") command.inputOptions(["-analyzeduration", "500000"]);
  if (input.kind === "file" && camera.loop) command.inputOptions(["-stream_loop", "-1"]);
  return command;
}

/** `h264_v4l2m2m` and the like name a decoder, other words a hardware acceleration. */
function hardware(name: string): string[] {
  if (name === "none") return [];
  return name.includes("_") ? ["-c:v", name] : ["-hwaccel", name];
}

/** Resolves when a file appears in the directory or `signal` aborts. */
async function appears(directory: string, signal: AbortSignal): Promise<void> {
  const watcher = watch(directory);
  await once(watcher, "change", { signal }).catch(() => {});
  watcher.close();
}
