import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startBroker } from "../../cloud/broker.ts";
import { emptyClip, steered } from "../device/rig.ts";
import { freePort } from "../fakes/free-port.ts";
import { ModbusSlave } from "../fakes/modbus-slave.ts";
import { spotter } from "./spotter.ts";

let dir: string;
let clip: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "spotter-doctor-"));
  clip = await emptyClip(dir);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A config file for the steered models, with these sections. JSON is YAML. */
function config(sections: object): string {
  const path = join(dir, "site.yaml");
  writeFileSync(path, JSON.stringify({ vision: steered.vision, ...sections }));
  return path;
}

describe("spotter doctor", () => {
  it("finds nothing to mend where camera, output, disk and broker are as they should be, and commands nothing", async () => {
    const slave = await ModbusSlave.start();
    onTestFinished(() => slave.kill());
    const broker = await startBroker({ onMessage: () => {} });
    onTestFinished(() => broker.close());
    const { code, out } = await spotter(
      "doctor",
      "--config",
      config({
        device: { name: "hall", dataDir: join(dir, "data") },
        cameras: [{ ...steered.camera, name: "press", url: `file://${clip}`, tier2: ["stop"] }],
        actuators: [{ kind: "modbus", name: "stop", host: "127.0.0.1", port: slave.port, address: 1, lifeAddress: 2 }],
        uplink: { url: broker.url },
      }),
    );
    expect(out).toMatch(/^ok {4}camera press: h264 128x64 at 15 frames\/s, decoded by libav \(software\)$/m);
    expect(out).toMatch(/^ok {4}output stop: reachable$/m);
    expect(out).toMatch(/^ok {4}data in .*data: \d+ MB free$/m);
    expect(out).toMatch(/^ok {4}broker mqtt:\/\/127\.0\.0\.1:\d+: takes hall in$/m);
    expect(out).toMatch(/\nThis machine is ready\.\n$/);
    expect({ code, written: slave.written }).toEqual({ code: 0, written: [] });
  });

  it("names everything that has to be mended at once, and ends with code 1", async () => {
    const port = await freePort();
    const { code, out, said } = await spotter(
      "doctor",
      "--config",
      config({
        device: { dataDir: "/dev/null/data" },
        cameras: [
          { name: "yard", url: "file:///nothing/here.mp4" },
          { name: "gate", url: `rtsp://127.0.0.1:${port}/x`, user: "ann", password: "env:NOBODY_SETS_THIS" },
        ],
        actuators: [{ kind: "modbus", name: "stop", host: "127.0.0.1", port, address: 1 }],
        uplink: { url: `mqtt://127.0.0.1:${port}` },
      }),
    );
    const failed = out.split("\n").filter((line) => line.startsWith("FAIL"));
    expect(failed).toEqual([
      expect.stringMatching(/camera yard: cameras\.yard\.url: .* cannot be opened .*check that the file exists/),
      expect.stringMatching(/camera gate: cameras\.gate\.password: env:NOBODY_SETS_THIS is not set; set it/),
      expect.stringMatching(/output stop: not connected: connect ECONNREFUSED/),
      expect.stringMatching(/data in \/dev\/null\/data: cannot be written \(.* is no folder\).*change device\.dataDir/),
      expect.stringMatching(/broker mqtt:.*: not connected \(.*ECONNREFUSED.*\); check uplink\.url/),
    ]);
    expect(out).toMatch(/\n5 of the above must be mended first\.\n$/);
    expect(said).toBe("");
    expect(code).toBe(1);
  });
});
