import "../src/lib/threads.ts";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import type { MachineStatus } from "../src/api/device.ts";
import { packageVersion } from "../src/cli/version.ts";
import { type Config, configSchema } from "../src/config/schema.ts";
import { Device } from "../src/device.ts";
import { asError, UsageError } from "../src/lib/failure.ts";
import { createLog } from "../src/observe/log.ts";
import { SITE, startDemoCloud, tellIncidents } from "./cloud.ts";
import { FULL_SPEED } from "./conveyor.ts";
import { PLC_MAP, type Plc, startPlc } from "./plc.ts";

/** The floor of the hall in the demo's clip; any other source is watched as a whole. */
const FLOOR = [
  [0, 0.35],
  [0.3, 0.2],
  [1, 0.52],
  [1, 1],
  [0, 1],
];
const EVERYWHERE = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];
const CLIP = join(import.meta.dirname, "clip/fall.mp4");

const { source, port, cloudPort, transport, budget } = new Command("npm start --")
  .description(
    "The demo: a clip as a live camera, the shipped models deciding for real, a simulated PLC with a running conveyor, the live page, and the cloud that receives the events with its dashboard. Nothing is scripted: another source behaves by what is seen in it.",
  )
  .option("--source <file or url>", "a video file, or an rtsp:// or rtsps:// address", CLIP)
  .option("--transport <tcp|udp>", "how RTSP carries the video", "tcp")
  .option("--port <number>", "port of the page; 0 picks a free one", toPort, 8600)
  .option("--cloud-port <number>", "port of the cloud's dashboard; 0 picks a free one", toPort, 8080)
  .option("--budget <ms>", "longest way from a picture to the decision about it; raise it on a slow machine", toMs, 250)
  .parse()
  .opts<{ source: string; port: number; cloudPort: number; transport: string; budget: number }>();

function toMs(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 60_000)
    throw new InvalidArgumentError("give milliseconds between 1 and 60000.");
  return value;
}

function toPort(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError("give a port between 0 and 65535.");
  return value;
}

const started = performance.now();
function say(text: string): void {
  process.stdout.write(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
}

function toUrl(given: string): string {
  if (/^rtsps?:\/\//.test(given)) return given;
  const path = resolve(given);
  if (!existsSync(path))
    throw new UsageError(`--source ${given}: there is no such file; give a video file or an rtsp:// address`);
  return `file://${path}`;
}

/** The page's view of the conveyor; `since` is when it last changed. */
function watchConveyor(plc: Plc): () => MachineStatus[] {
  let since = Date.now();
  let phase = plc.state().phase;
  plc.on("change", (state) => {
    if (state.phase === phase) return;
    phase = state.phase;
    since = Date.now();
    if (phase === "stopping") say("CONVEYOR  stop requested, braking");
    if (phase === "stopped") say("CONVEYOR  stands still");
    if (phase === "running") say("CONVEYOR  runs");
  });
  return () => {
    const { speed } = plc.state();
    const state = phase === "ready" ? "stopped" : phase;
    return [{ name: "conveyor-1", state, speed: speed / FULL_SPEED, since }];
  };
}

function configFor(url: string, plc: Plc, brokerUrl: string, dataDir: string): Config {
  const coil = { kind: "modbus", host: "127.0.0.1", port: plc.port };
  const actions = { tier1: ["beacon"], tier2: ["stop-conveyor"] };
  const zone = {
    name: "belt-side",
    kind: "machine",
    machine: "conveyor-1",
    polygon: source === CLIP ? FLOOR : EVERYWHERE,
    ...actions,
  };
  return configSchema.parse({
    device: { name: "demo", site: SITE, dataDir, logLevel: "warn" },
    cameras: [
      {
        name: "hall",
        url,
        transport,
        loop: true,
        latencyBudgetMs: budget,
        maxFrameAgeMs: budget,
        zones: [zone],
        ...actions,
      },
    ],
    actuators: [
      { ...coil, name: "stop-conveyor", address: PLC_MAP.stopRequest },
      { ...coil, name: "beacon", address: PLC_MAP.beacon, latching: false },
    ],
    uplink: { url: brokerUrl },
    api: { port },
  });
}

/** Enter plays the start button at the machine, which no reset from the page can replace. */
function startButton(plc: Plc): void {
  process.stdin.setEncoding("utf8").on("data", () => {
    if (plc.reset() && plc.restart()) return;
    say("CONVEYOR  does not start: the stop is still requested; reset the alarm on the page first");
  });
}

async function main(): Promise<void> {
  const url = toUrl(source);
  const dataDir = mkdtempSync(join(tmpdir(), "spotter-demo-"));
  const plc = await startPlc();
  const cloud = await startDemoCloud({ dataDir: join(dataDir, "cloud"), port: cloudPort });
  tellIncidents(cloud, (text) => say(`CLOUD     ${text}`));
  const device = new Device(configFor(url, plc, cloud.brokerUrl, dataDir), {
    log: createLog("warn"),
    version: packageVersion,
    machines: watchConveyor(plc),
  });
  let leaving = false;
  const leave = async (code: number): Promise<void> => {
    if (leaving) return;
    leaving = true;
    await device.stop();
    await cloud.close();
    await plc.close();
    rmSync(dataDir, { recursive: true, force: true });
    process.exit(code);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void leave(0));
  try {
    const { entrance, models, view } = await device.start();
    for (const model of models)
      say(`MODEL     ${model.model}: ${model.runMs.toFixed(1)} ms a run on ${model.provider}`);
    say(`CAMERA    ${source === CLIP ? pathToFileURL(CLIP).pathname : source}`);
    tellChanges(view);
    process.stdout.write(
      `\n          Open  ${entrance}   the camera\n          and   ${cloud.url}   the cloud's dashboard; log in as ${cloud.firstAdmin?.user}, password ${cloud.firstAdmin?.password}\n` +
        "\n          Enter starts the conveyor again after a reset; Ctrl-C ends the demo.\n\n",
    );
    startButton(plc);
  } catch (thrown) {
    process.stderr.write(`${asError(thrown).message}\n`);
    await leave(1);
  }
}

/** One line for each step of an alarm, as it happens. */
function tellChanges(view: Awaited<ReturnType<Device["start"]>>["view"]): void {
  const told = new Set<string>();
  view.subscribe((news) => {
    if (news.kind !== "status") return;
    for (const alarm of view.status().alarms) {
      for (const [index, step] of alarm.steps.entries()) {
        const key = `${alarm.id}/${index}`;
        if (told.has(key)) continue;
        told.add(key);
        say(`ALARM     ${step.kind}: ${step.why}`);
      }
    }
  });
}

try {
  await main();
} catch (thrown) {
  process.stderr.write(`${asError(thrown).message}\n`);
  process.exitCode = thrown instanceof UsageError ? 2 : 1;
}
