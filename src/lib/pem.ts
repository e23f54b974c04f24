import { readFileSync } from "node:fs";
import { asError, UsageError } from "./failure.ts";

/** Certificates in a PEM file. `key` is the config key; throws UsageError with it when the file cannot be read. */
export function readPem(path: string, key: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new UsageError(`${key}: ${path} cannot be read (${asError(cause).message}); correct the path`);
  }
}
