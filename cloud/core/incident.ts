import type { CHANGE_KINDS, Event, Evidence, FallChange, ReceiptEntry } from "../../src/event/event.ts";
import { explain } from "../../src/event/explain.ts";
import { known } from "./counting.ts";
import { digest } from "./keys.ts";

export const STATES = ["active", "acknowledged", "cleared"] as const;
/** `suspected` tier 1 that came to nothing more · `nearMiss` got up within the grace period · `fall` tier 2. */
export const SEVERITIES = ["suspected", "nearMiss", "fall"] as const;
export const OUTCOMES = ["true", "false", "drill"] as const;

export type IncidentState = (typeof STATES)[number];
export type Severity = (typeof SEVERITIES)[number];
/** What people found: a fall · a false alarm · an exercise. */
export type Outcome = (typeof OUTCOMES)[number];

/** What the device told, one per event. Times in ms; null: not known. */
export interface Step {
  /** The event's id; its full bytes, with the skeleton, lie under it. */
  readonly event: string;
  readonly sequence: number;
  readonly kind: (typeof CHANGE_KINDS)[number] | "unknown" | "receipts";
  /** When the device made the event: wall clock, and the clock that never goes back within one `boot`. */
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly boot: number;
  readonly receivedAt: number;
  /** Only of changes. */
  readonly frameAgeMs?: number;
  readonly score?: number;
  /** One sentence for people. */
  readonly why?: string;
  /** The numbers behind it, as `Evidence` tells them; absent where there are only words. */
  readonly evidence?: Measured;
  readonly stages?: FallChange["stages"];
  readonly skeleton?: boolean;
  readonly receipts?: readonly OutputReceipt[];
}

export interface Measured extends Omit<Evidence, "text" | "torsoAngle" | "dropSpeed"> {
  readonly torsoAngle: number | null;
  readonly dropSpeed: number | null;
}

export interface OutputReceipt extends Omit<ReceiptEntry, "writtenMs" | "confirmedMs"> {
  readonly writtenMs: number | null;
  readonly confirmedMs: number | null;
}

/** What a person did about it. */
export interface Action {
  readonly kind: "acknowledge" | "shelve" | "unshelve" | "clear" | "note";
  readonly by: string;
  /** ms since 1970, on the cloud's clock. */
  readonly at: number;
  readonly reason: string;
  readonly outcome?: Outcome;
  /** Of `shelve`: ms since 1970. */
  readonly until?: number;
}

/** What is written down of an incident; everything else follows from it. */
export interface IncidentFacts {
  readonly id: string;
  readonly tenant: string;
  readonly site: string;
  /** The line at the time; empty: not said. */
  readonly line: string;
  readonly device: string;
  readonly epoch: number;
  readonly camera: string;
  readonly zone: string;
  /** The machine that the zone guards; empty: none. */
  readonly machine: string;
  /** The device's name for it. */
  readonly alarm: string;
  /** In the order of their sequence. */
  readonly steps: readonly Step[];
  /** In the order of their time. */
  readonly actions: readonly Action[];
}

/**
 * What the cloud shows to people of one alarm, from its first suspicion until it is over.
 *
 *   suspected ─► confirmed ─► acknowledged ─► cleared        fall:      active → acknowledged → cleared
 *   suspected ─► recovered                                   nearMiss:  active → cleared
 *   suspected ─► cleared (left the view)                     suspected: active → cleared
 */
export interface Incident extends IncidentFacts {
  readonly severity: Severity;
  readonly state: IncidentState;
  /** Capture of its first frame by the device's clock, ms since 1970. */
  readonly since: number;
  readonly acknowledged?: { readonly by: string; readonly at: number; readonly where: "device" | "cloud" };
  /** Found by people; the latest word counts. */
  readonly outcome?: Outcome;
  readonly clearedAt?: number;
  /** Out of sight and silent until then, ms since 1970; whoever reads compares with the time. */
  readonly shelvedUntil?: number;
}

/** A device that repeats itself without end does not fill the store: an alarm has a handful of steps. */
const MAX_STEPS = 200;

