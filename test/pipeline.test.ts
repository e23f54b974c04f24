import { expect, it, onTestFinished } from "vitest";
import { CameraAlarm } from "../src/alarm/alarm.ts";
import { type AlarmConfig, alarmSchema, cameraSchema } from "../src/config/schema.ts";
import type { Frame, SourceEvents } from "../src/frames/frame.ts";
import { Gate } from "../src/frames/gate.ts";
import { Ladder } from "../src/frames/ladder.ts";
import { ManualClock } from "../src/lib/clock.ts";
import { silentLog } from "../src/observe/log.ts";
import { Metrics } from "../src/observe/metrics.ts";
import { CameraWatch } from "../src/observe/watch.ts";
import { Pipeline } from "../src/pipeline.ts";
import { configOf } from "./device/rig.ts";
import { steeringFrame } from "./vision/frames.ts";
import { openSteered } from "./vision/steered.ts";

const STEP_MS = 100;

/**
 * The real pipeline, gate, alarm and vision on a camera of 10 frames/s that shows the same picture all the time, with or without
 * somebody in it for the steered models, while time is in the test's hands.
 */
async function watching(votes: AlarmConfig) {
  const { vision } = openSteered();
  await vision.start();
  onTestFinished(() => vision.close());
  const clock = new ManualClock(1_000);
  const camera = cameraSchema.parse({ name: "hall", url: "rtsp://camera/", fps: 10, idleFps: 2 });
  const alarm = new CameraAlarm(camera, votes);
  const stop = new AbortController();
  const changes: string[] = [];
  let events: SourceEvents | undefined;
  let judged = () => {};
  const gate = new Gate(camera, (_, reason) => {
    pipeline.dropped(reason);
    judged();
  });
  const pipeline: Pipeline = new Pipeline({
    camera,
    source: {
      camera: "hall",
      run: (given, signal) => {
        events = given;
        given.opened({ reader: "rtsp", codec: "h264", decoder: "software", size: { width: 128, height: 64 }, fps: 10 });
        return new Promise((ended) => signal.addEventListener("abort", () => ended()));
      },
    },
    gate,
    ladder: new Ladder(camera, 1),
    eye: vision.eye("hall"),
    alarm,
    watch: new CameraWatch(),
    clock,
    metrics: new Metrics(),
    log: silentLog,
    respond: ({ change }) => {
      changes.push(change.kind);
      return 0;
    },
    onJudged: () => judged(),
  });
  const running = pipeline.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  /** Shows that picture for so long; how many frames of it were judged and how many left out as still. */
  const show = async (somebody: boolean, seconds: number) => {
    const before = gate.counts;
    for (let ms = 0; ms < seconds * 1000; ms += STEP_MS) {
      clock.advance(STEP_MS);
      const done = new Promise<void>((resolve) => {
        judged = resolve;
      });
      const picture: Frame = { ...steeringFrame({ at: clock.now(), score: somebody ? 0.9 : 0 }) };
      events?.frame(picture);
      await done;
    }
    const { taken, still } = gate.counts;
    return { judged: taken - before.taken, still: still - before.still };
  };
  return { show, changes };
}

it("a camera looks less often ten seconds after the last person, and at every frame again once somebody comes", async () => {
  const { show } = await watching(alarmSchema.parse({}));
  expect(await show(true, 1)).toEqual({ judged: 10, still: 0 });
  // The tracker follows for another second and a half, the alarm for ten.
  expect(await show(false, 11)).toEqual({ judged: 110, still: 0 });
  await show(false, 3);
  expect(await show(false, 10)).toEqual({ judged: 20, still: 80 });
  expect(await show(true, 1)).toEqual({ judged: 10, still: 0 });
});

it("a camera looks at every frame as long as an alarm is open, whoever is in view", async () => {
  const { show, changes } = await watching(configOf({}).alarm);
  await show(true, 20);
  expect(changes.some((kind) => kind === "confirmed" || kind === "down")).toBe(true);
  expect(await show(false, 30)).toEqual({ judged: 300, still: 0 });
});
