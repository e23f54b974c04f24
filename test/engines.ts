import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe } from "vitest";
import { ricDir } from "./fakes/lambda.ts";
import { postgresPrograms } from "./fakes/postgres.ts";

const root = resolve(import.meta.dirname, "..");

function runs(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore", timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}

/** Where shared material lies; not part of the repository. */
export const footageDir = process.env.SPOTTER_FOOTAGE ?? resolve(root, "../shared/footage");
export const modelsDir = process.env.SPOTTER_MODELS ?? resolve(root, "../shared/models");

const probes = {
  "GStreamer RTSP server": () =>
    runs(
      "python3",
      "-c",
      "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer",
    ) ||
    runs(
      "/usr/bin/python3",
      "-c",
      "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer",
    ),
  Mosquitto: () => existsSync("/usr/sbin/mosquitto") || runs("mosquitto", "-h"),
  ffmpeg: () => runs("ffmpeg", "-version"),
  "AWS's runtime client": () => existsSync(join(ricDir, "node_modules/aws-lambda-ric/rapid-client.node")),
  PostgreSQL: () => postgresPrograms() !== undefined,
  dynoxide: () => existsSync(resolve(root, "node_modules/@dynoxide/linux-x64/dynoxide")),
  Chromium: () => existsSync("/usr/bin/chromium"),
  "tmpfs mounts": () => {
    const dir = mkdtempSync(join(tmpdir(), "spotter-mount-"));
    const mounted = runs("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir) && runs("umount", dir);
    rmSync(dir, { recursive: true });
    return mounted;
  },
  "network namespaces": () => process.getuid?.() === 0 && runs("ip", "netns", "list"),
  "shared footage": () => existsSync(join(footageDir, "manifest.json")),
  "public models": () => existsSync(join(modelsDir, "manifest.json")),
};

export type Engine = keyof typeof probes;

/**
 * `describe` for tests that need a real engine. Without it the tests are skipped, and their title says which engine
 * was missing; with SPOTTER_ENGINES=all (as CI sets it) a missing engine is an error instead.
 */
export function describeWith(engines: Engine | Engine[], title: string, body: () => void): void {
  const missing = [engines].flat().filter((engine) => !probes[engine]());
  if (missing.length > 0 && process.env.SPOTTER_ENGINES === "all") {
    throw new Error(`missing engine: ${missing.join(", ")}; .ci/run installs them`);
  }
  describe.skipIf(missing.length > 0)(
    missing.length > 0 ? `${title} [skipped: no ${missing.join(", ")}]` : title,
    body,
  );
}
