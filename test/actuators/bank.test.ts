import { afterEach, describe, expect, it } from "vitest";
import type { Actuator, Command, Receipt } from "../../src/actuators/actuator.ts";
import { ActuatorBank } from "../../src/actuators/bank.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { UsageError } from "../../src/lib/failure.ts";
import { RogueSlave } from "../fakes/modbus-slave.ts";
import { AMPLE_MS, BRIEF_MS, configured, deps } from "./command.ts";

const firing = (alarm = "alarm-1") => ({
  alarm,
  issuedAt: systemClock.now(),
  reason: "a test",
  camera: "hall",
  zone: "press",
});

/** An actuator whose apply does what a test wants. */
function actuatorThat(name: string, apply: (command: Command) => Promise<Receipt>, deadlineMs = BRIEF_MS): Actuator {
  return {
    name,
    deadlineMs,
    state: undefined,
    apply,
    release: apply,
    health: () => ({ ok: true, detail: "" }),
    watched: () => {},
    start: () => {},
    close: async () => {},
  };
}

function confirmed(name: string): (command: Command) => Promise<Receipt> {
  return async ({ alarm, state }) => ({
    actuator: name,
    alarm,
    state,
    outcome: "confirmed",
    writtenMs: 1,
    confirmedMs: 2,
    detail: "",
  });
}

const toClose: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const part of toClose.splice(0).reverse()) await part.close();
});

describe("the bank of actuators", () => {
  it("has given every command before it returns its promise, and a deadline of its own to each output", () => {
    const given: string[] = [];
    const note = (name: string) => (command: Command) => {
      given.push(`${name} within ${Math.round(command.deadline - command.issuedAt)} ms`);
      return confirmed(name)(command);
    };
    const bank = new ActuatorBank([
      actuatorThat("beacon", note("beacon"), 200),
      actuatorThat("stop", note("stop"), 90),
    ]);
    void bank.fire(["stop", "beacon", "stop"], { ...firing(), state: "active" });
    expect(given).toEqual(["stop within 90 ms", "beacon within 200 ms"]);
  });

  it("answers for an output that hangs, one that throws, one that rejects and one that does not exist", async () => {
    const bank = new ActuatorBank([
      actuatorThat("hangs", () => new Promise(() => {})),
      actuatorThat("throws", () => {
        throw new Error("broken");
      }),
      actuatorThat("rejects", async () => {
        throw new Error("torn");
      }),
      actuatorThat("works", confirmed("works")),
    ]);
    const names = ["hangs", "throws", "rejects", "absent", "works"];
    const receipts = await bank.fire(names, { ...firing(), state: "active" });
    expect(receipts.map(({ actuator, outcome, detail }) => [actuator, outcome, detail])).toEqual([
      ["hangs", "failed", "no receipt within 250 ms"],
      ["throws", "failed", "broken"],
      ["rejects", "failed", "torn"],
      ["absent", "failed", "no actuator of this name is configured"],
      ["works", "confirmed", ""],
    ]);
  });

  it("confirms the working outputs while a silent slave keeps another waiting", async () => {
    const silent = await RogueSlave.start();
    toClose.push(silent);
    const modbus = { kind: "modbus", host: "127.0.0.1", port: silent.port, address: 0 };
    const bank = await ActuatorBank.open(
      [configured({ ...modbus, deadlineMs: AMPLE_MS }), configured({ kind: "beacon", name: "beacon" })],
      deps,
    );
    toClose.push(bank);
    bank.start();
    let silentAnswered = false;
    const both = bank.fire(["stop", "beacon"], { ...firing(), state: "active" }).then((receipts) => {
      silentAnswered = true;
      return receipts;
    });
    const [beacon] = await bank.fire(["beacon"], { ...firing(), state: "active" });
    expect(beacon).toMatchObject({ outcome: "confirmed" });
    expect(silentAnswered).toBe(false);
    await bank.close();
    expect((await both).map(({ outcome }) => outcome)).toEqual(["failed", "confirmed"]);
  });

  it("lets a latched output go by release, not by idle", async () => {
    const bank = await ActuatorBank.open([configured({ kind: "beacon", name: "beacon" })], deps);
    const fire = (state: "active" | "idle") => bank.fire(["beacon"], { ...firing(), state });
    await fire("active");
    expect(await fire("idle")).toMatchObject([{ state: "active" }]);
    expect(await bank.release(["beacon"], firing("another"))).toMatchObject([{ state: "active" }]);
    expect(await bank.release(["beacon"], firing())).toMatchObject([{ state: "idle" }]);
    expect(bank.actuators.map(({ name, state }) => [name, state])).toEqual([["beacon", "idle"]]);
  });

  it("says at opening which certificate cannot be read", async () => {
    const config = configured({ kind: "http", url: "https://127.0.0.1", secret: "env:X", ca: "/nowhere/ca.pem" });
    await expect(ActuatorBank.open([config], deps)).rejects.toThrow(UsageError);
    await expect(ActuatorBank.open([config], deps)).rejects.toThrow(
      /actuators\.stop\.ca: \/nowhere\/ca\.pem cannot be read/,
    );
  });
});
