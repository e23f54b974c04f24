import type { Body, Event, FallChange } from "../../src/event/event.ts";
import { EventMaker } from "../../src/event/make.ts";
import { ManualClock } from "../../src/lib/clock.ts";

/** An event as a device would make it. */
export function event(body: Body = fallChange()): Event<Body> {
  let sequence = 0;
  return new EventMaker({
    device: "hall-2",
    epoch: 1_000_003,
    boot: 2,
    clock: new ManualClock(5_000, Date.UTC(2026, 5, 1)),
    sync: () => "synced",
    sequence: () => ++sequence,
  }).make(body);
}

export function fallChange(changes: Partial<FallChange> = {}): FallChange {
  return {
    type: "fallChange",
    kind: "suspected",
    tier: 1,
    camera: "press-3",
    zone: "infeed",
    machine: "press-3",
    track: 7,
    alarm: "press-3-1",
    frameAgeMs: 40,
    score: 0.75,
    why: {
      votes: 3,
      asked: 5,
      fall: 0.75,
      fallen: 0.1,
      lying: 0.3,
      torsoAngle: 61,
      dropSpeed: 0.8,
      visible: 16,
      text: "",
    },
    stages: { decode: 6.5, eyes: 30.1 },
    receipts: [],
    skeleton: undefined,
    ...changes,
  };
}
