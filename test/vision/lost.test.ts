import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { VisionConfig } from "../../src/config/schema.ts";
import { ManualClock } from "../../src/lib/clock.ts";
import { Metrics } from "../../src/observe/metrics.ts";
import { VisionLost } from "../../src/vision/lost.ts";
import type { VisionDeps } from "../../src/vision/open.ts";
import { steeringFrame } from "./frames.ts";
import { openSteered } from "./steered.ts";

let open: ReturnType<typeof openSteered>;
afterEach(async () => {
  for (const { firstPixel } of open.workers) firstPixel[0] = 0;
  await open.vision.close();
  vi.useRealTimers();
});

/** With timers that the test moves: what hangs is decided by the test, not by the machine's speed. */
async function start(config: Partial<VisionConfig> = {}, deps: Partial<VisionDeps> = {}) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  open = openSteered(config, { hungAfterMs: 1_000, ...deps });
  await open.vision.start();
  return open;
}

/** Lets what is under way reach the worker, then moves the timers. */
async function pass(milliseconds: number): Promise<void> {
  await new Promise(setImmediate);
  vi.advanceTimersByTime(milliseconds);
}

const lostBy = (look: Promise<unknown>): Promise<VisionLost> =>
  look.then(
    () => expect.unreachable("the look came back"),
    (error) => {
      expect(error).toBeInstanceOf(VisionLost);
      return error as VisionLost;
    },
  );

/** Sends what no question looks like: the uncaught error ends the thread. */
function kill(thread: Worker): Promise<unknown> {
  const ended = new Promise((resolve) => thread.once("exit", resolve));
  thread.postMessage(null);
  return ended;
}

describe("a vision worker that hangs", () => {
  it("loses its look, is replaced, and the tracks go on with their ids", async () => {
    const metrics = new Metrics();
    const { vision, workers } = await start({}, { metrics });
    const eye = vision.eye("hall");
    for (const at of [0, 100]) await eye.look(() => steeringFrame({ at }), 0);
    const looking = lostBy(eye.look(() => steeringFrame({ at: 200, hold: true }), 0));
    await pass(1_000);
    const lost = await looking;
    expect(lost).toMatchObject({ reason: "hung", fault: false });
    expect(lost.message).toContain('no answer to the question "look" within 1000 ms');

    const after = await eye.look(() => steeringFrame({ at: 300 }), 0);
    expect(after!.look.people[0]).toMatchObject({ track: 1, seen: 3, coasting: false });
    expect(workers).toHaveLength(2);
    expect(await metrics.registry.getSingleMetricAsString("spotter_worker_restarts_total")).toContain(
      'spotter_worker_restarts_total{reason="hung"} 1',
    );
  });

  it("leaves the other camera its own worker", async () => {
    const { vision } = await start({ workers: 2 });
    const hung = lostBy(vision.eye("hall").look(() => steeringFrame({ hold: true }), 0));
    expect(await vision.eye("yard").look(() => steeringFrame(), 0)).toBeDefined();
    await pass(1_000);
    expect((await hung).reason).toBe("hung");
  });
});

describe("a vision worker that dies", () => {
  it("loses the look it was asked for, and the next look waits for its successor", async () => {
    const { vision, workers } = await start();
    const eye = vision.eye("hall");
    void kill(workers[0]!.thread);
    expect(await lostBy(eye.look(() => steeringFrame(), 0))).toMatchObject({ reason: "died", fault: false });
    expect(await eye.look(() => steeringFrame({ at: 100 }), 0)).toBeDefined();
    expect(workers).toHaveLength(2);
  });

  it("is replaced when it dies between looks", async () => {
    const { vision, workers } = await start();
    await kill(workers[0]!.thread);
    expect(await vision.eye("hall").look(() => steeringFrame(), 0)).toBeDefined();
    expect(workers).toHaveLength(2);
  });

  it("is a fault after five restarts within a minute, until the minute is over", async () => {
    const clock = new ManualClock();
    const { vision, workers } = await start({}, { clock });
    const eye = vision.eye("hall");
    for (let i = 0; i < 5; i++) {
      await kill(workers[i]!.thread);
      expect(await eye.look(() => steeringFrame(), 0)).toBeDefined();
    }
    await kill(workers[5]!.thread);
    let taken = 0;
    const take = () => {
      taken += 1;
      return steeringFrame();
    };
    const lost = await lostBy(eye.look(take, 0));
    expect(lost.fault).toBe(true);
    expect(taken).toBe(1);
    expect(lost.message).toContain("5 vision workers were lost within 60 s");
    expect(workers).toHaveLength(6);

    clock.advance(60_000);
    await pass(60_000);
    await once(workers[6]!.thread, "message");
    expect(await eye.look(() => steeringFrame(), 0)).toBeDefined();
  });
});

describe("closing vision", () => {
  it("lets the look under way finish and refuses those who queue", async () => {
    const { vision, workers } = await start();
    const looking = vision.eye("hall").look(() => steeringFrame({ hold: true }), 0);
    const queued = expect(vision.eye("yard").look(() => steeringFrame(), 0)).rejects.toThrow("vision is closed");
    await new Promise(setImmediate);
    const closed = vision.close();
    await queued;
    workers[0]!.firstPixel[0] = 0;
    expect(await looking).toBeDefined();
    await closed;
  });

  it("leaves a worker behind that hangs", async () => {
    const { vision } = await start({}, { hungAfterMs: 60_000 });
    const held = lostBy(vision.eye("hall").look(() => steeringFrame({ hold: true }), 0));
    await new Promise(setImmediate);
    const closed = vision.close();
    await pass(2_000);
    await closed;
    expect((await held).message).toContain("did not end within 2000 ms");
  });
});
