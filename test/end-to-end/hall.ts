import { resolve } from "node:path";
import { onTestFinished } from "vitest";
import { PLC_MAP, type Plc, startPlc } from "../../demo/plc.ts";
import { configSchema } from "../../src/config/schema.ts";
import { directory, type Run, start } from "../device/rig.ts";

const CLIP = resolve(import.meta.dirname, "../../demo/clip/fall.mp4");
export const WAIT = { timeout: 120_000, interval: 50 };

export interface Hall extends Run {
  plc: Plc;
}

/** The shipped models watch the clip as a live camera beside a conveyor; the device is named `hall`. */
export async function hall(uplink: object): Promise<Hall> {
  const plc = await startPlc();
  onTestFinished(() => plc.close());
  const coil = { kind: "modbus", host: "127.0.0.1", port: plc.port, deadlineMs: 5_000 };
  // Limits that a busy machine keeps too: what is decided is under test here, not how fast.
  const camera = { latencyBudgetMs: 5_000, maxFrameAgeMs: 5_000 };
  const config = configSchema.parse({
    device: { name: "hall", dataDir: await directory() },
    cameras: [
      { ...camera, name: "press", url: `file://${CLIP}`, loop: true, tier1: ["beacon"], tier2: ["stop-conveyor"] },
    ],
    actuators: [
      { ...coil, name: "stop-conveyor", address: PLC_MAP.stopRequest },
      { ...coil, name: "beacon", address: PLC_MAP.beacon, latching: false },
    ],
    // A short look at an empty floor is enough here; a busy machine gives no long one without a gap.
    alarm: { clearAfterS: 0.5 },
    uplink,
    api: { port: 0 },
  });
  return { ...(await start(config)), plc };
}
