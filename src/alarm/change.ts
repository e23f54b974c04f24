import type { Monotonic } from "../lib/clock.ts";

/**
 * One step of an alarm.
 * `suspected` tier 1 · `confirmed` tier 2 · `recovered` got up within the grace period: near miss, tier 2 cancelled ·
 * `down` found lying without a seen fall (acts as tier 2) · `acknowledged` a person took notice · `cleared` over.
 */
export const CHANGES = ["suspected", "confirmed", "recovered", "down", "acknowledged", "cleared"] as const;
export type ChangeKind = (typeof CHANGES)[number];

/** 1: beacon, siren, slow-down. 2: stop request, call for help. */
export type Tier = 1 | 2;

/** The measured reasons of a change, so that a person can see why it fired. */
export interface Why {
  /** One sentence in plain words. */
  text: string;
  /** Frames that voted for the change, and frames asked. */
  votes: number;
  asked: number;
  fall: number;
  fallen: number;
  lying: number;
  /** Degrees from vertical; NaN when not visible. */
  torsoAngle: number;
  /** Picture heights per second, downwards; NaN when unknown. */
  dropSpeed: number;
  /** Keypoints visible in the deciding frame. */
  visible: number;
}

export interface AlarmChange {
  readonly kind: ChangeKind;
  readonly camera: string;
  readonly zone: string;
  /** The machine that the zone guards, if any. */
  readonly machine: string | undefined;
  /** Names of the actuators that the zone asks for, per tier. */
  readonly actions: { readonly tier1: readonly string[]; readonly tier2: readonly string[] };
  readonly track: number;
  /** Capture time of the deciding frame (monotonic ms). */
  readonly at: Monotonic;
  /** Wall time of the same frame, ms since 1970 UTC. */
  readonly wallTime: number;
  /** The deciding score 0..1. */
  readonly score: number;
  /** Names one alarm from its first change to `cleared`. */
  readonly alarm: string;
  readonly tier: Tier | undefined;
  readonly why: Why;
}
