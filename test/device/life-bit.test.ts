import { expect, it, onTestFinished } from "vitest";
import { ModbusSlave } from "../fakes/modbus-slave.ts";
import { armed, configOf, directory, emptyClip, start, steered, until } from "./rig.ts";

const [STOP_PRESS, STOP_SAW] = [16, 17];
const [LIFE_PRESS, LIFE_SAW] = [32, 33];

it("the life bit of an output stands still while a camera that commands it is blind, and only that one", async () => {
  const slave = await ModbusSlave.start();
  onTestFinished(() => slave.kill());
  const dataDir = await directory();
  const url = `file://${await emptyClip(dataDir)}`;
  const coil = { kind: "modbus", host: "127.0.0.1", port: slave.port, lifeEveryMs: 20 };
  const run = await start(
    configOf({
      device: { dataDir },
      cameras: [
        { ...steered.camera, name: "press", url, loop: true, tier2: ["stop-press"] },
        { ...steered.camera, name: "saw", url: `file://${dataDir}/none.mp4`, tier2: ["stop-saw"] },
      ],
      actuators: [
        { ...coil, name: "stop-press", address: STOP_PRESS, lifeAddress: LIFE_PRESS },
        { ...coil, name: "stop-saw", address: STOP_SAW, lifeAddress: LIFE_SAW },
      ],
    }),
  );
  await until(run, ({ cameras, outputs }) => cameras[0]?.state === "armed" && outputs.every(({ ok }) => ok));
  const beats = (address: number) => slave.written.filter((written) => written.address === address).length;
  await expect.poll(() => beats(LIFE_PRESS), { timeout: 30_000 }).toBeGreaterThan(5);
  expect(beats(LIFE_SAW)).toBe(0);
  expect(armed(run.view.status())).toBe(false);
});
