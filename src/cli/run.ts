import { loadConfig } from "../config/load.ts";
import { Device } from "../device.ts";
import { asError } from "../lib/failure.ts";
import { createLog, type Logger } from "../observe/log.ts";
import { packageVersion } from "./version.ts";

/**
 * Runs the device until SIGINT or SIGTERM; SIGHUP reads the config again and follows it without a restart. Throws UsageError for a
 * config that cannot work.
 */
export async function run(file: string): Promise<void> {
  const config = loadConfig(file);
  const log = createLog(config.device.logLevel);
  const device = new Device(config, { log, version: packageVersion });
  const stopped = new Promise<string>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(signal));
  });
  try {
    const starting = device.start();
    process.on(
      "SIGHUP",
      () =>
        void starting.then(
          () => reload(device, file, log),
          () => {},
        ),
    );
    const { url, entrance, credential } = await starting;
    // The way in is shown once, when the credential is made; later starts only say where.
    process.stdout.write(
      credential.created ? `Open ${entrance}\n` : `Listening on ${url}; the token is in ${config.device.dataDir}\n`,
    );
    log.info({ signal: await stopped }, "stopping");
  } finally {
    await device.stop();
  }
}

/** A config with a mistake changes nothing: the device goes on as it was. */
async function reload(device: Device, file: string, log: Logger): Promise<void> {
  try {
    const { refused, needsRestart, ...done } = await device.reload(loadConfig(file));
    const level = refused.length > 0 || needsRestart.length > 0 ? "warn" : "info";
    log[level]({ ...done, refused, needsRestart }, "config reloaded");
  } catch (thrown) {
    log.error({ error: asError(thrown).message }, "config not reloaded, nothing changed");
  }
}
