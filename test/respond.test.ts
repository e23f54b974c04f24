import { describe, expect, it } from "vitest";
import type { Receipt } from "../src/actuators/actuator.ts";
import type { AlarmChange, ChangeKind } from "../src/alarm/change.ts";
import { ManualClock } from "../src/lib/clock.ts";
import { silentLog } from "../src/observe/log.ts";
import { Metrics } from "../src/observe/metrics.ts";
import { Respond, type Response } from "../src/respond.ts";

const place = { tier1: ["lamp"], tier2: ["stop"] };

function change(kind: ChangeKind): AlarmChange {
  const why = {
    text: "falling",
    votes: 3,
    asked: 5,
    fall: 0.9,
    fallen: 0,
    lying: 0.8,
    torsoAngle: 80,
    dropSpeed: 1,
    visible: 17,
  };
  return {
    kind,
    camera: "hall",
    zone: "press",
    machine: "press-1",
    actions: place,
    track: 1,
    at: 1_000,
    wallTime: 0,
    score: 0.9,
    alarm: "hall-1",
    tier: 2,
    why,
  };
}

const confirmed = (actuator: string): Receipt => ({
  actuator,
  alarm: "hall-1",
  state: "active",
  outcome: "confirmed",
  writtenMs: 1,
  confirmedMs: 5,
  detail: "",
});

function scene({ hang = false, full = false } = {}) {
  const steps: string[] = [];
  const responses: Response[] = [];
  const order = (verb: string) => (names: readonly string[], firing: { alarm: string; state?: string }) => {
    steps.push(`${verb} ${names.join("+")}${firing.state ? ` ${firing.state}` : ""}`);
    return hang ? new Promise<Receipt[]>(() => {}) : Promise.resolve(names.map(confirmed));
  };
  const keep = (what: string) => async () => {
    steps.push(what);
    if (full) throw new Error("disk full");
  };
  const respond = new Respond({
    outputs: { fire: order("fire"), release: order("release") },
    recorder: { change: keep("record change"), receipts: keep("record receipts") },
    clock: new ManualClock(1_020),
    metrics: new Metrics(),
    log: silentLog,
    onResponse: (response) => responses.push(response),
  });
  const to = (kind: ChangeKind, reset = false) =>
    respond.to({ change: change(kind), times: {}, trail: undefined, tier: 0, cameraOffsetMs: Number.NaN }, reset);
  return { respond, to, steps, responses };
}

describe("the response to a change", () => {
  it("commands the outputs before anything is written to disk", async () => {
    const { to, steps, respond } = scene();
    to("confirmed");
    expect(steps).toEqual(["fire lamp+stop active", "record change"]);
    await respond.settled();
    expect(steps).toEqual(["fire lamp+stop active", "record change", "record receipts"]);
  });

  it.each<[ChangeKind, string | undefined]>([
    ["suspected", "fire lamp active"],
    ["confirmed", "fire lamp+stop active"],
    ["down", "fire lamp+stop active"],
    ["recovered", "fire lamp idle"],
    ["cleared", "fire lamp+stop idle"],
    ["acknowledged", undefined],
  ])("to %s orders: %s", (kind, wanted) => {
    const { to, steps } = scene();
    to(kind);
    expect(steps[0]).toBe(wanted ?? "record change");
  });

  it("to a person's reset lets go of latched outputs", () => {
    const { to, steps } = scene();
    to("cleared", true);
    expect(steps[0]).toBe("release lamp+stop");
  });

  it("records the change although an output never answers", () => {
    const { to, steps } = scene({ hang: true });
    to("confirmed");
    expect(steps).toContain("record change");
  });

  it("still answers with its receipts when the disk is full", async () => {
    const { to, responses, respond } = scene({ full: true });
    to("confirmed");
    await respond.settled();
    expect(responses[0]?.receipts).toHaveLength(2);
  });

  it("tells the time from the frame's capture to the last confirmed output", async () => {
    const { to, responses, respond } = scene();
    to("confirmed");
    await respond.settled();
    expect(responses[0]?.actedMs).toBe(25);
  });
});
