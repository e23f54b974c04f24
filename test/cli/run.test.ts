import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished } from "vitest";
import { directory, emptyClip, steered } from "../device/rig.ts";
import { root } from "./spotter.ts";

it("spotter run follows its config at SIGHUP and says the difference, keeps going over a mistake in it, and ends at SIGTERM", async () => {
  const dir = await directory();
  const url = `file://${await emptyClip(dir)}`;
  const file = join(dir, "site.yaml");
  const { vision, alarm } = steered;
  const write = (cameras: object[], more: object = {}) =>
    // JSON is YAML.
    writeFileSync(
      file,
      JSON.stringify({ device: { dataDir: join(dir, "data") }, api: { port: 0 }, vision, alarm, cameras, ...more }),
    );
  const camera = (name: string, fps = 15) => ({ name, url, loop: true, fps });
  write([camera("hall"), camera("yard")]);

  const child = spawn(process.execPath, [join(root, "src/main.ts"), "run", "--config", file], { cwd: dir });
  onTestFinished(() => void child.kill("SIGKILL"));
  const said: { msg: string; [key: string]: unknown }[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => said.push(JSON.parse(line)));
  const all = (message: string) => said.filter(({ msg }) => msg === message);
  const nth = async (message: string, count: number) => {
    await expect.poll(() => all(message).length, { timeout: 50_000 }).toBe(count);
    return all(message)[count - 1];
  };

  await nth("started", 1);
  write([camera("hall", 10), camera("dock")], { uplink: { heartbeatS: 5 } });
  child.kill("SIGHUP");
  expect(await nth("config reloaded", 1)).toMatchObject({
    added: ["dock"],
    removed: ["yard"],
    changed: ["hall"],
    refused: [],
    needsRestart: ["uplink"],
  });

  write([camera("hall", -1)]);
  child.kill("SIGHUP");
  expect(await nth("config not reloaded, nothing changed", 1)).toMatchObject({
    error: expect.stringMatching(/site\.yaml:1:\d+: cameras\[0\]\.fps: -1/),
  });

  write([camera("hall", 10), camera("dock")], { uplink: { heartbeatS: 5 } });
  child.kill("SIGHUP");
  expect(await nth("config reloaded", 2)).toMatchObject({ added: [], removed: [], changed: [] });

  const gone = once(child, "exit");
  child.kill("SIGTERM");
  expect(await gone).toEqual([0, null]);
});
