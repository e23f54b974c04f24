import { STAGE_ORDER } from "../../src/event/event.ts";
import type { Incident, OutputReceipt, Step } from "./incident.ts";

/** One thing that happened in an incident. */
export interface Moment {
  readonly what:
    | "frame"
    | "stage"
    | "decision"
    | "output written"
    | "output confirmed"
    | "output failed"
    | "recorded"
    | "received"
    | "action";
  /** The change of alarm, the stage, the output or the action that it is about. */
  readonly of: string;
  /** After the deciding frame of the incident's first change was captured, ms; null: not known. */
  readonly ms: number | null;
  /** Whose clock said so: moments of two clocks are apart by as much as the clocks are. */
  readonly clock: "device" | "cloud";
  /** For people: why, by whom, what went wrong. */
  readonly text: string;
}

/** Decisions end with this stage; commanding the outputs comes after it. */
const COMMAND = "actuate";

/**
 * An incident from frame to acknowledgement, in ms. Stages lie one after the other behind the frame's capture; receipts
 * count from the command, which follows the decision at once. What has no known time comes at the end of its change.
 */
export function timeline(incident: Incident): Moment[] {
  const moments: Moment[] = [];
  let issued: { of: Step; ms: number } | undefined;
  const first = incident.steps.find(({ kind }) => kind !== "receipts");
  const origin = first ? capture(first, first) : incident.since;
  for (const step of incident.steps) {
    if (step.kind !== "receipts") {
      const captured = capture(step, first as Step) - origin;
      const decided = captured + decisionMs(step);
      if (decided > captured) {
        moments.push({ what: "frame", of: step.kind, ms: captured, clock: "device", text: "captured" });
        moments.push(...stages(step, captured));
      }
      issued = { of: step, ms: decided };
      moments.push({ what: "decision", of: step.kind, ms: round(decided), clock: "device", text: step.why ?? "" });
    }
    for (const receipt of step.receipts ?? []) moments.push(output(receipt, issued?.ms));
    if (step.kind === "receipts") continue;
    const recorded = made(step, first as Step) - origin;
    moments.push({ what: "recorded", of: step.kind, ms: round(recorded), clock: "device", text: "" });
    moments.push({ what: "received", of: step.kind, ms: round(step.receivedAt - origin), clock: "cloud", text: "" });
  }
  for (const { kind, by, at, reason } of incident.actions)
    moments.push({ what: "action", of: kind, ms: round(at - origin), clock: "cloud", text: `${by}: ${reason}` });
  return moments;
}

function stages(step: Step, captured: number): Moment[] {
  let ms = captured;
  return STAGE_ORDER.flatMap((stage): Moment[] => {
    const took = stage === COMMAND ? undefined : step.stages?.[stage];
    if (took === undefined) return [];
    ms += took;
    return [{ what: "stage", of: stage, ms: round(ms), clock: "device", text: `${took} ms` }];
  });
}

/** From the frame's capture to the decision, ms. */
export function decisionMs({ stages = {} }: Step): number {
  return STAGE_ORDER.reduce((sum, stage) => sum + (stage === COMMAND ? 0 : (stages[stage] ?? 0)), 0);
}

function output(
  { actuator, outcome, writtenMs, confirmedMs, detail }: OutputReceipt,
  issued: number | undefined,
): Moment {
  const took = confirmedMs ?? writtenMs;
  const what = outcome === "failed" ? "output failed" : confirmedMs === null ? "output written" : "output confirmed";
  const ms = took === null || issued === undefined ? null : round(issued + took);
  return { what, of: actuator, ms, clock: "device", text: detail === "" ? outcome : `${outcome}: ${detail}` };
}

/** When the device made the event, ms on the scale of `first`'s wall clock: a clock that is set in between moves nothing. */
function made(step: Step, first: Step): number {
  return step.boot === first.boot ? first.wallMs + step.monotonicMs - first.monotonicMs : step.wallMs;
}

function capture(step: Step, first: Step): number {
  return made(step, first) - (step.frameAgeMs ?? 0);
}

const round = (ms: number) => Math.round(ms * 10) / 10;
