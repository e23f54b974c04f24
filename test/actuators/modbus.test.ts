import { Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Actuator } from "../../src/actuators/actuator.ts";
import { openActuator } from "../../src/actuators/open.ts";
import { ManualClock } from "../../src/lib/clock.ts";
import { honest, ModbusSlave, RogueSlave } from "../fakes/modbus-slave.ts";
import { AMPLE_MS, BRIEF_MS, command, configured, deps, LONGER_MS } from "./command.ts";

const toClose: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const part of toClose.splice(0).reverse()) await part.close();
});

async function slaveOn(): Promise<ModbusSlave> {
  const slave = await ModbusSlave.start();
  toClose.push({ close: () => slave.kill() });
  return slave;
}

async function rogue(...args: Parameters<typeof RogueSlave.start>): Promise<RogueSlave> {
  const slave = await RogueSlave.start(...args);
  toClose.push(slave);
  return slave;
}

async function started(port: number, settings: Record<string, unknown> = {}): Promise<Actuator> {
  const config = configured({ kind: "modbus", host: "127.0.0.1", port, address: 7, ...settings });
  const actuator = await openActuator(config, deps);
  toClose.push(actuator);
  actuator.start();
  return actuator;
}

const healthy = (actuator: Actuator) => vi.waitUntil(() => actuator.health().ok, { timeout: AMPLE_MS });
const unhealthy = (actuator: Actuator, detail: RegExp) =>
  vi.waitUntil(() => !actuator.health().ok && detail.test(actuator.health().detail), { timeout: AMPLE_MS });

describe("a Modbus output", () => {
  it("writes the coil, reads it back and says so", async () => {
    const slave = await slaveOn();
    const actuator = await started(slave.port);
    const receipt = await actuator.apply(command("active", AMPLE_MS));
    expect(receipt).toMatchObject({ actuator: "stop", alarm: "alarm-1", outcome: "confirmed", detail: "" });
    expect(receipt.writtenMs).toBeGreaterThan(0);
    expect(receipt.confirmedMs).toBeGreaterThanOrEqual(receipt.writtenMs);
    expect(slave.written).toEqual([{ table: "coil", address: 7, value: 1 }]);
  });

  it("writes its own values to a holding register", async () => {
    const slave = await slaveOn();
    const actuator = await started(slave.port, { table: "register", on: 4711, off: 12, latching: false });
    expect(await actuator.apply(command("active", AMPLE_MS))).toMatchObject({ outcome: "confirmed" });
    expect(await actuator.apply(command("idle", AMPLE_MS))).toMatchObject({ outcome: "confirmed" });
    expect(slave.written.map(({ table, value }) => [table, value])).toEqual([
      ["register", 4711],
      ["register", 12],
    ]);
  });

  it("has sent the write before apply yields, although nothing has been awaited", async () => {
    const slave = await rogue((request) => honest(request));
    const actuator = await started(slave.port);
    await healthy(actuator);
    const sent = vi.spyOn(Socket.prototype, "write");
    void actuator.apply(command("active", AMPLE_MS));
    const frames = sent.mock.calls.map(([frame]) => Buffer.from(frame as Uint8Array));
    sent.mockRestore();
    expect(frames.map((frame) => frame[7])).toEqual([5]);
  });
});

