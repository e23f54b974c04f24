import type { AlarmConfig, CameraConfig } from "../config/schema.ts";
import type { Monotonic } from "../lib/clock.ts";
import type { Person } from "../vision/person.ts";
import type { AlarmChange, ChangeKind, Tier, Why } from "./change.ts";
import { Subject, type Verdict } from "./subject.ts";
import { type Place, placeOf } from "./zones.ts";

/** A person gone from view for this long is forgotten, ms; while suspected or fallen the alarm outlives it. */
const FORGET_LOST_MS = 10_000;
/** A new track this near to somebody lost on the way down, in body sizes, is taken for the same person. */
const ADOPT_WITHIN = 0.8;

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
  readonly why: Why;
  /** Who acknowledged it, if anybody did. */
  readonly acknowledgedBy: string | undefined;
  /** Somebody still lies there, or has not been upright or away for long enough. */
  readonly persists: boolean;
}

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
  /** Last instant at which the condition was seen to persist. */
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
  #last: Instant = { at: 0, wallTime: 0 };
  readonly #run: string;

  /** `run`: prefix that keeps alarm ids of different runs of the device apart. */
  constructor(camera: CameraConfig, config: AlarmConfig, run = "") {
    this.#camera = camera;
    this.#config = config;
    this.#run = run;
  }

  /** Judges one frame. `people` as vision gave them, `when` the frame's capture time. */
  decide(people: readonly Person[], when: Instant): AlarmChange[] {
    this.#last = when;
    const changes: AlarmChange[] = [];
    for (const person of people) {
      const place = placeOf(person, this.#camera);
      if (place.kind === "ignore") continue;
      const subject = this.#subjectOf(person, when.at);
      if (person.coasting) continue;
      const judged = subject.see(person, when.at, place.kind === "rest");
      if (judged) changes.push(...this.#apply(subject, judged.verdict, judged.score, judged.why, place, when));
      const entry = subject.alarm === undefined ? undefined : this.#open.get(subject.alarm);
      if (entry && person.posture.upright < 0.5) entry.persistedAt = when.at;
    }
    this.#forget(when, changes);
    if (!this.#config.latching) changes.push(...this.#autoClear(when));
    return changes;
  }

  get open(): OpenAlarm[] {
    return [...this.#open.values()].map(({ score: _, persistedAt: __, ...entry }) => ({
      ...entry,
      camera: this.#camera.name,
      persists: this.#persists(entry.id),
    }));
  }

  /** A person takes notice; outputs stay as they are. Unknown ids and repeats change nothing. */
  acknowledge(id: string, who: string, wallTime: number): AlarmChange[] {
    const entry = this.#open.get(id);
    if (!entry || entry.acknowledgedBy !== undefined) return [];
    entry.acknowledgedBy = who;
    return [
      this.#change(
        entry,
        "acknowledged",
        { at: this.#last.at, wallTime },
        { ...entry.why, text: `acknowledged by ${who}` },
      ),
    ];
  }

  /** A person ends the alarm. Refused, with the reason, while somebody still lies there or the picture is older than `now` allows. */
  reset(id: string, who: string, now: Instant): ResetResult {
    const entry = this.#open.get(id);
    if (!entry) return { ok: false, reason: `no open alarm has the id ${id}` };
    if (this.#persists(id)) {
      return {
        ok: false,
        reason: `track ${entry.track} has not been upright or away from ${entry.place.name} for ${this.#config.clearAfterS} s; help the person up, then reset`,
      };
    }
    this.#open.delete(id);
    for (const subject of this.#subjects.values()) if (subject.alarm === id) subject.alarm = undefined;
    return { ok: true, changes: [this.#change(entry, "cleared", now, { ...entry.why, text: `reset by ${who}` })] };
  }

  #persists(id: string): boolean {
    const entry = this.#open.get(id) as Entry;
    if (this.#last.at - entry.persistedAt < this.#config.clearAfterS * 1000) return true;
    for (const subject of this.#subjects.values()) {
      if (
        subject.alarm === id &&
        subject.state === "fallen" &&
        subject.lostFor(this.#last.at) < this.#config.clearAfterS
      )
        return true;
    }
    return false;
  }

  #subjectOf(person: Person, at: Monotonic): Subject {
    const known = this.#subjects.get(person.track);
    if (known) return known;
    const lost = this.#lostNear(person, at);
    if (lost !== undefined) {
      const subject = this.#subjects.get(lost) as Subject;
      this.#subjects.delete(lost);
      this.#subjects.set(person.track, subject);
      return subject;
    }
    const subject = new Subject(this.#config, person, at);
    this.#subjects.set(person.track, subject);
    return subject;
  }

  /** The nearest subject on its way down that is out of view now: tracks often break on landing. */
  #lostNear(person: Person, at: Monotonic): number | undefined {
    let best: number | undefined;
    let bestDistance = ADOPT_WITHIN;
    for (const [track, subject] of this.#subjects) {
      if (subject.state === "watching" || subject.lastSeen === at) continue;
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
    const over = [...this.#open.values()].filter((entry) => entry.tier === 2 && !this.#persists(entry.id));
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
