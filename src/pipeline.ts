import type { CameraAlarm, Instant, OpenAlarm, ResetResult } from "./alarm/alarm.ts";
import type { AlarmChange } from "./alarm/change.ts";
import type { CameraConfig } from "./config/schema.ts";
import type { DecodePath, Frame, FrameSource } from "./frames/frame.ts";
import type { DropReason, Gate } from "./frames/gate.ts";
import type { Ladder, Rung } from "./frames/ladder.ts";
import type { Clock, Monotonic } from "./lib/clock.ts";
import { asError } from "./lib/failure.ts";
import { supervise } from "./lib/supervise.ts";
import type { Logger } from "./observe/log.ts";
import type { Fate, Metrics } from "./observe/metrics.ts";
import type { CameraWatch } from "./observe/watch.ts";
import type { Happening } from "./respond.ts";
import { Trail } from "./trail.ts";
import type { Person, Stage, StageTimes } from "./vision/person.ts";
import type { Eye, Look } from "./vision/vision.ts";

/** The alarm looks for people whom the tracker has lost for so long; until then every frame may show them, ms. */
const ALONE_AFTER_MS = 10_000;

/** A judged frame, for whoever watches. */
export interface Judgement {
  readonly people: readonly Person[];
  readonly wallTime: number;
  readonly capturedAt: number;
  /** Arrival of the frame to the decision, ms. */
  readonly decisionMs: number;
  readonly times: StageTimes;
  readonly tier: number;
  readonly changes: readonly AlarmChange[];
}

export interface PipelineParts {
  camera: CameraConfig;
  source: FrameSource;
  gate: Gate;
  ladder: Ladder;
  eye: Eye;
  alarm: CameraAlarm;
  watch: CameraWatch;
  clock: Clock;
  metrics: Metrics;
  log: Logger;
  /** Sets off the response; returns the ms it took to command the outputs. */
  respond: (happening: Happening, reset: boolean) => number;
  onJudged?: (judgement: Judgement) => void;
}