describe("a slave that comes and goes", () => {
  it("gets a command that was given while it was away, if it is back in time", async () => {
    const slave = await ModbusSlave.off();
    toClose.push({ close: () => slave.kill() });
    const actuator = await started(slave.port);
    const receipt = actuator.apply(command("active", AMPLE_MS));
    await unhealthy(actuator, /ECONNREFUSED/);
    await slave.revive();
    expect(await receipt).toMatchObject({ outcome: "confirmed" });
    expect(slave.coils.get(7)).toBe(1);
  });

  it("never gets a command that died while it was away", async () => {
    const slave = await slaveOn();
    const actuator = await started(slave.port);
    await healthy(actuator);
    await slave.kill();
    await unhealthy(actuator, /not connected/);
    const receipt = await actuator.apply(command("active", BRIEF_MS));
    expect(receipt).toMatchObject({ outcome: "failed", writtenMs: Number.NaN });
    expect(receipt.detail).toMatch(/not connected: .*ECONNREFUSED/);
    await slave.revive();
    await unhealthy(actuator, /coil 7 reads 0 where 1 was asked for/);
    expect(slave.written).toEqual([]);
    // Nor does a later idle command bring the dead one back, latching or not.
    expect(await actuator.apply(command("idle", AMPLE_MS))).toMatchObject({ state: "idle", outcome: "confirmed" });
    expect(slave.written).toEqual([{ table: "coil", address: 7, value: 0 }]);
  });

  it("never gets a command whose deadline passed in the moment in which it came back", async () => {
    const slave = await ModbusSlave.off();
    toClose.push({ close: () => slave.kill() });
    const clock = new ManualClock();
    const config = configured({ kind: "modbus", host: "127.0.0.1", port: slave.port, address: 7 });
    const actuator = await openActuator(config, { ...deps, clock });
    toClose.push(actuator);
    actuator.start();
    const receipt = actuator.apply({ ...command("active", AMPLE_MS), issuedAt: 0, deadline: AMPLE_MS });
    // Nobody has noticed yet: the timer that ends the waiting is still to fire.
    clock.advance(AMPLE_MS);
    await slave.revive();
    expect(await receipt).toMatchObject({
      outcome: "failed",
      writtenMs: Number.NaN,
      detail: "the deadline passed before it could be written",
    });
    expect(slave.written).toEqual([]);
  });

  it("gets the command again when it dies between receiving and answering it", async () => {
    const slave = await rogue((request, connection) => (connection < 3 ? "hang up" : honest(request, 1)));
    const actuator = await started(slave.port);
    expect(await actuator.apply(command("active", AMPLE_MS))).toMatchObject({ outcome: "confirmed" });
  });

  it("ends in the last state asked for through twenty restarts between and during commands", async () => {
    const slave = await slaveOn();
    const actuator = await started(slave.port, { latching: false });
    for (let round = 0; round < 20; round += 1) {
      const state = round % 2 === 0 ? "active" : "idle";
      const flap = round % 3 === 0 ? slave.kill().then(() => slave.revive()) : undefined;
      const receipt = actuator.apply(command(state, AMPLE_MS));
      if (round % 3 === 1) await slave.kill().then(() => slave.revive());
      expect(await receipt).toMatchObject({ state, outcome: "confirmed" });
      expect(slave.coils.get(7)).toBe(state === "active" ? 1 : 0);
      await flap;
    }
  });

  it("keeps two waiting commands in order", async () => {
    const slave = await ModbusSlave.off();
    toClose.push({ close: () => slave.kill() });
    const actuator = await started(slave.port, { latching: false });
    const receipts = [actuator.apply(command("active", AMPLE_MS)), actuator.apply(command("idle", AMPLE_MS))];
    await slave.revive();
    const outcomes = (await Promise.all(receipts)).map((receipt) => receipt.outcome);
    expect(outcomes).toEqual(["commanded", "confirmed"]);
    expect(slave.written.map(({ value }) => value)).toEqual([1, 0]);
  });
});

describe("a slave that misbehaves", () => {
  it("fails the command when it accepts the connection and stays silent", async () => {
    const slave = await rogue();
    const actuator = await started(slave.port);
    const receipt = await actuator.apply(command("active", LONGER_MS));
    expect(receipt.outcome).toBe("failed");
    expect(receipt.writtenMs).toBeGreaterThanOrEqual(0);
    expect(receipt.detail).toMatch(/written, but not confirmed/);
    expect(actuator.health().ok).toBe(false);
    const { connections, writes } = slave;
    slave.answer = (request) => honest(request, 0);
    await vi.waitUntil(() => slave.connections > connections, { timeout: AMPLE_MS });
    await unhealthy(actuator, /reads 0 where 1 was asked for/);
    expect(slave.writes).toEqual(writes);
  });

  it("is found out and connected to anew when it falls silent while nothing is asked of it", async () => {
    const slave = await rogue((request) => honest(request));
    const actuator = await started(slave.port);
    await healthy(actuator);
    expect(slave.connections).toBe(1);
    slave.answer = () => undefined;
    await vi.waitUntil(() => slave.connections > 1, { timeout: AMPLE_MS });
    expect(actuator.health().ok).toBe(false);
    slave.answer = (request) => honest(request);
    await healthy(actuator);
  });

  it("is asked again while it is busy, and no more once it has refused for good", async () => {
    const slave = await slaveOn();
    const actuator = await started(slave.port);
    slave.refusals = [6, 6];
    expect(await actuator.apply(command("active", AMPLE_MS))).toMatchObject({ outcome: "confirmed" });
    slave.refusals = [2];
    const receipt = await actuator.release(command("idle", AMPLE_MS));
    expect(receipt).toMatchObject({ outcome: "failed" });
    expect(receipt.detail).toMatch(/exception 2 \(illegal data address\)/);
    expect(slave.coils.get(7)).toBe(1);
  });

  it("does not get away with a stuck output", async () => {
    const slave = await slaveOn();
    slave.stuck = true;
    const actuator = await started(slave.port);
    const receipt = await actuator.apply(command("active", LONGER_MS));
    expect(receipt).toMatchObject({ outcome: "failed" });
    expect(receipt.detail).toMatch(/reads back 0 where 1 was written/);
    await unhealthy(actuator, /coil 7 reads 0 where 1 was asked for/);
  });

  it("is found out when it changes the output by itself", async () => {
    const slave = await slaveOn();
    const actuator = await started(slave.port);
    await actuator.apply(command("active", AMPLE_MS));
    await healthy(actuator);
    slave.coils.set(7, 0);
    await unhealthy(actuator, /coil 7 reads 0 where 1 was asked for/);
  });

  it.each([
    ["another protocol", (r: Buffer) => Buffer.from([r[0]!, r[1]!, 0, 9, 0, 6, ...r.subarray(6)]), /protocol id 9/],
    ["an impossible length", (r: Buffer) => Buffer.from([r[0]!, r[1]!, 0, 0, 255, 255]), /length 65535/],
    ["the answer to something else", (r: Buffer) => Buffer.from([...r.subarray(0, 7), 4, 2, 0, 0, 0]), /function 4/],
    ["another unit", (r: Buffer) => Buffer.from([...r.subarray(0, 6), 9, ...r.subarray(7)]), /unit 9 answered/],
    ["HTTP", () => Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), /garbage/],
  ])("is dropped with the reason when it answers with %s", async (_, answer, reason) => {
    const slave = await rogue(answer);
    const actuator = await started(slave.port);
    await unhealthy(actuator, reason);
    const { connections } = slave;
    slave.answer = (request) => honest(request, 1);
    expect(await actuator.apply(command("active", AMPLE_MS))).toMatchObject({ outcome: "confirmed" });
    expect(slave.connections).toBeGreaterThan(connections);
  });

  it("is not believed when it answers with foreign transaction ids", async () => {
    const foreign = (request: Buffer, value: number) => {
      const reply = honest(request, value);
      reply.writeUInt16BE((reply.readUInt16BE(0) + 1000) & 0xffff, 0);
      return reply;
    };
    const slave = await rogue((request) => foreign(request, 1));
    const actuator = await started(slave.port);
    const receipt = await actuator.apply(command("active", LONGER_MS));
    expect(receipt.outcome).toBe("failed");
    expect(receipt.detail).toMatch(/foreign transaction ids ignored|no answer/);
  });
});

