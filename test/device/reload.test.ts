import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { heldPictures } from "../../src/frames/picture.ts";
import { alarmAt, armed, configOf, directory, emptyClip, fallClip, start, steered, until } from "./rig.ts";

async function scene(names: readonly string[] = ["hall", "yard"]) {
  const dir = await directory();
  const url = `file://${await emptyClip(dir)}`;
  const camera = (name: string, more: object = {}) => ({ ...steered.camera, name, url, loop: true, ...more });
  const draft = { device: { dataDir: join(dir, "data") }, cameras: names.map((name) => camera(name)) };
  const config = configOf(draft);
  const run = await start(config);
  await until(run, armed);
  const shown = () => run.view.status().cameras.map(({ name }) => name);
  return { dir, run, draft, camera, config, shown };
}

describe("a reload", () => {
  it("adds, removes and replaces cameras while the others keep running", async () => {
    const { run, draft, camera, shown } = await scene(["hall", "yard", "gate"]);
    const kept = run.view.picture("hall", 64)?.sequence ?? 0;
    const zones = [
      {
        name: "press",
        polygon: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      },
    ];
    const next = configOf({ ...draft, cameras: [camera("hall"), camera("gate", { zones }), camera("dock")] });
    expect(await run.device.reload(next)).toEqual({
      added: ["dock"],
      removed: ["yard"],
      changed: ["gate"],
      refused: [],
      alarm: false,
      needsRestart: [],
    });
    expect(shown()).toEqual(["hall", "gate", "dock"]);
    await until(run, armed);
    expect(run.view.status().cameras[1]?.zones).toMatchObject([{ name: "press" }]);
    // Its frames go on counting where they were; a camera opened anew would begin at 1.
    expect(run.view.picture("hall", 64)?.sequence).toBeGreaterThanOrEqual(kept);
    expect(run.device.config.cameras).toEqual(next.cameras);
    const { token } = run.credential;
    const answer = await fetch(`${run.url}/api/cameras/dock/snapshot.jpg`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
    await run.device.stop();
    expect(heldPictures()).toBe(0);
  });

  it("does nothing when nothing differs", async () => {
    const { run, config } = await scene(["hall"]);
    const nothing = { added: [], removed: [], changed: [], refused: [], alarm: false, needsRestart: [] };
    expect(await run.device.reload(structuredClone(config))).toEqual(nothing);
  });

  it("leaves what is read at the start alone and lists it", async () => {
    const { run, draft, shown } = await scene(["hall"]);
    const next = configOf({
      ...draft,
      vision: { ...steered.vision, workers: 2 },
      actuators: [{ kind: "beacon", name: "lamp" }],
      uplink: { heartbeatS: 5 },
      alarm: { ...steered.alarm, clearAfterS: 9 },
    });
    expect(await run.device.reload(next)).toMatchObject({
      changed: [],
      alarm: true,
      needsRestart: ["vision", "actuators", "uplink"],
    });
    expect(shown()).toEqual(["hall"]);
    expect(run.view.status().outputs).toEqual([]);
    expect(run.device.config.vision.workers).toBe(1);
  });

  it("refuses a camera that counts on an output that does not run yet", async () => {
    const { run, draft, camera, shown } = await scene(["hall"]);
    const actuators = [{ kind: "beacon", name: "lamp" }];
    const cameras = [camera("hall", { tier1: ["lamp"] }), camera("dock", { tier2: ["lamp"] })];
    const reason = "output lamp is new and starts with the next restart";
    expect(await run.device.reload(configOf({ ...draft, actuators, cameras }))).toMatchObject({
      added: [],
      changed: [],
      refused: [
        { camera: "hall", reason },
        { camera: "dock", reason },
      ],
      needsRestart: ["actuators"],
    });
    expect(shown()).toEqual(["hall"]);
  });

  it("keeps a camera with an open alarm, and keeps the alarm of one that changes", async () => {
    const dir = await directory();
    const url = `file://${await fallClip(dir)}`;
    const cameras = [{ ...steered.camera, name: "hall", url, loop: true }];
    const draft = { device: { dataDir: join(dir, "data") }, cameras };
    const run = await start(configOf(draft));
    const { id } = await until(run, alarmAt("confirmed"));
    expect(await run.device.reload(configOf({ ...draft, cameras: [] }))).toMatchObject({
      removed: [],
      refused: [{ camera: "hall", reason: `alarm ${id} is open; reset it, then reload` }],
    });
    const changed = cameras.map((camera) => ({ ...camera, url: "file:///nothing/here.mp4" }));
    expect(await run.device.reload(configOf({ ...draft, cameras: changed }))).toMatchObject({ changed: ["hall"] });
    expect(run.view.reset(id, "ada")).toMatchObject({ ok: false, reason: expect.stringContaining("since the start") });
    expect(run.view.acknowledge(id, "ada")).toEqual({ ok: true });
  });

  it("follows one request after the other when several come at once", async () => {
    const { run, draft, camera, shown } = await scene(["hall"]);
    const to = (...names: string[]) =>
      run.device.reload(configOf({ ...draft, cameras: names.map((name) => camera(name)) }));
    await Promise.all([to("hall", "yard"), to("yard"), to("dock", "yard")]);
    expect(shown().sort()).toEqual(["dock", "yard"]);
  });
});
