import type { KeptAlarm, OpenAlarm, ResetResult } from "./alarm/alarm.ts";
import type { AlarmChange, ChangeKind } from "./alarm/change.ts";
import type { Clock } from "./lib/clock.ts";
import type { Happening } from "./respond.ts";

export interface UnwatchedParts {
  clock: Clock;
  /** Sets off the response. */
  respond: (happening: Happening, reset: boolean) => void;
}

/**
 * Open alarms of cameras that are not in the config any more. Their outputs stay as they are; no camera
 * can tell whether somebody lies there, so a person's reset is granted on their word.
 */
export class Unwatched {
  readonly #parts: UnwatchedParts;
  readonly #open = new Map<string, KeptAlarm>();

  constructor(alarms: readonly KeptAlarm[], parts: UnwatchedParts) {
    this.#parts = parts;
    this.add(alarms);
  }

  add(alarms: readonly KeptAlarm[]): void {
    for (const alarm of alarms) this.#open.set(alarm.id, alarm);
  }

  get alarms(): OpenAlarm[] {
    return [...this.#open.values()].map((alarm) => ({ ...alarm, persists: false }));
  }

  refusal(id: string): string | undefined {
    return this.#open.has(id) ? undefined : `no open alarm has the id ${id}`;
  }

  acknowledge(id: string, who: string): boolean {
    const alarm = this.#open.get(id);
    if (!alarm || alarm.acknowledgedBy !== undefined) return false;
    this.#open.set(id, { ...alarm, acknowledgedBy: who });
    this.#tell(alarm, "acknowledged", `acknowledged by ${who}`);
    return true;
  }

  reset(id: string, who: string): ResetResult {
    const alarm = this.#open.get(id);
    if (!alarm) return { ok: false, reason: `no open alarm has the id ${id}` };
    this.#open.delete(id);
    return { ok: true, changes: [this.#tell(alarm, "cleared", `reset by ${who}, camera not configured any more`)] };
  }

  /** Hands over the alarms of a camera that is watched again. */
  take(camera: string): KeptAlarm[] {
    const taken = this.alarms.filter((alarm) => alarm.camera === camera);
    for (const { id } of taken) this.#open.delete(id);
    return taken;
  }

  #tell(alarm: KeptAlarm, kind: ChangeKind, text: string): AlarmChange {
    const { clock, respond } = this.#parts;
    const { id, camera, place, tier, track, score, why } = alarm;
    const change: AlarmChange = {
      kind,
      camera,
      zone: place.name,
      machine: place.machine,
      actions: place,
      track,
      at: clock.now(),
      wallTime: clock.wall(),
      score,
      alarm: id,
      tier,
      why: { ...why, text },
    };
    respond({ change, times: {}, trail: undefined, tier: 0, cameraOffsetMs: Number.NaN }, kind === "cleared");
    return change;
  }
}
