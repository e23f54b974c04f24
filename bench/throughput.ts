import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { configSchema } from "../src/config/schema.ts";
import { systemClock } from "../src/lib/clock.ts";
import { silentLog } from "../src/observe/log.ts";
import { openVision } from "../src/vision/open.ts";
import type { Vision } from "../src/vision/vision.ts";
import { type Percentiles, percentiles, type Watching, watchCamera } from "./scene.ts";
import { writeStampedClip, writeStillClip } from "./stamp.ts";

const FPS = 10;
/** A step counts as carried when this share of the frames that were due was decided upon. */
const CARRIED = 0.95;
const MOST = 32;

interface Step {
  cameras: number;
  /** Frames decided upon per camera and second. */
  decidedFps: number;
  decision: Percentiles;
  /** CPU time used, in cores. */
  cores: number;
  /** CPU time per frame decided upon, with what was spent on the others, ms; hardly depends on what else the machine does. */
  cpuMs: number;
  /** All frames that came in, and what became of them; they add up. */
  in: number;
  decided: number;
  dropped: Record<string, number>;
  accounted: boolean;
}

/** Until a camera that sees nobody looks less often, s. */
const SETTLED_S = 12;

/**
 * `bench throughput`: adds cameras (1280x720 H.264 at 10 frames/s) until the machine no longer decides on 95 % of their frames; then what
 * one camera costs that sees an empty hall, with and without looking less often meanwhile.
 */
export async function throughput({ json, seconds }: { json?: string; seconds: number }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "spotter-bench-"));
  const workers = Math.max(1, cpus().length - 1);
  const vision = openVision({ ...configSchema.parse({}).vision, workers }, { clock: systemClock, log: silentLog });
  const steps: Step[] = [];
  const empty: Record<"idle" | "always", Step | undefined> = { idle: undefined, always: undefined };
  try {
    const clip = join(folder, "clip.mp4");
    const hall = join(folder, "empty.mp4");
    const video = { from: resolve(import.meta.dirname, "../demo/clip/fall.mp4"), width: 1280, height: 720, fps: FPS };
    await writeStampedClip({ ...video, to: clip, seconds: 20 });
    await writeStillClip({ ...video, to: hall, seconds: 20 });
    await vision.start();
    for (let cameras = 1; cameras <= MOST; cameras += 1) {
      const step = await measure({ clip, cameras, seconds, vision });
      steps.push(step);
      process.stdout.write(
        `${String(cameras).padStart(3)} cameras: ${step.decidedFps.toFixed(1)} of ${FPS} frames/s each, decision p50 ${step.decision.p50} p99 ${step.decision.p99} ms, ` +
          `${step.cores.toFixed(2)} cores, ${step.cpuMs.toFixed(1)} ms of CPU a decision, ${step.in} in = ${step.decided} decided + ${JSON.stringify(step.dropped)}${step.accounted ? "" : "  DOES NOT ADD UP"}\n`,
      );
      if (step.decidedFps < CARRIED * FPS) break;
    }
    const alone = { clip: hall, cameras: 1, seconds, vision, settleS: SETTLED_S };
    empty.idle = await measure(alone);
    empty.always = await measure({ ...alone, idleFps: null });
  } finally {
    await vision.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const best = steps.filter((step) => step.decidedFps >= CARRIED * FPS).at(-1);
  const perCore = best ? best.cameras / best.cores : 0;
  process.stdout.write(
    `\n${best?.cameras ?? 0} cameras at ${FPS} frames/s on ${cpus().length} cores; ${perCore.toFixed(1)} cameras per busy core\n`,
  );
  for (const [how, step] of Object.entries(empty))
    if (step)
      process.stdout.write(
        `empty hall, ${how === "idle" ? "looking less often" : "looking at every frame"}: ${step.cores.toFixed(2)} cores a camera, ${step.in} in = ${step.decided} decided + ${JSON.stringify(step.dropped)}\n`,
      );
  if (json)
    writeFileSync(
      json,
      `${JSON.stringify({ fps: FPS, workers, steps, cameras: best?.cameras ?? 0, camerasPerCore: perCore, empty }, null, 1)}\n`,
    );
  if ([...steps, ...Object.values(empty)].some((step) => step && !step.accounted)) process.exitCode = 1;
}

interface Measuring {
  clip: string;
  cameras: number;
  seconds: number;
  vision: Vision;
  /** Left out at the beginning, s. */
  settleS?: number;
  idleFps?: number | null;
}

async function measure({ clip, cameras, seconds, vision, settleS = 1, idleFps = 5 }: Measuring): Promise<Step> {
  const watching: Watching[] = [];
  for (let index = 0; index < cameras; index += 1) {
    const camera = { name: `camera-${index}`, url: `file://${clip}`, loop: true, fps: FPS, idleFps };
    watching.push(await watchCamera({ camera, vision }));
    // Cameras do not tick together.
    await sleep(1000 / FPS / cameras);
  }
  await sleep(settleS * 1000);
  const before = watching.map(({ judgements }) => judgements.length);
  const cpu = process.cpuUsage();
  const from = performance.now();
  await sleep(seconds * 1000);
  const took = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const measured = watching.flatMap(({ judgements }, index) => judgements.slice(before[index]));
  await Promise.all(watching.map((camera) => camera.stop()));
  const dropped: Record<string, number> = {};
  let [came, decided] = [0, 0];
  for (const { counts } of watching) {
    const { in: all, taken, held: _, ...reasons } = counts;
    came += all;
    decided += taken;
    for (const [reason, count] of Object.entries(reasons))
      if (count > 0) dropped[reason] = (dropped[reason] ?? 0) + count;
  }
  const accounted = came === decided + Object.values(dropped).reduce((sum, count) => sum + count, 0);
  return {
    cameras,
    decidedFps: measured.length / took / cameras,
    decision: percentiles(measured.map(({ decisionMs }) => decisionMs)),
    cores: (user + system) / 1e6 / took,
    cpuMs: (user + system) / 1e3 / measured.length,
    in: came,
    decided,
    dropped,
    accounted,
  };
}
