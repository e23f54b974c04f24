import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { KeptAlarm } from "./alarm/alarm.ts";
import { writeDurable } from "./lib/durable.ts";
import { asError } from "./lib/failure.ts";
import { waits } from "./lib/retry.ts";
import type { Logger } from "./observe/log.ts";

/** JSON has no NaN: what was not visible is written as null. */
const figure = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

const keptSchema = z.object({
  id: z.string().min(1),
  camera: z.string().min(1),
  place: z.object({
    name: z.string(),
    kind: z.enum(["monitor", "machine", "rest", "ignore"]),
    machine: z
      .string()
      .nullable()
      .transform((value) => value ?? undefined),
    tier1: z.array(z.string()),
    tier2: z.array(z.string()),
  }),
  tier: z.literal([1, 2]),
  track: z.number(),
  since: z.number(),
  kind: z.enum(["suspected", "confirmed", "recovered", "down", "acknowledged", "cleared"]),
  score: figure,
  why: z.object({
    text: z.string(),
    votes: figure,
    asked: figure,
    fall: figure,
    fallen: figure,
    lying: figure,
    torsoAngle: figure,
    dropSpeed: figure,
    visible: figure,
  }),
  acknowledgedBy: z
    .string()
    .nullable()
    .transform((value) => value ?? undefined),
});
const fileSchema = z.object({ alarms: z.array(z.unknown()) });

/**
 * The open alarms on disk, so that a restart or a power cut ends none of them: `alarms.json` in the data directory. Written behind
 * the outputs, never before them; only the latest state is written when several wait.
 */
export class LatchedAlarms {
  readonly #path: string;
  readonly #log: Logger;
  readonly #closing = new AbortController();
  readonly #kept = new Map<string, readonly KeptAlarm[]>();
  #stale = false;
  #writing: Promise<void> | undefined;
  #damaged = "";
  #unwritten = "";

  constructor(dataDir: string, log: Logger) {
    this.#path = join(dataDir, "alarms.json");
    this.#log = log;
  }

  /**
   * The alarms that were open when the service ended. A file that cannot be understood is kept beside as
   * `alarms.json.damaged-<ms since 1970>` and what can be read of it is returned; never throws.
   */
  load(now: number): KeptAlarm[] {
    if (!existsSync(this.#path)) return [];
    const alarms: KeptAlarm[] = [];
    try {
      const entries = fileSchema.parse(JSON.parse(readFileSync(this.#path, "utf8"))).alarms;
      for (const entry of entries) {
        const parsed = keptSchema.safeParse(entry);
        if (parsed.success) alarms.push(parsed.data);
      }
      if (alarms.length < entries.length)
        throw new Error(`${entries.length - alarms.length} of ${entries.length} alarms in it are incomplete`);
    } catch (thrown) {
      this.#setAside(now, asError(thrown).message.split("\n")[0] as string);
    }
    for (const [camera, open] of Map.groupBy(alarms, (alarm) => alarm.camera)) this.#kept.set(camera, open);
    return alarms;
  }

  /** Keeps `open` as a camera's open alarms from now on. Returns at once; a disk that refuses is tried again and reported by `health`. */
  save(camera: string, open: readonly KeptAlarm[]): void {
    this.#kept.set(camera, open);
    this.#stale = true;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Whether the alarms of this run and of the one before are safe. */
  health(): { ok: boolean; detail: string } {
    const detail = this.#unwritten || this.#damaged;
    return { ok: detail === "", detail };
  }

  /** Resolves when what was to be saved is saved, or has been tried once more in vain. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { signal } = this.#closing;
    let pauses = waits();
    while (this.#stale) {
      this.#stale = false;
      const alarms = [...this.#kept.values()].flat();
      try {
        await writeDurable(this.#path, serialise(alarms));
        this.#unwritten = "";
        pauses = waits();
      } catch (thrown) {
        this.#unwritten = `open alarms cannot be kept in ${this.#path} (${asError(thrown).message}) and would not survive a restart; make room or mend the disk`;
        this.#log.error({ alarms: alarms.length }, this.#unwritten);
        if (signal.aborted) return;
        this.#stale = true;
        await sleep(pauses.next().value as number, undefined, { signal }).catch(() => {});
      }
    }
  }

  #setAside(now: number, why: string): void {
    const aside = `${this.#path}.damaged-${Math.round(now)}`;
    this.#damaged = `${this.#path} is damaged (${why}): an alarm that was open before this start may not be held; look at the machines, then restart`;
    try {
      renameSync(this.#path, aside);
      this.#log.error({ kept: aside }, this.#damaged);
    } catch (thrown) {
      this.#log.error({ error: asError(thrown).message }, this.#damaged);
    }
  }
}

function serialise(alarms: readonly KeptAlarm[]): string {
  const orNull = (_: string, value: unknown) => (value === undefined ? null : value);
  return `${JSON.stringify({ alarms }, orNull, 1)}\n`;
}
