import type { Envelope } from "../../cloud/core/door.ts";
import type { IngestPorts } from "../../cloud/core/ingest.ts";
import { MemoryPush } from "../../cloud/stores/memory-push.ts";
import { MemoryStore } from "../../cloud/stores/memory-store.ts";
import { encode } from "../../src/event/encode.ts";
import type { Body, Event, FallChange, ReceiptEntry } from "../../src/event/event.ts";
import { EventMaker } from "../../src/event/make.ts";
import { ManualClock } from "../../src/lib/clock.ts";
import { fallChange } from "../event/samples.ts";

export const NOON = Date.UTC(2026, 5, 1, 12);
export const ACME = "acme";

/** A cloud's parts in memory, with a clock moved by hand. */
export function cloud(adopt: IngestPorts["adopt"] = { tenant: ACME, site: "north" }) {
  const time = new ManualClock(0, NOON);
  const clock = { now: () => time.wall(), advance: (ms: number) => time.advance(ms) };
  return { store: new MemoryStore(), push: new MemoryPush(), clock, adopt };
}

/** A device that makes events and hands them over as the broker would. */
export class SimulatedDevice {
  readonly name: string;
  readonly clock = new ManualClock(60_000, NOON);
  readonly #maker: EventMaker;
  #sequence = 0;

  constructor(name = "hall-2", epoch = 1_000_003) {
    this.name = name;
    this.#maker = new EventMaker({
      device: name,
      epoch,
      boot: 1,
      clock: this.clock,
      sync: () => "synced",
      sequence: () => ++this.#sequence,
    });
  }

  event(body: Body): Event<Body> {
    this.clock.advance(1_000);
    return this.#maker.make(body);
  }

  /** Each body as an event in an envelope. */
  send(...bodies: Body[]): Envelope[] {
    return bodies.map((body) => this.envelope(encode(this.event(body))));
  }

  envelope(bytes: Uint8Array, identity = this.name): Envelope {
    return { identity, bytes, receivedAt: NOON + 5_000 };
  }

  /** Counts events that never come. */
  lose(events: number): void {
    this.#sequence += events;
  }
}

export function change(kind: FallChange["kind"], more: Partial<FallChange> = {}): FallChange {
  return fallChange({ kind, tier: kind === "suspected" ? 1 : 2, ...more });
}

export function receipts(alarm = "press-3-1", more: Partial<ReceiptEntry> = {}): Body {
  const receipt = { actuator: "press", state: "active" as const, outcome: "confirmed" as const, detail: "" };
  return {
    type: "actionReceipts",
    alarm,
    camera: "press-3",
    zone: "infeed",
    receipts: [{ ...receipt, writtenMs: 1.2, confirmedMs: 4.5, ...more }],
  };
}

export function heartbeat(more: Partial<Extract<Body, { type: "heartbeat" }>> = {}): Body {
  return {
    type: "heartbeat",
    uptimeS: 60,
    version: "0.1.0",
    models: ["person@1"],
    cameras: [{ camera: "press-3", state: "armed", decisionP50Ms: 40, decisionP99Ms: 90, frames: { decided: 450 } }],
    outboxEvents: 0,
    outboxOldestS: 0,
    ...more,
  };
}

export function state(to: "armed" | "degraded" | "blind" | "fault", camera = "press-3", reason = ""): Body {
  return { type: "cameraState", camera, state: to, reason };
}
