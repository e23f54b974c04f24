import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { systemClock } from "../src/lib/clock.ts";
import { silentLog } from "../src/observe/log.ts";
import { replay } from "../src/replay.ts";
import { openVision } from "../src/vision/open.ts";
import { configOf, directory, fallClip } from "./device/rig.ts";

/** Longer than a live camera would wait for a run, ms. */
const HELD_UP_MS = 1_500;

it("a replay waits for a run that a busy machine holds up, and decides as if nothing had been", async () => {
  const dir = await directory();
  const { vision: models, alarm } = configOf({ device: { dataDir: join(dir, "data") } });
  const clip = await fallClip(dir, 4);
  const judge = async (heldUp: number) => {
    let questions = 0;
    const vision = openVision(models, {
      clock: systemClock,
      log: silentLog,
      spawn: (file, data) => {
        const thread = new Worker(file, { workerData: data });
        const post = thread.postMessage.bind(thread);
        thread.postMessage = (question) => {
          questions += 1;
          setTimeout(() => post(question), questions === 3 ? heldUp : 0);
        };
        return thread;
      },
    });
    try {
      await vision.start();
      return (await replay(clip, { vision, alarm, log: silentLog })).map(({ at, change }) => [at, change.kind]);
    } finally {
      await vision.close();
    }
  };
  const changes = await judge(0);
  expect(changes.map(([, kind]) => kind)).toContain("confirmed");
  expect(await judge(HELD_UP_MS)).toEqual(changes);
});