describe("an energise-to-run output", () => {
  it("is on from the start, off for an alarm, on again after the reset, and off at close", async () => {
    const slave = await slaveOn();
    const actuator = await started(slave.port, { polarity: "energise-to-run" });
    await vi.waitUntil(() => slave.coils.get(7) === 1, { timeout: AMPLE_MS });
    await actuator.apply(command("active", AMPLE_MS));
    expect(slave.coils.get(7)).toBe(0);
    await actuator.apply(command("idle", AMPLE_MS));
    expect(slave.coils.get(7)).toBe(0);
    await actuator.release(command("idle", AMPLE_MS));
    expect(slave.coils.get(7)).toBe(1);
    await actuator.close();
    expect(slave.coils.get(7)).toBe(0);
  });

  it("is never switched on when the alarm came before the connection", async () => {
    const slave = await ModbusSlave.off();
    toClose.push({ close: () => slave.kill() });
    const actuator = await started(slave.port, { polarity: "energise-to-run" });
    const receipt = actuator.apply(command("active", AMPLE_MS));
    await slave.revive();
    expect(await receipt).toMatchObject({ outcome: "confirmed" });
    await healthy(actuator);
    expect(slave.written.map(({ value }) => value)).toEqual([0]);
  });
});

describe("a life bit", () => {
  const beats = (slave: ModbusSlave) =>
    slave.written.filter(({ address }) => address === 8).map(({ table, value }) => `${table} ${value}`);

  it.each(["coil", "register"] as const)(
    "in a %s changes for as long as the output is watched, and stands still after",
    async (table) => {
      const slave = await slaveOn();
      const actuator = await started(slave.port, { table, lifeAddress: 8, lifeEveryMs: 20 });
      await healthy(actuator);
      expect(beats(slave)).toEqual([]);
      actuator.watched(true);
      await vi.waitUntil(() => beats(slave).length >= 4, { timeout: AMPLE_MS });
      actuator.watched(false);
      // One that was under way may still arrive; a command behind it shows that it has.
      await actuator.apply(command("active", AMPLE_MS));
      const seen = beats(slave);
      expect(seen.slice(0, 4)).toEqual([1, 0, 1, 0].map((value) => `${table} ${value}`));
      await actuator.apply(command("active", AMPLE_MS));
      expect(beats(slave)).toEqual(seen);
    },
  );

  it("goes on when the slave was away, and its refusal is a fault of the output", async () => {
    const slave = await slaveOn();
    const actuator = await started(slave.port, { lifeAddress: 8, lifeEveryMs: 20 });
    actuator.watched(true);
    await vi.waitUntil(() => beats(slave).length >= 2, { timeout: AMPLE_MS });
    await slave.kill();
    const before = beats(slave).length;
    await slave.revive();
    await vi.waitUntil(() => beats(slave).length >= before + 2, { timeout: AMPLE_MS });
    slave.refusals = Array.from({ length: 500 }, () => 2);
    await unhealthy(actuator, /^life bit \(coil 8\): /);
    slave.refusals = [];
    await healthy(actuator);
  });
});
