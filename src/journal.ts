import type { Receipt } from "./actuators/actuator.ts";
import type { KeptAlarm } from "./alarm/alarm.ts";
import type { AlarmChange } from "./alarm/change.ts";
import type { AlarmStatus, AlarmStep } from "./api/device.ts";

/** Alarms that are over and still shown. */
const KEEP_CLOSED = 50;
const CLOSING = new Set(["recovered", "cleared"]);

type Entry = Omit<AlarmStatus, "resetRefused">;

/** The latest alarms as people read them: every step with its receipts, newest alarm first. Kept in memory only. */
export class Journal {
  readonly #alarms = new Map<string, Entry>();

  /** Notes a change; `decisionMs`: arrival of the deciding frame to the decision, null when a person caused it. */
  note(change: AlarmChange, decisionMs: number | null, who?: string): void {
    const entry = this.#alarms.get(change.alarm) ?? {
      id: change.alarm,
      camera: change.camera,
      zone: change.zone,
      machine: change.machine ?? null,
      track: change.track,
      stage: change.kind,
      tier: change.tier ?? null,
      open: true,
      acknowledgedBy: null,
      steps: [] as AlarmStep[],
    };
    entry.stage = change.kind;
    entry.tier = change.tier ?? null;
    entry.open = !CLOSING.has(change.kind);
    entry.track = change.track;
    if (change.kind === "acknowledged") entry.acknowledgedBy = who ?? "somebody";
    entry.steps.push({
      kind: change.kind,
      at: change.wallTime,
      decisionMs,
      score: change.score,
      why: change.why.text,
      receipts: [],
    });
    this.#alarms.set(change.alarm, entry);
    this.#trim();
  }

  /** Shows an alarm that was open before a restart; of its steps only the last is known. */
  restore({ id, camera, place, track, kind, tier, acknowledgedBy, since, score, why }: KeptAlarm): void {
    this.#alarms.set(id, {
      id,
      camera,
      zone: place.name,
      machine: place.machine ?? null,
      track,
      stage: kind,
      tier,
      open: true,
      acknowledgedBy: acknowledgedBy ?? null,
      steps: [{ kind, at: since, decisionMs: null, score, why: `before the restart: ${why.text}`, receipts: [] }],
    });
  }

  /** Adds what the outputs answered to the step that ordered it. */
  answer(change: AlarmChange, receipts: readonly Receipt[]): void {
    const step = this.#alarms.get(change.alarm)?.steps.findLast((s) => s.kind === change.kind);
    if (!step) return;
    step.receipts = receipts.map(({ actuator, state, outcome, writtenMs, confirmedMs, detail }) => ({
      actuator,
      state,
      outcome,
      writtenMs: Number.isNaN(writtenMs) ? null : writtenMs,
      confirmedMs: Number.isNaN(confirmedMs) ? null : confirmedMs,
      detail,
    }));
  }

  /** Newest first. `refused` tells why a reset would be refused now. */
  list(refused: (id: string) => string | null): AlarmStatus[] {
    return [...this.#alarms.values()]
      .reverse()
      .map((entry) => ({ ...entry, resetRefused: entry.open ? refused(entry.id) : null }));
  }

  #trim(): void {
    let closed = 0;
    for (const [id, entry] of [...this.#alarms].reverse()) {
      if (!entry.open && ++closed > KEEP_CLOSED) this.#alarms.delete(id);
    }
  }
}
