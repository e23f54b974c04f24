import type { AlarmConfig } from "../config/schema.ts";
import type { Monotonic } from "../lib/clock.ts";
import type { Person } from "../vision/person.ts";
import type { Why } from "./change.ts";
import { Votes } from "./votes.ts";

/** A longer pause between frames than this makes earlier votes worthless, ms. */
const FORGET_AFTER_MS = 1_500;
/** Of the frames in the dwell of `down`, this share must show somebody lying. */
const DOWN_SHARE = 0.8;
/**
 * Weight of the newest frame in the average detection score: a body is harder to see lying than it was standing, so trust is lost more
 * slowly than it is won.
 */
const TRUST_WON = 0.15;
const TRUST_LOST = 0.03;
/** Of the average score that an alarm needs, a single frame must have this share to say that somebody falls. */
const SEEN_SHARE = 0.5;
/** Average score of somebody whose past is unknown that an alarm needs at least: no history makes up for a bad view. */
const SURE = 0.7;
/** A box this near to a side of the picture, in picture widths, may belong to somebody who leaves. */
const SIDE = 0.02;
/** A posture this likely counts as standing or sitting again. */
const UPRIGHT = 0.5;

export type Verdict = "suspected" | "confirmed" | "recovered" | "down" | "cleared";

export interface Judgement {
  verdict: Verdict;
  score: number;
  why: Why;
}

/**
 * One tracked person on the way to the ground.
 *
 * ```
 *            fall votes            lying votes, after confirmAfterS
 *  watching ───────────► suspected ───────────────────────────────► fallen ──┐ upright for clearAfterS
 *     ▲  │                 │   │                                      ▲      │
 *     │  └─ lying for down.afterS, no fall seen: `down` ───────────────┘      │
 *     └── upright votes within recoverWithinS: `recovered` (near miss)       │
 *     └── neither by then: `cleared`                                         │
 *     └──────────────────────────────────────────────────────────────────────┘
 * ```
 */
export class Subject {
  readonly #config: AlarmConfig;
  readonly #falling: Votes;
  readonly #lying: Votes;
  readonly #upright: Votes;
  #state: "watching" | "suspected" | "fallen" = "watching";
  #suspectedAt: Monotonic = 0;
  /** Start of the present dwell on the ground, frames in it and those that showed lying. */
  #dwellFrom: Monotonic | undefined;
  #dwellFrames = 0;
  #dwellLying = 0;
  #uprightSince: Monotonic | undefined;
  /** Average detection score: clutter that is taken for a person now and then stays low. */
  #trust: number;
  /** Frames in which this person was upright. */
  #stood = 0;
  /** Id of the alarm this person caused and is still in, if any. */
  alarm: string | undefined;
  lastSeen: Monotonic;
  last: Person;

  /** `before`: the same person under another track, as far as one can tell. */
  constructor(config: AlarmConfig, person: Person, at: Monotonic, before?: Subject) {
    this.#config = config;
    this.#falling = new Votes(config.tier1.asked);
    this.#lying = new Votes(config.tier2.asked);
    this.#upright = new Votes(config.tier1.asked);
    this.last = person;
    this.lastSeen = at;
    this.#trust = Math.max(person.score, before ? before.#trust : 0);
    this.#stood = before ? before.#stood : 0;
  }

  get state(): "watching" | "suspected" | "fallen" {
    return this.#state;
  }

  /**
   * Judges one frame in which the person was really seen. `mayLie`: the place allows lying, so nothing is raised or confirmed there.
   * `mayHaveStood`: the camera has only begun to see, so that nobody knows what this person did before.
   */
  see(person: Person, at: Monotonic, mayLie: boolean, mayHaveStood: boolean): Judgement | undefined {
    if (at - this.lastSeen > FORGET_AFTER_MS) this.#forget();
    this.last = person;
    this.lastSeen = at;
    const { fall, fallen, upright } = person.posture;
    const grounded = fall + fallen;
    const isSeen = person.score >= SEEN_SHARE * this.#config.minScore;
    this.#falling.push(isSeen && fall >= this.#config.tier1.score);
    this.#lying.push(grounded >= this.#config.tier2.score);
    this.#upright.push(upright >= UPRIGHT);
    this.#trust += (person.score > this.#trust ? TRUST_WON : TRUST_LOST) * (person.score - this.#trust);
    if (upright >= UPRIGHT) this.#stood += 1;
    this.#dwell(fallen >= this.#config.tier2.score || (person.lying >= 0.5 && fallen >= person.posture.upright), at);
    this.#uprightSince = upright >= UPRIGHT ? (this.#uprightSince ?? at) : undefined;
    return this.#next(person, at, grounded, mayLie, mayHaveStood);
  }

