import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface RtspOptions {
  codec?: "h264" | "h265" | "mjpeg";
  width?: number;
  height?: number;
  fps?: number;
  /** A port to listen on again; a free one if none is given. */
  port?: number;
  user?: string;
  password?: string;
  /** PEM files; with them the server speaks only RTSPS. */
  certificate?: string;
  key?: string;
  /** A GStreamer pipeline instead of the colour patches. */
  launch?: string;
}

/** A real RTSP server (GStreamer, in a process of its own) that shows red, green, blue and white quarters. */
export class RtspServer {
  readonly port: number;
  readonly #options: RtspOptions;
  #process: ChildProcess;

  private constructor(process: ChildProcess, port: number, options: RtspOptions) {
    this.#process = process;
    this.port = port;
    this.#options = options;
  }

  static async start(options: RtspOptions = {}): Promise<RtspServer> {
    const { process, port } = await launch(options);
    return new RtspServer(process, port, options);
  }

  get url(): string {
    return `${this.#options.certificate ? "rtsps" : "rtsp"}://localhost:${this.port}/cam`;
  }

  /** Stops it in its tracks: connections stay, nothing comes. */
  freeze(): void {
    this.#process.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await gone;
  }

  /** Listens again on the same port after `kill`. */
  async restart(): Promise<void> {
    this.#process = (await launch({ ...this.#options, port: this.port })).process;
  }
}

/** The interpreter that has GStreamer's bindings: the system's own may stand behind another in PATH. */
function python(): string {
  for (const command of ["python3", "/usr/bin/python3"]) {
    try {
      execFileSync(command, ["-c", "import gi"], { stdio: "ignore" });
      return command;
    } catch {
      // The next one.
    }
  }
  throw new Error("no python3 with gi; install python3-gi");
}

async function launch(options: RtspOptions): Promise<{ process: ChildProcess; port: number }> {
  const settings = { codec: "h264", width: 320, height: 240, fps: 15, ...options };
  const child = spawn(python(), [join(import.meta.dirname, "rtsp_server.py"), JSON.stringify(settings)], {
    // The server ends when this pipe closes, so that none outlives the tests.
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, "line"),
    once(child, "exit").then(([code]) => {
      throw new Error(`the RTSP server ended with ${code}`);
    }),
  ]);
  return { process: child, port: (JSON.parse(line) as { port: number }).port };
}
