import { expect, it, onTestFinished } from "vitest";
import { decode } from "../../src/event/decode.ts";
import { silentLog } from "../../src/observe/log.ts";
import { Metrics } from "../../src/observe/metrics.ts";
import { Outbox } from "../../src/uplink/outbox.ts";
import { codedPictures } from "../fakes/coded.ts";
import { packetise, senderReport } from "../fakes/rtp.ts";
import { ScriptedCamera } from "../fakes/scripted-camera.ts";
import { alarmAt, configOf, directory, start, steered, until } from "./rig.ts";

const HOUR_MS = 3_600_000;
/** Pictures of nobody, then of somebody: black and blue, for the steered models. */
const NOBODY = 8;

it("a fall seen by a camera whose clock is an hour ahead is told with that hour", async () => {
  const pictures = await codedPictures({
    frames: NOBODY + 1,
    luma: (picture) => (picture < NOBODY ? 16 : 41),
    chroma: (picture) => (picture < NOBODY ? [128, 128] : [240, 110]),
    gop: 1,
  });
  let sending: NodeJS.Timeout | undefined;
  onTestFinished(() => clearInterval(sending));
  const camera = await ScriptedCamera.listen({
    // A busy machine may lose the camera and ask for it again.
    played: (one) => {
      clearInterval(sending);
      const since = Date.now();
      one.report(senderReport(since + HOUR_MS, 0));
      let [sent, sequence] = [0, 0];
      sending = setInterval(() => {
        const { units } = pictures[Math.min(sent, NOBODY)]!;
        const packets = packetise(units, { sequence, timestamp: (Date.now() - since) * 90 });
        one.send(...packets);
        sequence += packets.length;
        sent += 1;
      }, 60);
    },
  });
  onTestFinished(() => camera.close());
  const dataDir = await directory();
  const cameras = [{ ...steered.camera, name: "hall", url: camera.url, frozenAfterS: null }];
  const run = await start(configOf({ device: { dataDir }, cameras }));
  const { id } = await until(run, alarmAt("confirmed"));
  run.view.acknowledge(id, "ada");
  await run.device.stop();

  const ttlHours = { alarm: null, nearMiss: 720, health: 24, heartbeat: 1 };
  const config = { quotaMb: 10, ttlHours };
  const outbox = await Outbox.open({ dataDir, config, log: silentLog, metrics: new Metrics() });
  const events = await outbox.next(10_000);
  await outbox.close();
  const changes = events.map(({ payload }) => decode(payload).body).filter((body) => body.type === "fallChange");
  const seen = changes.filter(({ kind }) => kind === "suspected" || kind === "confirmed");
  expect(seen.length).toBeGreaterThanOrEqual(2);
  for (const { cameraOffsetMs = Number.NaN } of seen) {
    // A busy machine reads its packets late, which counts as the way from the camera.
    expect(cameraOffsetMs).toBeGreaterThan(HOUR_MS - 60_000);
    expect(cameraOffsetMs).toBeLessThanOrEqual(HOUR_MS + 5);
  }
  // No frame decided what a person did.
  expect(changes.find(({ kind }) => kind === "acknowledged")).not.toHaveProperty("cameraOffsetMs");
}, 180_000);