/**
 * The loop of one camera: frame → look → decide → change. Measures every stage, keeps the newest frame for
 * the page, and lets no failure of the stream or of vision end it.
 */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #trail = new Trail();
  #path: DecodePath | undefined;
  #newest: Frame | undefined;
  /** When the frame in work left the gate. */
  #takenAt = 0;
  #people: readonly Person[] = [];
  /** Capture of the last frame with somebody in it, or of the first one: who was there before it, nobody knows. */
  #seenAt: Monotonic | undefined;
  #counts: Partial<Record<Fate, number>> = {};

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  get camera(): CameraConfig {
    return this.#parts.camera;
  }

  /** How the stream is decoded; undefined before it was first opened. */
  get path(): DecodePath | undefined {
    return this.#path;
  }

  get rung(): Rung {
    return this.#parts.ladder.rung;
  }

  /** People of the newest judged frame. */
  get people(): readonly Person[] {
    return this.#people;
  }

  /** The newest judged frame, valid until the caller yields; never release it. */
  get newest(): Frame | undefined {
    return this.#newest;
  }

  get alarms(): OpenAlarm[] {
    return this.#parts.alarm.open;
  }

  /** Runs until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const judging = this.#judge(signal);
    await this.#stream(signal);
    this.#parts.gate.close();
    await judging;
    this.#newest?.release();
    this.#newest = undefined;
  }

  /** A person takes notice of an alarm. Whether there was one to take notice of. */
  acknowledge(id: string, who: string): boolean {
    const { alarm, respond } = this.#parts;
    const changes = alarm.acknowledge(id, who, this.#now());
    for (const change of changes) respond(this.#happening(change, {}, 0), false);
    return changes.length > 0;
  }

  /** A person ends an alarm; refused with the reason while the condition persists. */
  reset(id: string, who: string): ResetResult {
    const { alarm, respond } = this.#parts;
    const result = alarm.reset(id, who, this.#now());
    if (result.ok) for (const change of result.changes) respond(this.#happening(change, {}, 0), true);
    return result;
  }

  /** Why a reset would be refused now; undefined when it would be granted. */
  refusal(id: string): string | undefined {
    return this.#parts.alarm.refusal(id, this.#now());
  }

  #now(): Instant {
    return { at: this.#parts.clock.now(), wallTime: this.#parts.clock.wall() };
  }

  async #stream(signal: AbortSignal): Promise<void> {
    const { source, camera, watch, clock, metrics, gate, log } = this.#parts;
    await supervise(
      (attempt) =>
        source.run(
          {
            opened: (path) => {
              this.#path = path;
              watch.opened(path.fps, clock.now());
              log.info({ camera: camera.name, ...path }, "camera opened");
            },
            frame: (frame) => {
              metrics.framesIn.inc({ camera: camera.name });
              watch.frame(frame.capturedAt);
              gate.offer(frame);
            },
            frozen: (reason) => watch.frozen(reason),
          },
          attempt,
        ),
      {
        signal,
        onRestart: ({ attempt, error, waitMs }) => {
          watch.lost(error.message);
          metrics.reconnects.inc({ camera: camera.name });
          log.warn(
            { camera: camera.name, attempt, waitMs: Math.round(waitMs), error: error.message },
            "camera lost, trying again",
          );
        },
      },
    );
  }

  async #judge(signal: AbortSignal): Promise<void> {
    const { gate, eye, ladder, clock, camera, log, watch } = this.#parts;
    while (!signal.aborted) {
      await gate.waiting();
      if (signal.aborted) return;
      let taken: Frame | undefined;
      try {
        const looked = await eye.look(() => {
          this.#takenAt = clock.now();
          taken = gate.take(this.#takenAt);
          return taken;
        }, ladder.rung.tier);
        watch.fault("");
        if (looked) this.#decide(looked.frame, looked.look);
      } catch (thrown) {
        const error = asError(thrown);
        watch.fault(error.message);
        log.error({ camera: camera.name, error: error.message }, "a frame could not be judged");
        if (taken) {
          this.#count("failed");
          taken.release();
        }
      }
    }
  }

  #decide(frame: Frame, look: Look): void {
    const { alarm, clock, metrics, camera, respond, onJudged, watch, gate, ladder } = this.#parts;
    const started = clock.now();
    const times: StageTimes = { decode: frame.decodeMs, ...look.times };
    this.#people = look.people;
    this.#trail.see(look.people, frame.capturedAt);
    const changes = alarm.decide(look.people, { at: frame.capturedAt, wallTime: frame.wallTime });
    times.decide = clock.now() - started;
    const decisionMs = clock.now() - frame.capturedAt;
    times.actuate = 0;
    const offsetMs = frame.cameraTime - frame.wallTime;
    for (const change of changes) times.actuate += respond(this.#happening(change, times, look.tier, offsetMs), false);
    this.#newest?.release();
    this.#newest = frame;
    watch.judged(clock.now());
    gate.observe(clock.now() - this.#takenAt);
    if (look.people.length > 0 || this.#seenAt === undefined) this.#seenAt = frame.capturedAt;
    gate.idle(frame.capturedAt - this.#seenAt > ALONE_AFTER_MS && alarm.open.length === 0);
    if (ladder.judged(clock.now(), decisionMs)) this.#step();
    this.#count("decided");
    metrics.decision.observe({ camera: camera.name }, decisionMs / 1000);
    for (const stage in times)
      metrics.stage.observe({ camera: camera.name, stage }, (times[stage as Stage] as number) / 1000);
    onJudged?.({
      people: look.people,
      wallTime: frame.wallTime,
      capturedAt: frame.capturedAt,
      decisionMs,
      times,
      tier: look.tier,
      changes,
    });
  }

  /** The gate let a frame go, for this reason. */
  dropped(reason: DropReason): void {
    const { ladder, clock } = this.#parts;
    this.#count(reason);
    if (ladder.dropped(clock.now(), reason)) this.#step();
  }

  /** Frames by fate since the last call. */
  takeCounts(): Partial<Record<Fate, number>> {
    const counts = this.#counts;
    this.#counts = {};
    return counts;
  }

  #count(fate: Fate): void {
    this.#parts.metrics.frames.inc({ camera: this.camera.name, fate });
    this.#counts[fate] = (this.#counts[fate] ?? 0) + 1;
  }

  /** Follows the ladder: what is asked of the machine changes, visibly. */
  #step(): void {
    const { ladder, gate, watch, metrics, camera, log } = this.#parts;
    gate.pace(ladder.rung.fps);
    watch.degraded(ladder.rung.reason);
    metrics.tier.set({ camera: camera.name }, ladder.rung.tier);
    log.warn({ camera: camera.name, ...ladder.rung }, "load ladder");
  }

  #happening(change: AlarmChange, times: StageTimes, tier: number, cameraOffsetMs = Number.NaN): Happening {
    return { change, times, trail: this.#trail.of(change.track), tier, cameraOffsetMs };
  }
}
