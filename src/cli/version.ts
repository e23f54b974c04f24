import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "../..");

export const packageVersion: string = (
  JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }
).version;

/** Version of an installed package, without loading it. */
export function versionOf(name: string): string {
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  while (!folder.endsWith(join("node_modules", name))) folder = dirname(folder);
  return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version;
}

export function printVersion(): void {
  const stands = ["onnxruntime-node", "node-av", "mqtt", "fastify", "protobufjs"].map(
    (name) => `${name} ${versionOf(name)}`,
  );
  process.stdout.write(
    `spotter ${packageVersion} (Node ${process.versions.node}, ${process.platform} ${process.arch})\n${stands.join("\n")}\n`,
  );
}
