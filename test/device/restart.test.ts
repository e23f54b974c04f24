import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ModbusSlave } from "../fakes/modbus-slave.ts";
import { alarmAt, armed, configOf, directory, emptyClip, fallClip, keepingLog, start, steered, until } from "./rig.ts";

const STOP = 16;
const openIn = (dataDir: string): { id: string; kind: string }[] =>
  JSON.parse(readFileSync(join(dataDir, "alarms.json"), "utf8")).alarms;

/** A device whose one camera plays `clip`, and which lets a machine run by an energise-to-run coil. */
function scene(dataDir: string, clip: string | undefined, slave: ModbusSlave) {
  const url = clip === undefined ? "file:///nothing/here.mp4" : `file://${clip}`;
  return configOf({
    device: { name: "rig", dataDir },
    cameras: [{ ...steered.camera, name: "hall", url, loop: true, tier2: ["run-press"] }],
    actuators: [
      {
        kind: "modbus",
        name: "run-press",
        host: "127.0.0.1",
        port: slave.port,
        address: STOP,
        polarity: "energise-to-run",
        deadlineMs: 5000,
      },
    ],
  });
}

/** A data directory that a device with an open confirmed alarm has left behind. */
async function afterFall(slave: ModbusSlave): Promise<{ dir: string; dataDir: string; id: string }> {
  const dir = await directory();
  const dataDir = join(dir, "data");
  const run = await start(scene(dataDir, await fallClip(dir), slave));
  const { id } = await until(run, alarmAt("confirmed"));
  await run.device.stop();
  return { dir, dataDir, id };
}

describe("a device that starts again with an open alarm", () => {
  it("holds the output before anything else and shows the alarm as open", async () => {
    const slave = await ModbusSlave.start();
    const { dir, dataDir, id } = await afterFall(slave);
    expect(openIn(dataDir)).toMatchObject([{ id, kind: "confirmed" }]);
    expect(slave.coils.get(STOP)).toBe(0);
    slave.written.length = 0;

    const run = await start(scene(dataDir, await emptyClip(dir), slave));
    const alarm = run.view.status().alarms.find((shown) => shown.id === id);
    expect(alarm).toMatchObject({ open: true, stage: "confirmed", tier: 2, camera: "hall" });
    expect(alarm?.steps[0]?.why).toMatch(/^before the restart: /);
    await until(run, (status) => status.outputs[0]?.ok && armed(status));
    // Energised would let the machine run.
    expect(slave.written.filter(({ value }) => value === 1)).toEqual([]);
    await slave.kill();
  });

  it("is acknowledged and reset like any other once the camera has seen an empty view, and only then is the output let go", async () => {
    const slave = await ModbusSlave.start();
    const { dir, dataDir, id } = await afterFall(slave);
    const run = await start(scene(dataDir, await emptyClip(dir), slave));
    expect(run.view.acknowledge(id, "ada")).toEqual({ ok: true });
    expect(run.view.acknowledge(id, "bob")).toMatchObject({ ok: false, code: "refused" });
    await until(run, ({ alarms }) => alarms.find((alarm) => alarm.id === id)?.resetRefused === null);
    expect(slave.coils.get(STOP)).toBe(0);
    expect(run.view.reset(id, "ada")).toEqual({ ok: true });
    await until(
      run,
      ({ alarms }) => alarms.find((alarm) => alarm.id === id)?.steps.at(-1)?.receipts[0]?.outcome === "confirmed",
    );
    expect(slave.coils.get(STOP)).toBe(1);
    await run.device.stop();
    expect(openIn(dataDir)).toEqual([]);
    await slave.kill();
  });

  it("refuses the reset, with that reason, while the camera is blind", async () => {
    const slave = await ModbusSlave.start();
    const { dataDir, id } = await afterFall(slave);
    const run = await start(scene(dataDir, undefined, slave));
    expect(run.view.reset(id, "ada")).toMatchObject({
      ok: false,
      code: "refused",
      reason: expect.stringContaining("camera hall has judged no picture since the start"),
    });
    expect(run.view.status().alarms[0]).toMatchObject({ open: true });
    await slave.kill();
  });

  it("keeps the ids of its own alarms apart from those before", async () => {
    const slave = await ModbusSlave.start();
    const { dir, dataDir, id } = await afterFall(slave);
    const run = await start(scene(dataDir, await fallClip(dir), slave));
    await until(run, ({ alarms }) => alarms.some((alarm) => alarm.id !== id && alarm.stage === "confirmed"));
    const ids = run.view.status().alarms.map((alarm) => alarm.id);
    expect(new Set(ids).size).toBe(ids.length);
    await run.device.stop();
    expect(openIn(dataDir).map((alarm) => alarm.id)).toEqual(expect.arrayContaining(ids));
    await slave.kill();
  });

  it("tries an output that is away until it holds", async () => {
    const slave = await ModbusSlave.start();
    const { dir, dataDir } = await afterFall(slave);
    await slave.kill();
    slave.coils.set(STOP, 1);
    const config = scene(dataDir, await emptyClip(dir), slave);
    const { log, lines } = keepingLog();
    for (const actuator of config.actuators) actuator.deadlineMs = 50;
    await start(config, { log });
    await expect
      .poll(() => lines.some(({ message }) => message.includes("does not hold its restored alarm")), {
        timeout: 20_000,
      })
      .toBe(true);
    await slave.revive();
    await expect.poll(() => slave.coils.get(STOP), { timeout: 20_000 }).toBe(0);
    await slave.kill();
  });

  it("whose camera is gone from the config still holds its output, and takes a person's word for the reset", async () => {
    const slave = await ModbusSlave.start();
    const { dir, dataDir, id } = await afterFall(slave);
    const config = scene(dataDir, await emptyClip(dir), slave);
    for (const camera of config.cameras) camera.name = "yard";
    const run = await start(config);
    await until(run, (status) => status.outputs[0]?.ok && armed(status));
    expect(slave.coils.get(STOP)).toBe(0);
    expect(run.view.reset(id, "ada")).toEqual({ ok: true });
    await expect.poll(() => slave.coils.get(STOP), { timeout: 20_000 }).toBe(1);
    await run.device.stop();
    expect(openIn(dataDir)).toEqual([]);
    await slave.kill();
  });
});

describe("a file of open alarms that is damaged", () => {
  it.each([
    ["cut off", '{"alarms": [{"id": "x'],
    ["another kind of file", "\x00\x01\x02"],
    ["incomplete", '{"alarms": [{"id": "x-1"}]}'],
  ])("(%s) blocks no start, is kept aside and reported", async (_, text) => {
    const dir = await directory();
    const dataDir = join(dir, "data");
    await mkdir(dataDir);
    await writeFile(join(dataDir, "alarms.json"), text);
    const { log, lines } = keepingLog();
    const cameras = [{ ...steered.camera, name: "hall", url: `file://${await emptyClip(dir)}`, loop: true }];
    const run = await start(configOf({ device: { dataDir }, cameras }), { log });
    await until(run, ({ state, reason }) => state === "degraded" && reason.includes("alarms.json is damaged"));
    const aside = readdirSync(dataDir).filter((name) => name.startsWith("alarms.json.damaged-"));
    expect(aside.map((name) => readFileSync(join(dataDir, name), "utf8"))).toEqual([text]);
    expect(existsSync(join(dataDir, "alarms.json"))).toBe(false);
    expect(lines.some(({ message }) => message.includes("may not be held"))).toBe(true);
  });
});
