import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Conveyor, FULL_SPEED } from "../../demo/conveyor.ts";
import { PLC_MAP, type Plc, startPlc } from "../../demo/plc.ts";
import { openActuator } from "../../src/actuators/open.ts";
import { AMPLE_MS, command, configured, deps } from "../actuators/command.ts";
import { connectModbus } from "../fakes/modbus-client.ts";

describe("the conveyor", () => {
  it("ramps down at a stop request and stands still", () => {
    const conveyor = new Conveyor();
    conveyor.request(true);
    conveyor.move(400);
    expect(conveyor.speed).toBeCloseTo(FULL_SPEED / 2);
    expect(conveyor.phase).toBe("stopping");
    conveyor.move(400);
    expect([conveyor.phase, conveyor.speed]).toEqual(["stopped", 0]);
  });

  it("refuses reset and start while the stop is requested", () => {
    const conveyor = new Conveyor();
    conveyor.request(true);
    conveyor.move(1000);
    expect([conveyor.reset(), conveyor.restart(), conveyor.phase]).toEqual([false, false, "stopped"]);
  });

  it("runs again only after the request has gone, a reset, and a start", () => {
    const conveyor = new Conveyor();
    conveyor.request(true);
    conveyor.request(false);
    conveyor.move(1000);
    expect([conveyor.restart(), conveyor.phase]).toEqual([false, "stopped"]);
    expect([conveyor.reset(), conveyor.phase]).toEqual([true, "ready"]);
    conveyor.move(1000);
    expect(conveyor.speed).toBe(0);
    expect([conveyor.restart(), conveyor.phase]).toEqual([true, "running"]);
    conveyor.move(5000);
    expect(conveyor.speed).toBe(FULL_SPEED);
  });
});

describe("the simulated PLC", () => {
  let plc: Plc;
  beforeEach(async () => {
    plc = await startPlc();
  });
  afterEach(() => plc.close());

  it("stops its conveyor for a stop request over Modbus, tells so, and stays stopped after the release", async () => {
    const address = { host: "127.0.0.1", port: plc.port, address: PLC_MAP.stopRequest };
    const stop = await openActuator(configured({ kind: "modbus", ...address }), deps);
    stop.start();
    const told: string[] = [];
    plc.on("change", ({ phase }) => told.push(phase));
    expect(plc.state()).toEqual({
      phase: "running",
      running: true,
      speed: FULL_SPEED,
      stopRequested: false,
      beacon: false,
    });
    expect(await stop.apply(command("active", AMPLE_MS))).toMatchObject({ outcome: "confirmed" });
    await vi.waitUntil(() => plc.state().phase === "stopped", { timeout: AMPLE_MS });
    expect(plc.state()).toMatchObject({ running: false, speed: 0, stopRequested: true });
    expect([...new Set(told)]).toEqual(["stopping", "stopped"]);
    expect(await stop.release(command("idle", AMPLE_MS))).toMatchObject({ outcome: "confirmed" });
    expect(plc.state()).toMatchObject({ phase: "stopped", speed: 0, stopRequested: false });
    expect(plc.reset()).toBe(true);
    expect(plc.state()).toMatchObject({ running: false, speed: 0 });
    expect(plc.restart()).toBe(true);
    expect(plc.state().running).toBe(true);
    await stop.close();
  });

  it("shows belt speed, beacon and a life bit to any Modbus client, and refuses what it does not have", async () => {
    const client = await connectModbus(plc.port);
    expect((await client.readHoldingRegisters(PLC_MAP.speed, 1)).data).toEqual([FULL_SPEED]);
    await client.writeCoil(PLC_MAP.beacon, true);
    expect(plc.state().beacon).toBe(true);
    const life = async () => (await client.readCoils(PLC_MAP.life, 1)).data[0];
    const before = await life();
    await vi.waitUntil(async () => (await life()) !== before, { timeout: AMPLE_MS });
    await expect(client.writeCoil(PLC_MAP.life, true)).rejects.toThrow(/exception 2/);
    await expect(client.readHoldingRegisters(99, 1)).rejects.toThrow(/exception 2/);
    await new Promise<void>((resolve) => client.close(() => resolve()));
  });
});
