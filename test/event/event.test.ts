import { describe, expect, it } from "vitest";
import { sizes } from "../../bench/sizes.ts";
import { decode, MAX_EVENT_BYTES } from "../../src/event/decode.ts";
import { encode, markResent } from "../../src/event/encode.ts";
import { DecodeError } from "../../src/event/errors.ts";
import { explain } from "../../src/event/explain.ts";
import { spotter } from "../../src/event/generated/event.js";
import { event, fallChange } from "./samples.ts";

describe("an event on the wire", () => {
  it("comes back as it was, to the stated rounding", () => {
    const receipts = [
      { actuator: "stop", state: "active", outcome: "confirmed", writtenMs: 0.6, confirmedMs: 14.2, detail: "" },
      {
        actuator: "lamp",
        state: "idle",
        outcome: "failed",
        writtenMs: Number.NaN,
        confirmedMs: Number.NaN,
        detail: "refused",
      },
    ] as const;
    for (const body of [
      fallChange({
        kind: "acknowledged",
        tier: undefined,
        why: { ...fallChange().why, text: "acknowledged by Ada" },
        receipts,
      }),
      fallChange({ why: { ...fallChange().why, torsoAngle: Number.NaN, dropSpeed: Number.NaN } }),
      fallChange({ why: { ...fallChange().why, dropSpeed: -0.25 }, score: 1, machine: "" }),
      fallChange({ cameraOffsetMs: -84 }),
      // A camera that believes it is 1970, and one that is ten years ahead.
      fallChange({ cameraOffsetMs: -1_780_272_000_000 }),
      fallChange({ cameraOffsetMs: 315_360_000_000 }),
      { type: "actionReceipts", alarm: "a", camera: "c", zone: "z", receipts } as const,
      { type: "cameraState", camera: "c", state: "blind", reason: "no frame for 0.8 s" } as const,
      {
        type: "heartbeat",
        uptimeS: 90,
        version: "0.1.0",
        models: ["eyes@1"],
        cameras: [
          {
            camera: "c",
            state: "armed",
            decisionP50Ms: 40.5,
            decisionP99Ms: Number.NaN,
            frames: { decided: 9, failed: 1 },
          },
        ],
        outboxEvents: 3,
        outboxOldestS: 8,
      } as const,
    ]) {
      const made = event(body);
      expect(decode(encode(made))).toEqual(made);
    }
  });

  it("keeps times to 0.1 ms and probabilities to 1/1000", () => {
    const { body } = decode(encode(event(fallChange({ score: 0.91249, stages: { eyes: 31.6499 } }))));
    expect(body).toMatchObject({ score: 0.912, stages: { eyes: 31.6 } });
  });

  it("leaves out sentences that the numbers can make, and makes them when it is read", () => {
    const { body } = decode(encode(event(fallChange({ why: { ...fallChange().why, text: "a long sentence" } }))));
    if (body.type !== "fallChange") throw new Error("another kind");
    expect(body.why.text).toBe("");
    expect(explain(body)).toBe(
      "3 of 5 frames, fall 75 %, lying 30 %, torso 61° from vertical, hips moving down 0.8 picture heights/s, 16 of 17 keypoints visible",
    );
  });

  it("begins a trace of its own, or goes on with the one it is given", () => {
    const own = event();
    expect(own.trace).toEqual({ traceId: own.id.replaceAll("-", ""), parentId: own.id.replaceAll("-", "").slice(16) });
    const given = { ...own, trace: { traceId: "0af7651916cd43dd8448eb211c80319c", parentId: "b7ad6b7169203331" } };
    expect(decode(encode(given)).trace).toEqual(given.trace);
    expect(encode(given).length).toBe(encode(own).length + 26);
  });

  it("is marked as history by two bytes more, without being decoded", () => {
    const bytes = encode(event());
    expect(decode(bytes).resent).toBe(false);
    expect(decode(markResent(bytes))).toEqual({
      ...event(),
      id: decode(bytes).id,
      trace: decode(bytes).trace,
      resent: true,
    });
    expect(markResent(bytes).length).toBe(bytes.length + 2);
  });

  it("of a newer writer is read as far as it is known", () => {
    const { id } = event();
    const field = (number: number, ...bytes: number[]) => [(number << 3) | 2, bytes.length, ...bytes];
    const newer = spotter.v1.Event.encode({ schema: 2, id: encode(event()).subarray(4, 20), device: "d" }).finish();
    const future = decode(Uint8Array.from([...newer, ...field(14, 1, 2, 3)]));
    expect(future).toMatchObject({ schema: 2, device: "d", body: { type: "unknown" } });
    expect(future.id.slice(0, 14)).toBe(id.slice(0, 14));
    const kind = spotter.v1.Event.encode({ schema: 2, id: new Uint8Array(16), fallChange: { kind: 99 as 1 } }).finish();
    expect(decode(kind).body).toMatchObject({ type: "fallChange", kind: "unknown" });
  });

  it("stays below the goals for a metered link", () => {
    for (const { event: name, protobuf, goal } of sizes())
      if (goal > 0) expect(protobuf, name).toBeLessThanOrEqual(goal);
  });

  it("holds names and sentences to a length, so that no event outgrows the broker", () => {
    const detail = "x".repeat(1_000_000);
    const receipts = Array.from({ length: 50 }, () => ({
      ...{ actuator: detail, state: "active" as const, outcome: "failed" as const },
      ...{ writtenMs: 1, confirmedMs: 1, detail },
    }));
    expect(encode(event(fallChange({ receipts, camera: detail }))).length).toBeLessThan(MAX_EVENT_BYTES);
  });
});

describe("bytes that are no event", () => {
  it.each([
    ["nothing", new Uint8Array(), /schema is missing/],
    ["text", new TextEncoder().encode('{"hello":"world"}'), /not a spotter.v1.Event/],
    [
      "an id of the wrong length",
      spotter.v1.Event.encode({ schema: 1, id: new Uint8Array(9) }).finish(),
      /id: 9 bytes, must be 16/,
    ],
    ["too many", new Uint8Array(MAX_EVENT_BYTES + 1), /at most 131072/],
    [
      "a sequence past what JavaScript counts exactly",
      Uint8Array.from([8, 1, 18, 16, ...new Uint8Array(16), 32, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
      /sequence: 18446744073709551615 is beyond 2\^53/,
    ],
  ])("%s: the error says what is wrong", (_, bytes, message) => {
    expect(() => decode(bytes)).toThrow(DecodeError);
    expect(() => decode(bytes)).toThrow(message);
  });
});
