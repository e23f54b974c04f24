import { describe, expect, it, onTestFinished } from "vitest";
import { decode } from "../../src/event/decode.ts";
import { silentLog } from "../../src/observe/log.ts";
import { Metrics } from "../../src/observe/metrics.ts";
import { Outbox } from "../../src/uplink/outbox.ts";
import { describeWith } from "../engines.ts";
import { RtspServer } from "../fakes/rtsp.ts";
import {
  accounts,
  armed,
  configOf,
  directory,
  emptyClip,
  keepingLog,
  type Run,
  start,
  steered,
  sum,
  until,
} from "./rig.ts";

/** Supervision states in the order in which the device wrote them into its log. */
const states = (lines: ReturnType<typeof keepingLog>["lines"]) =>
  lines
    .filter(({ message }) => message === "supervision state")
    .map(({ state, reason }) => ({ state: String(state), reason: String(reason) }));

/** The events about a camera's state that a stopped device has left on its disk. */
async function recordedStates(dataDir: string): Promise<string[]> {
  const ttlHours = { alarm: null, nearMiss: 720, health: 24, heartbeat: 1 };
  const outbox = await Outbox.open({
    dataDir,
    config: { quotaMb: 10, ttlHours },
    log: silentLog,
    metrics: new Metrics(),
  });
  const events = await outbox.next(10_000);
  await outbox.close();
  return events
    .toSorted((a, b) => a.sequence - b.sequence)
    .map(({ payload }) => decode(payload).body)
    .flatMap((body) => (body.type === "cameraState" ? [body.state] : []));
}

/** Whether `wanted` happened in this order, whatever came in between. */
function inOrder(seen: readonly string[], wanted: readonly string[]): boolean {
  let next = 0;
  for (const state of seen) if (state === wanted[next]) next += 1;
  return next === wanted.length;
}

async function everyFrameAccounted(run: Run): Promise<Record<string, number>> {
  await run.device.stop();
  const { in: framesIn, fates } = await accounts(run, "hall");
  expect(framesIn).toBeGreaterThan(0);
  expect(sum(fates)).toBe(framesIn);
  return fates;
}

/** A camera that sees nothing but black. The top left must not be red: the steered models would hang on it. */
const BLACK =
  "( videotestsrc is-live=true pattern=black ! video/x-raw,width=128,height=64,framerate=15/1 ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! rtph264pay name=pay0 pt=96 config-interval=1 )";

describeWith("GStreamer RTSP server", "a device whose camera goes away", () => {
  it("says blind and why, records it, and is armed again when the camera is back", async () => {
    const dataDir = await directory();
    const server = await RtspServer.start({ launch: BLACK });
    onTestFinished(() => server.kill());
    const { log, lines } = keepingLog();
    const cameras = [{ ...steered.camera, name: "hall", url: server.url, frozenAfterS: null }];
    const run = await start(configOf({ device: { dataDir }, cameras }), { log });
    await until(run, armed);
    await server.kill();
    const blind = await until(run, ({ cameras: [camera] }) => camera?.state === "blind" && camera);
    expect(blind.reason).toMatch(/^hall: the stream from .* broke off|no frame for|cannot be opened/);
    expect(run.view.status()).toMatchObject({ state: "blind" });
    await server.restart();
    await until(run, armed);
    expect(
      inOrder(
        states(lines).map(({ state }) => state),
        ["armed", "blind", "armed"],
      ),
    ).toBe(true);
    await everyFrameAccounted(run);
    expect(inOrder(await recordedStates(dataDir), ["armed", "blind", "armed"])).toBe(true);
  });

  it("is blind while its picture hangs although frames come and are judged, and records it", async () => {
    const dataDir = await directory();
    const server = await RtspServer.start({ launch: BLACK.replace("key-int-max=15", "key-int-max=5") });
    onTestFinished(() => server.kill());
    const cameras = [{ ...steered.camera, name: "hall", url: server.url, frozenAfterS: 1 }];
    const run = await start(configOf({ device: { dataDir }, cameras }));
    await until(run, armed);
    // A busy machine may lose the camera in between, which makes it blind for another reason.
    const hangs = ({ reason }: { reason: string }) =>
      /^not one pixel has changed for 1 s although frames come/.test(reason);
    const { fps } = await until(run, ({ cameras: [camera] }) => camera?.state === "blind" && hangs(camera) && camera);
    expect(fps).toBeGreaterThan(0);
    expect(await everyFrameAccounted(run)).toMatchObject({ decided: expect.any(Number) });
    expect(inOrder(await recordedStates(dataDir), ["armed", "blind"])).toBe(true);
  });
});