  /**
   * Judges a frame in which the person was not seen. That is no evidence of a fall; but somebody who went down and was last seen lying,
   * away from the sides of the picture, has not got up or left by being hard to see: eyes fail on the floor.
   */
  miss(at: Monotonic, mayLie: boolean): Judgement | undefined {
    this.#falling.push(false);
    const { confirmAfterS, tier2 } = this.#config;
    const { box, posture } = this.last;
    const waited = (at - this.#suspectedAt) / 1000;
    if (this.#state !== "suspected" || mayLie || waited < confirmAfterS || this.#lying.yes < tier2.needed)
      return undefined;
    if (box.x1 < SIDE || box.x2 > 1 - SIDE) return undefined;
    this.#state = "fallen";
    return {
      verdict: "confirmed",
      score: posture.fall + posture.fallen,
      why: why("confirmed", this.last, this.#lying),
    };
  }

  #next(person: Person, at: Monotonic, grounded: number, mayLie: boolean, mayHaveStood: boolean) {
    const { tier1, tier2, confirmAfterS, recoverWithinS, down, clearAfterS } = this.#config;
    const judged = (verdict: Verdict, votes: Votes, score: number) => {
      const told = { verdict, score, why: why(verdict, person, votes) };
      if (verdict === "recovered" || verdict === "cleared") this.#rest();
      return told;
    };
    switch (this.#state) {
      case "watching":
        if (mayLie) return undefined;
        if (this.#falling.yes >= tier1.needed && this.#isTrusted(mayHaveStood)) {
          this.#state = "suspected";
          this.#suspectedAt = at;
          return judged("suspected", this.#falling, person.posture.fall);
        }
        if (
          this.#dwellFrom !== undefined &&
          at - this.#dwellFrom >= down.afterS * 1000 &&
          this.#trust >= down.minScore
        ) {
          this.#state = "fallen";
          return judged("down", this.#lying, grounded);
        }
        return undefined;
      case "suspected": {
        const waited = (at - this.#suspectedAt) / 1000;
        if (!mayLie && waited >= confirmAfterS && this.#lying.yes >= tier2.needed) {
          this.#state = "fallen";
          return judged("confirmed", this.#lying, grounded);
        }
        // Getting up must outweigh lying: upright frames of a detector that flickers (legs in the air look like somebody standing) cancel nothing.
        if (this.#upright.yes >= tier1.needed && this.#upright.yes > this.#lying.yes && waited >= 0.3) {
          return judged("recovered", this.#upright, person.posture.upright);
        }
        if (waited >= recoverWithinS) {
          return judged("cleared", this.#lying, grounded);
        }
        return undefined;
      }
      case "fallen":
        if (this.#uprightSince !== undefined && at - this.#uprightSince >= clearAfterS * 1000) {
          return judged("cleared", this.#upright, person.posture.upright);
        }
        return undefined;
    }
  }

  /** Whether what was seen of this person so far makes a fall believable. */
  #isTrusted(mayHaveStood: boolean): boolean {
    const { minScore, stoodBefore } = this.#config;
    if (this.#stood >= stoodBefore) return this.#trust >= minScore;
    return mayHaveStood && this.#trust >= Math.max(minScore, SURE);
  }

  /** Whether this person, gone from view while suspected, has been missing for the whole grace period. */
  lostFor(at: Monotonic): number {
    return (at - this.lastSeen) / 1000;
  }

  #dwell(lies: boolean, at: Monotonic): void {
    if (this.#dwellFrom === undefined) {
      if (!lies) return;
      this.#dwellFrom = at;
      this.#dwellFrames = 0;
      this.#dwellLying = 0;
    }
    this.#dwellFrames += 1;
    this.#dwellLying += lies ? 1 : 0;
    // A few frames of grace at the start, then the share must hold all the time.
    if (this.#dwellLying < DOWN_SHARE * this.#dwellFrames - 2) this.#dwellFrom = undefined;
  }

  #rest(): void {
    this.#state = "watching";
    this.#forget();
  }

  #forget(): void {
    this.#falling.clear();
    this.#lying.clear();
    this.#upright.clear();
    this.#dwellFrom = undefined;
    this.#uprightSince = undefined;
  }
}

function why(verdict: Verdict, person: Person, votes: Votes): Why {
  let visible = 0;
  for (let k = 0; k < 17; k += 1) if ((person.keypoints[k * 3 + 2] as number) >= 0.3) visible += 1;
  const { fall, fallen } = person.posture;
  return {
    text: sentence(verdict, person, votes),
    votes: votes.yes,
    asked: votes.cast,
    fall,
    fallen,
    lying: person.lying,
    torsoAngle: person.torsoAngle,
    dropSpeed: person.dropSpeed,
    visible,
  };
}

const LEAD: Record<Verdict, string> = {
  suspected: "falling",
  confirmed: "on the ground after a fall",
  down: "lying, without a seen fall",
  recovered: "got up again",
  cleared: "no longer on the ground",
};

function sentence(verdict: Verdict, person: Person, votes: Votes): string {
  const parts = [`${LEAD[verdict]} in ${votes.yes} of ${votes.cast} frames`];
  if (Number.isFinite(person.torsoAngle)) parts.push(`torso ${Math.round(person.torsoAngle)}° from upright`);
  if (Number.isFinite(person.dropSpeed) && person.dropSpeed > 0.1)
    parts.push(`dropping ${person.dropSpeed.toFixed(1)} picture heights/s`);
  return parts.join(", ");
}
