import { describe, expect, it } from "vitest";
import type { Command, OutputState } from "../../src/actuators/actuator.ts";
import { type Line, type Order, Output } from "../../src/actuators/output.ts";
import { ManualClock } from "../../src/lib/clock.ts";
import { silentLog } from "../../src/observe/log.ts";
import { configured } from "./command.ts";

/** An output on a line that does what a test wants, on a clock that only the test moves. */
function outputOn(drive: Line["drive"], settings: object = {}) {
  const clock = new ManualClock();
  const line: Line = { drive, health: () => ({ ok: true, detail: "" }), start: () => {}, close: async () => {} };
  const output = new Output(configured({ kind: "beacon", ...settings }), line, { clock, log: silentLog });
  const command = (state: OutputState, lifeMs = 100): Command => {
    const issuedAt = clock.now();
    return { alarm: "a", state, issuedAt, deadline: issuedAt + lifeMs, reason: "", camera: "", zone: "" };
  };
  return { clock, output, command };
}

describe("an output", () => {
  it("measures writing and confirming on the monotonic clock, whatever the wall clock does", async () => {
    const { clock, output, command } = outputOn(async (order) => {
      clock.advance(3);
      order.written();
      clock.setWall(0);
      clock.advance(4);
      return "confirmed";
    });
    expect(await output.apply(command("active"))).toMatchObject({
      outcome: "confirmed",
      writtenMs: 3,
      confirmedMs: 7,
    });
  });

  it("calls late what was confirmed after the deadline, and says by how much", async () => {
    const { clock, output, command } = outputOn(async (order) => {
      order.written();
      clock.advance(112);
      return "confirmed";
    });
    expect(await output.apply(command("active"))).toMatchObject({
      outcome: "late",
      writtenMs: 0,
      confirmedMs: 112,
      detail: "done 12 ms after the deadline",
    });
  });

  it("tells its line from the deadline on that an order is dead", async () => {
    const { clock, output, command } = outputOn(async (order) => {
      expect(order.dead).toBe("");
      clock.advance(100);
      throw new Error(order.dead);
    });
    expect(await output.apply(command("active"))).toMatchObject({
      outcome: "failed",
      detail: "the deadline passed before it could be written",
    });
  });

  it("answers for a line that never does", async () => {
    const { output, command } = outputOn(() => new Promise(() => {}));
    expect(await output.apply(command("active", 1))).toMatchObject({ outcome: "failed", writtenMs: Number.NaN });
  });

  it("does not let a later idle command carry out an active one that was never written", async () => {
    const driven: boolean[] = [];
    let reachable = false;
    const { output, command } = outputOn(async (order) => {
      if (!reachable) throw new Error("away");
      driven.push(order.energised);
      order.written();
      return "confirmed";
    });
    expect(await output.apply(command("active"))).toMatchObject({ outcome: "failed" });
    reachable = true;
    expect(await output.apply(command("idle"))).toMatchObject({ state: "idle", outcome: "confirmed" });
    expect(driven).toEqual([false]);
  });

  it("keeps holding what was written and not confirmed: it may well be on", async () => {
    const { output, command } = outputOn(async (order) => {
      order.written();
      throw new Error("no answer");
    });
    expect(await output.apply(command("active"))).toMatchObject({ outcome: "failed" });
    expect(await output.apply(command("idle"))).toMatchObject({ state: "active" });
  });

  it("does not write the idle state of its start over a command that came first", async () => {
    const driven: string[] = [];
    const drive = async (order: Order) => {
      driven.push(order.command.state);
      order.written();
      return "confirmed" as const;
    };
    const { output, command } = outputOn(drive, { polarity: "energise-to-run" });
    await output.apply(command("active"));
    output.start();
    await output.apply(command("idle"));
    expect(driven).toEqual(["active", "active"]);
  });

  it("settles what is pending when it is closed", async () => {
    const { output, command } = outputOn(() => new Promise(() => {}));
    const pending = output.apply(command("active", 1_000_000));
    await output.close();
    expect(await pending).toMatchObject({ outcome: "failed" });
  });
});
