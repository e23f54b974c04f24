import { loadConfig } from "../config/load.ts";
import { Device } from "../device.ts";
import { createLog } from "../observe/log.ts";
import { packageVersion } from "./version.ts";

/** Runs the device until SIGINT or SIGTERM. Throws UsageError for a config that cannot work. */
export async function run(file: string): Promise<void> {
  const config = loadConfig(file);
  const log = createLog(config.device.logLevel);
  const device = new Device(config, { log, version: packageVersion });
  const stopped = new Promise<string>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(signal));
  });
  try {
    const { url, entrance, credential } = await device.start();
    // The way in is shown once, when the credential is made; later starts only say where.
    process.stdout.write(
      credential.created ? `Open ${entrance}\n` : `Listening on ${url}; the token is in ${config.device.dataDir}\n`,
    );
    log.info({ signal: await stopped }, "stopping");
  } finally {
    await device.stop();
  }
}