/**
 * A camera in which nobody is seen, on real threads with the steered models. Twice the budget is the time after which a run counts as
 * hung.
 */
async function watching({ latencyBudgetMs = 2_000 } = {}) {
  const dir = await directory();
  const { log, lines } = keepingLog();
  const url = `file://${await emptyClip(dir)}`;
  const cameras = [{ ...steered.camera, latencyBudgetMs, name: "hall", url, loop: true }];
  const run = await start(configOf({ device: { dataDir: dir }, cameras }), { log });
  await until(run, armed);
  return { run, lines, dataDir: dir };
}

const faults = (lines: Parameters<typeof states>[0]) => states(lines).filter(({ state }) => state === "fault");

describe("a device whose vision worker", () => {
  it("dies over a frame says why, counts that frame as failed, and goes on judging on a new one", async () => {
    const { run, lines } = await watching();
    const [worker] = run.workers;
    if (!worker) throw new Error("no worker");
    const post = worker.thread.postMessage.bind(worker.thread);
    // What no question looks like ends the thread.
    worker.thread.postMessage = () => post(null);
    const lost = () => lines.find(({ message }) => message === "a frame could not be judged");
    await until(run, lost);
    expect(lost()?.error).toMatch(/vision worker died/);
    const decided = async () => (await accounts(run, "hall")).fates.decided ?? 0;
    const before = await decided();
    await expect.poll(decided, { timeout: 30_000 }).toBeGreaterThan(before);
    await until(run, armed);
    expect(run.workers).toHaveLength(2);
    expect(await everyFrameAccounted(run)).toMatchObject({ failed: 1 });
  });

  it("hangs says fault and why, counts the frame it held as failed, and is armed again on a new one", async () => {
    const { run, lines, dataDir } = await watching();
    const [worker] = run.workers;
    if (!worker) throw new Error("no worker");
    const post = worker.thread.postMessage.bind(worker.thread);
    onTestFinished(() => void worker.firstPixel.fill(0));
    // The picture is painted by now: with its first pixel red the model runs until the pixel changes.
    worker.thread.postMessage = (question) => {
      worker.firstPixel[0] = 255;
      post(question);
    };
    await expect.poll(() => faults(lines).length, { timeout: 30_000 }).toBeGreaterThan(0);
    expect(faults(lines)[0]?.reason).toMatch(/none was judged for|gave no answer to the question "look"/);
    await until(run, () => run.workers.length === 2 && armed(run.view.status()));
    expect(lines.some(({ error }) => String(error).includes('gave no answer to the question "look"'))).toBe(true);
    worker.firstPixel[0] = 0;
    expect(await everyFrameAccounted(run)).toMatchObject({ failed: 1 });
    expect(inOrder(await recordedStates(dataDir), ["armed", "fault", "armed"])).toBe(true);
  });

  it("dies again and again stays in fault, still answers, counts every frame, and stops when asked", async () => {
    const { run } = await watching();
    for (let lost = 0; lost < 6; lost += 1) {
      await until(run, () => run.workers.length > lost);
      const { thread } = run.workers[lost] as Run["workers"][number];
      const ended = new Promise((done) => thread.once("exit", done));
      thread.postMessage(null);
      await ended;
    }
    const { reason } = await until(
      run,
      ({ cameras: [camera] }) =>
        camera?.state === "fault" && camera.reason.includes("5 vision workers were lost") && camera,
    );
    expect(reason).toContain("check memory, temperature and the model files");
    const before = (await accounts(run, "hall")).fates.failed ?? 0;
    await expect.poll(async () => (await accounts(run, "hall")).fates.failed ?? 0).toBeGreaterThan(before + 2);
    expect((await fetch(`${run.url}/healthz`)).status).toBe(200);
    await everyFrameAccounted(run);
  });
});
