import { stringify } from "yaml";
import { loadConfig } from "../config/load.ts";
import { redact } from "../config/redact.ts";

/** Prints the config with every default filled in. Throws UsageError with every mistake at once. */
export function checkConfig(file: string): void {
  const config = loadConfig(file);
  process.stdout.write(stringify(redact(config)));
  process.stderr.write(`${file} is fine: ${config.cameras.length} cameras, ${config.actuators.length} actuators\n`);
}
