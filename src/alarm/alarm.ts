import type { AlarmConfig, CameraConfig } from "../config/schema.ts";
import type { Monotonic } from "../lib/clock.ts";
import type { Person } from "../vision/person.ts";
import type { AlarmChange, ChangeKind, Tier, Why } from "./change.ts";
import { Subject, type Verdict } from "./subject.ts";
import { type Place, placeOf } from "./zones.ts";

/** A person gone from view for this long is forgotten, ms; while suspected or fallen the alarm outlives it. */
const FORGET_LOST_MS = 10_000;
/** Longer without a judged frame, and nobody knows what happened in between: a view is clear only from then on, ms. */
const BLIND_AFTER_MS = 1_500;
/** For this long after a camera begins to see, or sees again, nobody knows who stood before, so a fall need not be of somebody who did, ms. */
export const WAKING_MS = 2_000;
/** A new track this near to somebody lost from view, in body sizes, is taken for the same person … */
const ADOPT_WITHIN = 0.8;
/** … and one lost before anything was suspected for no longer than this, ms. */
const REMEMBER_MS = 1_500;

/** An alarm that is not over. */
export interface OpenAlarm {
  readonly id: string;
  readonly camera: string;
  readonly place: Place;
  readonly tier: Tier;
  readonly track: number;
  /** Wall time of its first change, ms since 1970 UTC. */
  readonly since: number;
  readonly kind: ChangeKind;
  readonly score: number;
  readonly why: Why;
  /** Who acknowledged it, if anybody did. */
  readonly acknowledgedBy: string | undefined;
  /** Somebody still lies there, or has not been upright or away for long enough. */
  readonly persists: boolean;
}

/** An open alarm as it outlives a restart of the service. */
export type KeptAlarm = Omit<OpenAlarm, "persists">;

interface Entry {
  id: string;
  place: Place;
  tier: Tier;
  track: number;
  since: number;
  kind: ChangeKind;
  score: number;
  why: Why;
  acknowledgedBy: string | undefined;
  /** Last instant at which the condition was seen to persist; infinite for a restored alarm until a frame was judged. */
  persistedAt: Monotonic;
}

/** Time of a frame on both clocks, ms. */
export interface Instant {
  at: Monotonic;
  wallTime: number;
}

export type ResetResult = { ok: true; changes: AlarmChange[] } | { ok: false; reason: string };

/**
 * Decides for one camera what the people in view mean. Pure: the same people at the same times give the same changes.
 * Alarms latch: when the person has got up, the alarm stays until somebody resets it, and a reset is refused while
 * the condition persists (ISO 13849-1, manual reset). A reset never restarts anything by itself.
 */
export class CameraAlarm {
  readonly #camera: CameraConfig;
  readonly #config: AlarmConfig;
  readonly #subjects = new Map<number, Subject>();
  readonly #open = new Map<string, Entry>();
  #raised = 0;
  /** The latest judged frame. */
  #last: Monotonic = Number.NEGATIVE_INFINITY;
  /** The first frame judged after a time without any. */
  #woke: Monotonic = Number.NEGATIVE_INFINITY;
  readonly #run: string;

  /** `run`: prefix that keeps alarm ids of different runs of the device apart. */
  constructor(camera: CameraConfig, config: AlarmConfig, run = "") {
    this.#camera = camera;
    this.#config = config;
    this.#run = run;
  }

  /** Takes up alarms that were open before a restart. They hold until a person resets them, whoever caused them. */
  restore(alarms: readonly KeptAlarm[]): void {
    for (const { camera: _, ...alarm } of alarms)
      this.#open.set(alarm.id, { ...alarm, persistedAt: Number.POSITIVE_INFINITY });
  }

