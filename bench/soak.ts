import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { startBroker } from "../cloud/broker.ts";
import { PLC_MAP, startPlc } from "../demo/plc.ts";
import { bound } from "./bound.ts";
import { percentiles } from "./scene.ts";

const SAMPLE_MS = 5_000;
/** Memory of the first part is left out of the slope: models, decoders and caches fill up. */
const WARM_SHARE = 0.2;

interface Sample {
  s: number;
  rssMb: number;
  /** Of the main thread's heap: taken from the system, and in use. */
  heapMb: number;
  usedMb: number;
}

/**
 * `bench soak`: the whole service as its own process, two cameras at full rate, with outputs and broker, for `minutes`. Prints the time
 * from start to armed, the slope of its memory by least squares, and memory per camera (two cameras against none). The heap is told apart: it grows
 * by itself until the next full collection, minutes later; what counts there is what collections leave.
 */
export async function soak({ json, minutes }: { json?: string; minutes: number }): Promise<void> {
  const plc = await startPlc();
  let events = 0;
  const broker = await startBroker({ onMessage: () => events++ });
  try {
    const outputs = { plcPort: plc.port, brokerUrl: broker.url };
    const idle = await observe({ cameras: 0, minutes: 0.5, ...outputs });
    const loaded = await observe({ cameras: 2, minutes, ...outputs });
    const kept = loaded.samples.slice(Math.floor(loaded.samples.length * WARM_SHARE));
    const last = (samples: Sample[]) =>
      percentiles(samples.slice(-Math.ceil(samples.length / 2)).map(({ rssMb }) => rssMb)).p50;
    const result = {
      minutes,
      startToArmedMs: loaded.armedMs,
      rssMb: {
        idle: last(idle.samples),
        loaded: last(loaded.samples),
        perCamera: (last(loaded.samples) - last(idle.samples)) / 2,
      },
      slopeMbPerHour: {
        resident: slope(kept, ({ rssMb }) => rssMb),
        outsideHeap: slope(kept, ({ rssMb, heapMb }) => rssMb - heapMb),
      },
      heapLowestMb: {
        firstHalf: lowest(kept.slice(0, kept.length / 2)),
        secondHalf: lowest(kept.slice(kept.length / 2)),
      },
      eventsReceived: events,
      frames: loaded.frames,
      samples: loaded.samples,
    };
    process.stdout.write(
      `start to armed ${result.startToArmedMs} ms\nmemory ${result.rssMb.idle} MB without cameras, ${result.rssMb.loaded} MB with two, ` +
        `${result.rssMb.perCamera.toFixed(0)} MB a camera\nover the last ${Math.round(minutes * (1 - WARM_SHARE))} min ${signed(result.slopeMbPerHour.resident)} MB/h, outside of the heap ` +
        `${signed(result.slopeMbPerHour.outsideHeap)} MB/h; in the heap never less than ${result.heapLowestMb.firstHalf} MB in their first half, ` +
        `${result.heapLowestMb.secondHalf} MB in the second\n` +
        `${events} messages at the broker\nframes ${JSON.stringify(result.frames)}\n`,
    );
    if (json) writeFileSync(json, `${JSON.stringify(result, null, 1)}\n`);
  } finally {
    await broker.close();
    await plc.close();
  }
}

interface Observation {
  cameras: number;
  minutes: number;
  plcPort: number;
  brokerUrl: string;
}

async function observe({ cameras, minutes, plcPort, brokerUrl }: Observation) {
  const dataDir = mkdtempSync(join(tmpdir(), "spotter-soak-"));
  const clip = resolve(import.meta.dirname, "../demo/clip/fall.mp4");
  const coil = { kind: "modbus", host: "127.0.0.1", port: plcPort };
  const config = {
    device: { name: "soak", dataDir, logLevel: "info" },
    cameras: Array.from({ length: cameras }, (_, index) => ({
      name: `camera-${index}`,
      url: `file://${clip}`,
      loop: true,
      tier2: ["stop"],
    })),
    actuators: [{ ...coil, name: "stop", address: PLC_MAP.stopRequest, latching: false }],
    uplink: { url: brokerUrl },
    api: { port: 0 },
  };
  const file = join(dataDir, "config.yaml");
  writeFileSync(file, stringify(config));
  const started = performance.now();
  const child = bound(
    spawn(process.execPath, [resolve(import.meta.dirname, "../src/main.ts"), "run", "--config", file], {
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
  let armedMs = Number.NaN;
  let armed = 0;
  const opened = new Promise<string>((open, failed) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [, entrance] = /^Open (.+)$/.exec(line) ?? [];
      if (entrance) open(entrance);
    });
    child.once("exit", (code) => failed(new Error(`the service ended with code ${code}`)));
  });
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (line.includes('"supervision state"') && line.includes('"state":"armed"') && ++armed === cameras)
      armedMs = Math.round(performance.now() - started);
  });
  const samples: Sample[] = [];
  try {
    // On a busy machine the start takes a while, which is no part of the soak.
    const entrance = await opened;
    const from = performance.now();
    while (performance.now() - from < minutes * 60_000) {
      await sleep(SAMPLE_MS);
      if (child.exitCode !== null) throw new Error(`the service ended with code ${child.exitCode}`);
      samples.push({ s: Math.round((performance.now() - from) / 1000), ...memory(await metrics(entrance)) });
      process.stderr.write(`\r${cameras} cameras, ${samples.at(-1)?.s} s, ${samples.at(-1)?.rssMb} MB   `);
    }
    process.stderr.write("\n");
    return { samples, armedMs, frames: frameCounts(await metrics(entrance)) };
  } finally {
    child.kill("SIGTERM");
    await new Promise((done) => (child.exitCode === null ? child.once("exit", done) : done(undefined)));
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function metrics(entrance: string): Promise<string> {
  const { origin, hash } = new URL(entrance);
  const authorization = `Bearer ${hash.replace("#token=", "")}`;
  return (await fetch(`${origin}/metrics`, { headers: { authorization } })).text();
}

function memory(text: string): Omit<Sample, "s"> {
  const mb = (part: string) =>
    Math.round(Number(new RegExp(`^spotter_memory_bytes\\{part="${part}"\\} (\\d+)$`, "m").exec(text)?.[1]) / 1e5) / 10;
  return { rssMb: mb("resident"), heapMb: mb("heap"), usedMb: mb("heap_used") };
}

function frameCounts(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, fate, count] of text.matchAll(/^spotter_frames_total\{camera="[^"]+",fate="([^"]+)"\} (\d+)$/gm)) {
    counts[fate as string] = (counts[fate as string] ?? 0) + Number(count);
  }
  return counts;
}

const signed = (value: number) => `${value < 0 ? "" : "+"}${value.toFixed(0)}`;

const lowest = (samples: Sample[]) => Math.min(...samples.map(({ usedMb }) => usedMb));

/** Least-squares slope over time, MB per hour. */
function slope(samples: Sample[], of: (sample: Sample) => number): number {
  const n = samples.length;
  const mean = (pick: (sample: Sample) => number) => samples.reduce((sum, sample) => sum + pick(sample), 0) / n;
  const s = mean((sample) => sample.s);
  const mb = mean(of);
  const over = samples.reduce((sum, sample) => sum + (sample.s - s) * (of(sample) - mb), 0);
  const under = samples.reduce((sum, sample) => sum + (sample.s - s) ** 2, 0);
  return (over / under) * 3600;
}
