import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ActuatorBank } from "../actuators/bank.ts";
import { loadConfig } from "../config/load.ts";
import { type CameraConfig, type Config, configSchema } from "../config/schema.ts";
import { readSecret } from "../config/secret.ts";
import type { DecodePath } from "../frames/frame.ts";
import { openSource } from "../frames/open.ts";
import { systemClock } from "../lib/clock.ts";
import { asError, UsageError } from "../lib/failure.ts";
import { silentLog } from "../observe/log.ts";
import { openTransport } from "../uplink/open.ts";
import type { Transport } from "../uplink/transport.ts";
import { openVision } from "../vision/open.ts";
import { versionOf } from "./version.ts";

const CAMERA_LIMIT_MS = 10_000;
const OUTPUT_LIMIT_MS = 3_000;
const BROKER_LIMIT_MS = 10_000;
const MB = 1_000_000;

interface Finding {
  what: string;
  ok: boolean;
  detail: string;
}

/**
 * `spotter doctor`: tries everything that the device will need and tells what fails, with the remedy. Commands no output; a service of
 * the same name that runs is thrown off its broker for a moment. Exit code 1
 * when something failed. Throws UsageError for a config that cannot be read.
 */
export async function doctor(file: string | undefined): Promise<void> {
  const config = file ? loadConfig(file) : configSchema.parse({});
  let failed = 0;
  for await (const finding of findings(config)) {
    process.stdout.write(`${finding.ok ? "ok  " : "FAIL"}  ${finding.what}: ${finding.detail}\n`);
    if (!finding.ok) failed += 1;
  }
  process.stdout.write(
    failed === 0 ? "\nThis machine is ready.\n" : `\n${failed} of the above must be mended first.\n`,
  );
  if (failed > 0) process.exitCode = 1;
}

async function* findings(config: Config): AsyncGenerator<Finding> {
  const [major = 0] = process.versions.node.split(".").map(Number);
  yield {
    what: "Node",
    ok: major >= 24,
    detail: `${process.versions.node} on ${process.platform} ${process.arch}${major >= 24 ? "" : "; start through npm, which brings Node 24"}`,
  };
  yield { what: "decoder", ok: true, detail: `libav of node-av ${versionOf("node-av")}, in this process` };
  yield* modelFindings(config);
  for (const camera of config.cameras) yield await cameraFinding(camera);
  if (config.actuators.length > 0) yield* outputFindings(config);
  yield diskFinding(config);
  if (config.uplink.url !== undefined) yield await brokerFinding(config);
}

async function* modelFindings(config: Config): AsyncGenerator<Finding> {
  const vision = openVision(config.vision, { clock: systemClock, log: silentLog });
  const budgetMs = Math.min(...config.cameras.map(({ latencyBudgetMs }) => latencyBudgetMs));
  try {
    for (const report of await vision.start()) {
      const golden = report.golden === undefined ? "no golden output to compare with" : "gives its golden output";
      const ok = report.runMs < budgetMs;
      const remedy = ok ? "" : `; that is beyond latencyBudgetMs (${budgetMs}): name a smaller model in vision.tiers`;
      yield {
        what: `model ${report.model}`,
        ok,
        detail: `${report.runMs.toFixed(1)} ms a run on ${report.provider}, ${golden}${remedy}`,
      };
    }
  } catch (thrown) {
    yield { what: "models", ok: false, detail: asError(thrown).message };
  } finally {
    await vision.close();
  }
}

async function cameraFinding(camera: CameraConfig): Promise<Finding> {
  const what = `camera ${camera.name}`;
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), CAMERA_LIMIT_MS);
  let path: DecodePath | undefined;
  let frames = 0;
  try {
    const source = await openSource({ ...camera, pace: "camera" }, { clock: systemClock, log: silentLog });
    await source.run(
      {
        opened: (opened) => {
          path = opened;
        },
        frame: (frame) => {
          frame.release();
          frames += 1;
          if (frames >= 30) enough.abort();
        },
      },
      enough.signal,
    );
  } catch (thrown) {
    return { what, ok: false, detail: asError(thrown).message };
  } finally {
    clearTimeout(timer);
  }
  if (!path || frames === 0)
    return { what, ok: false, detail: `no picture within ${CAMERA_LIMIT_MS / 1000} s; check that the camera streams` };
  const { codec, decoder, reader, size, fps } = path;
  return {
    what,
    ok: true,
    detail: `${codec} ${size.width}x${size.height} at ${fps || "an unknown number of"} frames/s, decoded by ${reader} (${decoder})`,
  };
}

async function* outputFindings(config: Config): AsyncGenerator<Finding> {
  let bank: ActuatorBank;
  // Energise-to-run outputs would be switched on at start: the doctor only looks.
  const looked = config.actuators.map((actuator) => ({ ...actuator, polarity: "energise-to-trip" as const }));
  try {
    bank = await ActuatorBank.open(looked, { clock: systemClock, log: silentLog, secret: readSecret });
  } catch (thrown) {
    yield { what: "outputs", ok: false, detail: asError(thrown).message };
    return;
  }
  bank.start();
  const until = performance.now() + OUTPUT_LIMIT_MS;
  while (performance.now() < until && bank.actuators.some((actuator) => !actuator.health().ok))
    await new Promise((resolve) => setTimeout(resolve, 50));
  for (const actuator of bank.actuators) {
    const { ok, detail } = actuator.health();
    yield { what: `output ${actuator.name}`, ok, detail: detail || "reachable" };
  }
  await bank.close();
}

/** Whether events can be kept where they are to be kept. Makes nothing. */
function diskFinding({ device, uplink }: Config): Finding {
  const what = `data in ${device.dataDir}`;
  let folder = resolve(device.dataDir);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is no folder`);
    accessSync(folder, constants.W_OK);
  } catch (thrown) {
    const detail = `cannot be written (${asError(thrown).message}); give this user the folder or change device.dataDir`;
    return { what, ok: false, detail };
  }
  const { bavail, bsize } = statfsSync(folder);
  const freeMb = Math.round((bavail * bsize) / MB);
  const ok = freeMb >= uplink.quotaMb;
  const remedy = ok ? "" : ", less than uplink.quotaMb; make room or lower it";
  return { what, ok, detail: `${freeMb} MB free${remedy}` };
}

async function brokerFinding(config: Config): Promise<Finding> {
  const what = `broker ${config.uplink.url}`;
  let transport: Transport | undefined;
  try {
    transport = openTransport(config, readSecret);
    await new Promise<void>((connected, failed) => {
      const late = () => failed(new Error(`no answer within ${BROKER_LIMIT_MS / 1000} s`));
      setTimeout(late, BROKER_LIMIT_MS).unref();
      transport?.start({ connected, disconnected: (reason) => failed(new Error(reason)) });
    });
    return { what, ok: true, detail: `takes ${config.device.name} in` };
  } catch (thrown) {
    const error = asError(thrown);
    if (error instanceof UsageError) return { what, ok: false, detail: error.message };
    const detail = `not connected (${error.message}); check uplink.url, and what the broker asks of user, password or certificate`;
    return { what, ok: false, detail };
  } finally {
    await transport?.close();
  }
}