/** The same alarm has the same id whichever of its events comes first. */
export function incidentId(tenant: string, event: Event, alarm: string): string {
  return digest(tenant, event.device, String(event.epoch), alarm);
}

/** The facts with what one event tells; the same for the same events in any order. */
export function withStep<Facts extends IncidentFacts>(facts: Facts, step: Step): Facts {
  if (facts.steps.some(({ event }) => event === step.event)) return facts;
  const steps = [...facts.steps, step].sort((a, b) => a.sequence - b.sequence || (a.event < b.event ? -1 : 1));
  return { ...facts, steps: steps.slice(0, MAX_STEPS) };
}

/** What follows from the facts. */
export function settle(facts: IncidentFacts): Incident {
  const { steps, actions } = facts;
  const told = (...kinds: Step["kind"][]) => steps.find(({ kind }) => kinds.includes(kind));
  const did = (kind: Action["kind"]) => actions.find((action) => action.kind === kind);
  const severity = told("confirmed", "down") ? "fall" : told("recovered") ? "nearMiss" : "suspected";
  const ended = told("cleared") ?? (severity === "nearMiss" ? told("recovered") : undefined);
  const clearedAt = ended?.wallMs ?? did("clear")?.at;
  const acknowledged = acknowledgement(facts);
  const outcome = actions.findLast((action) => action.outcome !== undefined)?.outcome;
  const shelved = actions.findLast(({ kind }) => kind === "shelve" || kind === "unshelve");
  const { id, tenant, site, line, device, epoch, camera, zone, machine, alarm } = facts;
  return {
    ...{ id, tenant, site, line, device, epoch, camera, zone, machine, alarm, steps, actions, severity },
    state: clearedAt !== undefined ? "cleared" : acknowledged ? "acknowledged" : "active",
    since: Math.min(...steps.map(({ wallMs, frameAgeMs = 0 }) => Math.round(wallMs - frameAgeMs))),
    ...(acknowledged ? { acknowledged } : {}),
    ...(outcome ? { outcome } : {}),
    ...(clearedAt === undefined ? {} : { clearedAt }),
    ...(shelved?.until === undefined ? {} : { shelvedUntil: shelved.until }),
  };
}

function acknowledgement({ steps, actions }: IncidentFacts): Incident["acknowledged"] {
  const step = steps.find(({ kind }) => kind === "acknowledged");
  const action = actions.find(({ kind }) => kind === "acknowledge");
  if (action && !(step && step.wallMs <= action.at)) return { by: action.by, at: action.at, where: "cloud" };
  // The device says it as a sentence (src/alarm/alarm.ts).
  const by = step?.why?.replace(/^acknowledged by /, "") ?? "";
  return step && { by, at: step.wallMs, where: "device" };
}

/** An event about an alarm as a step; undefined for other events. */
export function stepOf(event: Event, receivedAt: number): Step | undefined {
  const { body, id, sequence, clock } = event;
  const { wallMs, monotonicMs, boot } = clock;
  const common = { event: id, sequence, wallMs, monotonicMs, boot, receivedAt };
  if (body.type === "actionReceipts") return { ...common, kind: "receipts", receipts: body.receipts.map(receipt) };
  if (body.type !== "fallChange") return undefined;
  return {
    ...common,
    kind: body.kind,
    frameAgeMs: body.frameAgeMs,
    score: body.score,
    why: explain(body),
    ...(body.why.text === "" ? { evidence: measured(body.why) } : {}),
    stages: body.stages,
    skeleton: body.skeleton !== undefined,
    receipts: body.receipts.map(receipt),
  };
}

function measured({ text: _, torsoAngle, dropSpeed, ...rest }: Evidence): Measured {
  return { ...rest, torsoAngle: known(torsoAngle), dropSpeed: known(dropSpeed) };
}

function receipt(of: ReceiptEntry): OutputReceipt {
  return { ...of, writtenMs: known(of.writtenMs), confirmedMs: known(of.confirmedMs) };
}
