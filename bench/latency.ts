import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { ActuatorBank } from "../src/actuators/bank.ts";
import { actuatorSchema, configSchema } from "../src/config/schema.ts";
import { systemClock } from "../src/lib/clock.ts";
import { silentLog } from "../src/observe/log.ts";
import { shippedCatalogue } from "../src/vision/catalogue.ts";
import { openVision } from "../src/vision/open.ts";
import type { Vision } from "../src/vision/vision.ts";
import { bareRuns } from "./bare.ts";
import { bound } from "./bound.ts";
import { type Percentiles, percentiles, printTable, stages, type Watching, watchCamera } from "./scene.ts";
import { readStamp, writeStampedClip } from "./stamp.ts";

const FPS = 15;
const VIDEO = { width: 1920, height: 1080, fps: FPS };
/** Frames before this are left out: connections, caches and the forecast settle, s. */
const WARM_S = 3;
const READ = { width: 512, height: 288 };

export interface LatencyOptions {
  json?: string;
  seconds: number;
}

/**
 * `bench latency`: the real pipeline at 1080p and 15 frames/s on a file and on RTSP over loopback, beside the bare model run at the same
 * pace in the same minutes; and the time from a stamped frame's leaving the RTSP server to its number's arrival in a PLC.
 */
export async function latency({ json, seconds }: LatencyOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "spotter-bench-"));
  const config = configSchema.parse({});
  const model = config.vision.tiers[0] as string;
  const vision = openVision(config.vision, { clock: systemClock, log: silentLog });
  try {
    const clip = join(folder, "stamped.mp4");
    say("writing a stamped clip of 1080p");
    await writeStampedClip({
      from: resolve(import.meta.dirname, "../demo/clip/fall.mp4"),
      to: clip,
      ...VIDEO,
      seconds: seconds + 10,
    });
    await vision.start();
    const file = resolve(shippedCatalogue, `../${model}.onnx`);
    const bare: number[] = [];
    const bareSome = async () => void bare.push(...(await bareRuns(file, Math.ceil((seconds * FPS) / 4), 1000 / FPS)));

    say("bare model runs");
    await bareSome();
    say("file");
    const fromFile = await measureFile(clip, seconds, vision);
    say("bare model runs");
    await bareSome();
    say("RTSP, and to the PLC");
    const { judged: fromRtsp, toPlc } = await measureRtsp(clip, seconds, vision);
    say("bare model runs");
    await bareSome();

    const bareRun = percentiles(bare);
    const result = {
      model,
      video: VIDEO,
      bareModelRun: bareRun,
      file: report(fromFile, bareRun),
      rtsp: report(fromRtsp, bareRun),
      rtspFrameToModbusWrite: toPlc,
    };
    printTable(`bare run of ${model}, one thread, one run each ${Math.round(1000 / FPS)} ms`, { run: bareRun });
    for (const [name, part] of Object.entries({ file: result.file, rtsp: result.rtsp })) {
      printTable(`${name}, 1080p at ${FPS} frames/s`, part.stages);
      process.stdout.write(
        `arrival to decision over the bare model run: median ${part.ratio.p50}, p99 ${part.ratio.p99}\n`,
      );
      process.stdout.write(
        `frame to decision without decoding over it: median ${part.ratioAfterDecode.p50}, p99 ${part.ratioAfterDecode.p99}\n`,
      );
      process.stdout.write(`frames: ${JSON.stringify(part.frames)}\n`);
    }
    printTable("RTSP server to Modbus write", { "frame sent to register written": toPlc });
    if (json) writeFileSync(json, `${JSON.stringify(result, null, 1)}\n`);
  } finally {
    await vision.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function say(step: string): void {
  process.stderr.write(`${step} …\n`);
}

function report({ judgements, counts }: Pick<Watching, "judgements" | "counts">, bare: Percentiles) {
  const from = (judgements[0]?.capturedAt ?? 0) + WARM_S * 1000;
  const warm = judgements.filter(({ capturedAt }) => capturedAt >= from);
  const rows = stages(warm);
  const ratio = (row: Percentiles) => ({ p50: round(row.p50 / bare.p50), p99: round(row.p99 / bare.p99) });
  return {
    stages: rows,
    ratio: ratio(rows["arrival to decision"] as Percentiles),
    ratioAfterDecode: ratio(percentiles(warm.map(({ decisionMs, times }) => decisionMs - (times.decode ?? 0)))),
    frames: counts,
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;

async function measureFile(
  clip: string,
  seconds: number,
  vision: Vision,
): Promise<Pick<Watching, "judgements" | "counts">> {
  const watching = await watchCamera({ camera: { name: "file", url: `file://${clip}`, loop: true, fps: FPS }, vision });
  await sleep(seconds * 1000);
  await watching.stop();
  return watching;
}

/** Times by number, as a child process prints them. */
interface Stopwatch {
  child: ChildProcess;
  port: number;
  /** When it printed a number, ns of CLOCK_MONOTONIC; a stream that was opened again counts anew. */
  times: Map<number, bigint[]>;
}

async function measureRtsp(clip: string, seconds: number, vision: Vision) {
  const server = await stopwatch("/usr/bin/python3", [join(import.meta.dirname, "stamped_rtsp.py"), clip]);
  const plc = await stopwatch(process.execPath, [join(import.meta.dirname, "plc.ts")]);
  const output = { kind: "modbus", name: "plc", host: "127.0.0.1", port: plc.port, address: 0, latching: false };
  const bank = await ActuatorBank.open([actuatorSchema.parse(output)], {
    clock: systemClock,
    log: silentLog,
    secret: () => "",
  });
  const picture = new Uint8Array(READ.width * READ.height * 3);
  /** Numbers of the frames whose decision was written to the PLC, in order. */
  const stamps: number[] = [];
  try {
    bank.start();
    while (bank.actuators.some((actuator) => !actuator.health().ok)) await sleep(20);
    const watching = await watchCamera({
      camera: { name: "rtsp", url: `rtsp://127.0.0.1:${server.port}/stamped`, fps: FPS },
      vision,
      // The page's work of reading the stamp comes after the write, as everything but the write does.
      onFrame: (frame) => {
        const order = { alarm: "bench", issuedAt: systemClock.now(), reason: "bench", camera: "rtsp", zone: "picture" };
        void bank.fire(["plc"], { ...order, state: stamps.length % 2 === 0 ? "active" : "idle" });
        const scale = frame.paint(picture, READ);
        stamps.push(
          readStamp(picture, READ.width, Math.round(frame.size.width * scale), Math.round(frame.size.height * scale)),
        );
      },
    });
    await sleep((seconds + 1) * 1000);
    await watching.stop();
    await sleep(500);
    const took: number[] = [];
    for (const [index, number] of stamps.entries()) {
      const written = plc.times.get(index)?.[0];
      const sent = server.times.get(number)?.findLast((at) => written !== undefined && at <= written);
      if (sent !== undefined && written !== undefined && number > WARM_S * FPS) took.push(Number(written - sent) / 1e6);
    }
    return { judged: watching as Pick<Watching, "judgements" | "counts">, toPlc: percentiles(took) };
  } finally {
    await bank.close();
    server.child.kill();
    plc.child.kill();
  }
}

async function stopwatch(command: string, args: string[]): Promise<Stopwatch> {
  const child = bound(spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] }));
  const times = new Map<number, bigint[]>();
  const port = await new Promise<number>((done, failed) => {
    child.once("error", failed);
    child.once("exit", (code) =>
      failed(new Error(`${command} ended with ${code}; are the Debian packages of .ci/run installed?`)),
    );
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("{")) return done((JSON.parse(line) as { port: number }).port);
      const [number, ns] = line.split(" ");
      times.set(Number(number), [...(times.get(Number(number)) ?? []), BigInt(ns ?? 0)]);
    });
  });
  return { child, port, times };
}
