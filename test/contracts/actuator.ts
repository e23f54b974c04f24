import { afterEach, describe, expect, it, vi } from "vitest";
import type { Actuator } from "../../src/actuators/actuator.ts";
import { AMPLE_MS, BRIEF_MS, command, LONGER_MS } from "../actuators/command.ts";
import type { Gate } from "../fakes/gate.ts";

/** An output with its other side. */
export interface Wired {
  readonly actuator: Actuator;
  /** Levels that the other side has taken, first to last; true is energised. */
  levels(): boolean[];
  /** What the actuator's connection passes through; absent for an output without an other side. */
  readonly gate?: Gate;
  close(): Promise<void>;
}

/** `done`: how it reports success · `local`: there is no other side that could be away. */
interface Traits {
  readonly done?: "confirmed" | "commanded";
  readonly local?: boolean;
}

/** What every actuator does, whatever wire it hangs on. `wire` connects a new one with these settings; it is not started. */
export function describeActuator(
  kind: string,
  wire: (settings: { polarity?: string; latching?: boolean }) => Promise<Wired>,
  { done = "confirmed", local = false }: Traits = {},
): void {
  describe(`${kind} as an actuator`, () => {
    let wired: Wired;
    const start = async (settings: Parameters<typeof wire>[0] = {}): Promise<Actuator> => {
      wired = await wire(settings);
      wired.actuator.start();
      await vi.waitUntil(() => wired.actuator.health().ok, { timeout: AMPLE_MS });
      return wired.actuator;
    };
    const changes = () => wired.levels().filter((level, i, all) => level !== all[i - 1]);
    const settled = (...levels: boolean[]) =>
      vi.waitFor(() => expect(changes()).toEqual(levels), { timeout: AMPLE_MS, interval: 10 });

    afterEach(async () => {
      await wired.actuator.close();
      await wired.close();
    });

    it(`carries out a command and answers "${done}" with its times`, async () => {
      const actuator = await start();
      const receipt = await actuator.apply(command("active", AMPLE_MS));
      expect(receipt).toMatchObject({ actuator: "stop", alarm: "alarm-1", state: "active", outcome: done, detail: "" });
      expect(receipt.writtenMs).toBeGreaterThanOrEqual(0);
      if (done === "confirmed") expect(receipt.confirmedMs).toBeGreaterThanOrEqual(receipt.writtenMs);
      else expect(receipt.confirmedMs).toBeNaN();
      expect(actuator.state).toBe("active");
      await settled(true);
    });

    it("carries out commands in the order in which they were given", async () => {
      const actuator = await start({ latching: false });
      const states = ["active", "idle", "active", "idle", "active"] as const;
      const receipts = await Promise.all(states.map((state) => actuator.apply(command(state, AMPLE_MS))));
      expect(receipts.map((receipt) => receipt.state)).toEqual(states);
      expect(receipts.map((receipt) => receipt.outcome)).not.toContain("failed");
      await settled(true, false, true, false, true);
    });

    it("stays active until a reset when it latches", async () => {
      const actuator = await start();
      await actuator.apply(command("active", AMPLE_MS));
      expect(await actuator.apply(command("idle", AMPLE_MS))).toMatchObject({ state: "active", outcome: done });
      await settled(true);
      expect(await actuator.release(command("idle", AMPLE_MS))).toMatchObject({ state: "idle", outcome: done });
      await settled(true, false);
    });

    it("stays active while another alarm holds it", async () => {
      const actuator = await start({ latching: false });
      await actuator.apply(command("active", AMPLE_MS, "first"));
      await actuator.apply(command("active", AMPLE_MS, "second"));
      expect(await actuator.apply(command("idle", AMPLE_MS, "first"))).toMatchObject({ state: "active" });
      await settled(true);
      expect(await actuator.apply(command("idle", AMPLE_MS, "second"))).toMatchObject({ state: "idle" });
      await settled(true, false);
    });

    it("is energised while all is well, when it is energise-to-run, and let go at close", async () => {
      const actuator = await start({ polarity: "energise-to-run" });
      await settled(true);
      await actuator.apply(command("active", AMPLE_MS));
      await settled(true, false);
      await actuator.release(command("idle", AMPLE_MS));
      await settled(true, false, true);
      await actuator.close();
      await settled(true, false, true, false);
    });

    it("does not carry out a command that is already dead", async () => {
      const actuator = await start();
      const receipt = await actuator.apply(command("active", -1));
      expect(receipt).toMatchObject({ outcome: "failed", writtenMs: Number.NaN, confirmedMs: Number.NaN });
      expect(receipt.detail).toMatch(/deadline/);
      await actuator.apply(command("idle", AMPLE_MS));
      await settled(false);
    });

    it("answers commands after its close instead of throwing, and can be closed twice", async () => {
      const actuator = await start();
      await actuator.close();
      await actuator.close();
      expect(await actuator.apply(command("active", AMPLE_MS))).toMatchObject({ outcome: "failed", detail: "closed" });
      expect(wired.levels()).toEqual([]);
    });

    if (local) return;

    it("never carries out a command that died while the other side was away", async () => {
      const actuator = await start({ latching: false });
      await wired.gate!.shut();
      const receipt = await actuator.apply(command("active", BRIEF_MS));
      expect(receipt).toMatchObject({ outcome: "failed" });
      expect(receipt.detail).not.toBe("");
      expect(actuator.health().ok).toBe(false);
      await wired.gate!.open();
      expect(await actuator.apply(command("idle", AMPLE_MS))).toMatchObject({ state: "idle", outcome: done });
      await settled(false);
    });

    it("never carries out a command that died on its way, however late the network delivers it", async () => {
      const actuator = await start({ latching: false });
      wired.gate!.freeze();
      const receipt = await actuator.apply(command("active", LONGER_MS));
      expect(receipt).toMatchObject({ outcome: "failed" });
      expect(receipt.writtenMs).toBeGreaterThanOrEqual(0);
      await wired.gate!.thaw();
      expect(await actuator.apply(command("idle", AMPLE_MS))).toMatchObject({ state: "idle", outcome: done });
      await settled(false);
    });

    it("carries out a command that was given while the other side was away and is still alive", async () => {
      const actuator = await start();
      await wired.gate!.shut();
      const receipt = actuator.apply(command("active", AMPLE_MS));
      await wired.gate!.open();
      expect(await receipt).toMatchObject({ state: "active", outcome: done });
      await settled(true);
    });
  });
}