  /** Judges one frame. `people` as vision gave them, `when` the frame's capture time. */
  decide(people: readonly Person[], when: Instant): AlarmChange[] {
    if (when.at - this.#last > BLIND_AFTER_MS) {
      this.#woke = when.at;
      for (const entry of this.#open.values()) entry.persistedAt = when.at;
    }
    const mayHaveStood = when.at - this.#woke <= WAKING_MS;
    this.#last = when.at;
    const changes: AlarmChange[] = [];
    let somebodyLies = false;
    const followed = new Set(people.map(({ track }) => track));
    for (const person of people) {
      const place = placeOf(person, this.#camera);
      if (place.kind === "ignore") continue;
      const subject = this.#subjectOf(person, when.at, followed);
      const mayLie = place.kind === "rest";
      const judged = person.coasting
        ? subject.miss(when.at, mayLie)
        : subject.see(person, when.at, mayLie, mayHaveStood);
      if (judged) changes.push(...this.#apply(subject, judged.verdict, judged.score, judged.why, place, when));
      if (person.coasting) continue;
      somebodyLies ||= !mayLie && lies(person);
      const entry = subject.alarm === undefined ? undefined : this.#open.get(subject.alarm);
      if (entry && person.posture.upright < 0.5) entry.persistedAt = when.at;
    }
    if (somebodyLies)
      for (const entry of this.#open.values()) if (!this.#isFollowed(entry)) entry.persistedAt = when.at;
    this.#forget(when, changes);
    if (!this.#config.latching) changes.push(...this.#autoClear(when));
    return changes;
  }

  get open(): OpenAlarm[] {
    return [...this.#open.values()].map(({ persistedAt: _, ...entry }) => ({
      ...entry,
      camera: this.#camera.name,
      persists: this.#persists(entry.id),
    }));
  }

  /** A person takes notice; outputs stay as they are. Unknown ids and repeats change nothing. */
  acknowledge(id: string, who: string, now: Instant): AlarmChange[] {
    const entry = this.#open.get(id);
    if (!entry || entry.acknowledgedBy !== undefined) return [];
    entry.acknowledgedBy = who;
    return [this.#change(entry, "acknowledged", now, { ...entry.why, text: `acknowledged by ${who}` })];
  }

  /** Why a reset would be refused at `now`; undefined when it would be granted. */
  refusal(id: string, now: Instant): string | undefined {
    const entry = this.#open.get(id);
    if (!entry) return `no open alarm has the id ${id}`;
    const blindMs = now.at - this.#last;
    if (blindMs > BLIND_AFTER_MS) {
      const since = Number.isFinite(blindMs) ? `for ${(blindMs / 1000).toFixed(1)} s` : "since the start";
      return `camera ${this.#camera.name} has judged no picture ${since}, so nobody knows whether somebody lies there; bring it back, then reset`;
    }
    if (!this.#persists(id)) return undefined;
    const { clearAfterS } = this.#config;
    return this.#isFollowed(entry)
      ? `track ${entry.track} has not been upright or away from ${entry.place.name} for ${clearAfterS} s; help the person up, then reset`
      : `the view has not been free of people lying for ${clearAfterS} s; help them up, then reset`;
  }

  /** A person ends the alarm. Refused, with the reason, while somebody still lies there or the camera cannot tell. */
  reset(id: string, who: string, now: Instant): ResetResult {
    const reason = this.refusal(id, now);
    if (reason !== undefined) return { ok: false, reason };
    const entry = this.#open.get(id) as Entry;
    this.#open.delete(id);
    for (const subject of this.#subjects.values()) if (subject.alarm === id) subject.alarm = undefined;
    return { ok: true, changes: [this.#change(entry, "cleared", now, { ...entry.why, text: `reset by ${who}` })] };
  }

  #persists(id: string): boolean {
    const entry = this.#open.get(id) as Entry;
    if (this.#last - entry.persistedAt < this.#config.clearAfterS * 1000) return true;
    for (const subject of this.#subjects.values()) {
      if (subject.alarm === id && subject.state === "fallen" && subject.lostFor(this.#last) < this.#config.clearAfterS)
        return true;
    }
    return false;
  }

  /** Whether the person who caused it is known; not so after a restart, or when the track was lost for good. */
  #isFollowed(entry: Entry): boolean {
    for (const subject of this.#subjects.values()) if (subject.alarm === entry.id) return true;
    return false;
  }

  /** `followed`: tracks that live, also those out of sight for a moment: a suspicion stays with its track while the tracker waits for it. */
  #subjectOf(person: Person, at: Monotonic, followed: ReadonlySet<number>): Subject {
    const known = this.#subjects.get(person.track);
    if (known) return known;
    const falling = this.#lostNear(person, at, ({ state }, track) => state !== "watching" && !followed.has(track));
    if (falling !== undefined) {
      const subject = this.#subjects.get(falling) as Subject;
      this.#subjects.delete(falling);
      this.#subjects.set(person.track, subject);
      return subject;
    }
    const before = this.#lostNear(person, at, ({ lastSeen }) => at - lastSeen <= REMEMBER_MS);
    const subject = new Subject(this.#config, person, at, this.#subjects.get(before ?? Number.NaN));
    this.#subjects.set(person.track, subject);
    return subject;
  }

  /** Track of the nearest subject that is out of view now: tracks often break on the way down and on landing. */
  #lostNear(person: Person, at: Monotonic, counts: (subject: Subject, track: number) => boolean): number | undefined {
    let best: number | undefined;
    let bestDistance = ADOPT_WITHIN;
    for (const [track, subject] of this.#subjects) {
      if (subject.lastSeen === at || !counts(subject, track)) continue;
      const a = subject.last.box;
      const b = person.box;
      const size = Math.max(a.x2 - a.x1, a.y2 - a.y1, b.x2 - b.x1, b.y2 - b.y1);
      const distance = Math.hypot(a.x1 + a.x2 - b.x1 - b.x2, a.y1 + a.y2 - b.y1 - b.y2) / 2 / size;
      if (distance >= bestDistance) continue;
      best = track;
      bestDistance = distance;
    }
    return best;
  }

  #apply(subject: Subject, verdict: Verdict, score: number, why: Why, place: Place, when: Instant): AlarmChange[] {
    switch (verdict) {
      case "suspected":
      case "down": {
        const entry: Entry = {
          id: `${this.#run}${this.#camera.name}-${++this.#raised}`,
          place,
          tier: verdict === "suspected" ? 1 : 2,
          track: subject.last.track,
          since: when.wallTime,
          kind: verdict,
          score,
          why,
          acknowledgedBy: undefined,
          persistedAt: when.at,
        };
        this.#open.set(entry.id, entry);
        subject.alarm = entry.id;
        return [this.#change(entry, verdict, when, why, score)];
      }
      case "confirmed": {
        const entry = this.#open.get(subject.alarm ?? "");
        if (!entry) return [];
        Object.assign(entry, { tier: 2, kind: verdict, score, why, track: subject.last.track, persistedAt: when.at });
        return [this.#change(entry, verdict, when, why, score)];
      }
      case "recovered":
      case "cleared": {
        const entry = this.#open.get(subject.alarm ?? "");
        // A confirmed alarm outlives the condition: it waits for its reset.
        if (!entry || entry.tier === 2) return [];
        this.#open.delete(entry.id);
        subject.alarm = undefined;
        return [this.#change(entry, verdict, when, why, score)];
      }
    }
  }

  #forget(when: Instant, changes: AlarmChange[]): void {
    for (const [track, subject] of this.#subjects) {
      const lost = subject.lostFor(when.at);
      const entry = this.#open.get(subject.alarm ?? "");
      if (subject.state === "suspected" && entry && lost >= this.#config.recoverWithinS) {
        this.#open.delete(entry.id);
        this.#subjects.delete(track);
        changes.push(
          this.#change(entry, "cleared", when, {
            ...entry.why,
            text: "left the view before the fall could be confirmed",
          }),
        );
      } else if (lost * 1000 >= FORGET_LOST_MS) this.#subjects.delete(track);
    }
  }

  #autoClear(when: Instant): AlarmChange[] {
    // A suspicion of somebody in view ends by itself; one restored after a restart has nobody who could end it.
    const over = [...this.#open.values()].filter(
      (entry) => (entry.tier === 2 || !this.#isFollowed(entry)) && !this.#persists(entry.id),
    );
    return over.map((entry) => {
      this.#open.delete(entry.id);
      return this.#change(entry, "cleared", when, { ...entry.why, text: "nobody lies there any more" });
    });
  }

  #change(entry: Entry, kind: ChangeKind, when: Instant, why: Why, score = entry.score): AlarmChange {
    return {
      kind,
      camera: this.#camera.name,
      zone: entry.place.name,
      machine: entry.place.machine,
      actions: entry.place,
      track: entry.track,
      at: when.at,
      wallTime: when.wallTime,
      score,
      alarm: entry.id,
      tier: entry.tier,
      why,
    };
  }
}

/** What a reset must wait for when it is not known who caused the alarm. */
function lies({ posture, lying }: Person): boolean {
  return posture.upright < 0.5 && (lying >= 0.5 || posture.fall + posture.fallen >= 0.5);
}
