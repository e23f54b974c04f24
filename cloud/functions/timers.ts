import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "aws-lambda";
import { tick } from "../core/tasks.ts";
import { nextDue } from "../core/timers.ts";
import { notifiers } from "./notifiers.ts";
import { settingsOf, tablePorts } from "./ports.ts";

/** The schedule comes every minute: what is due before then is waited for, ms. */
const WATCH_MS = 60_000;
/** Of the function's own time limit, for tasks that have begun, ms: the slowest receiver of a message is given 20 s. */
const SPARE_MS = 25_000;
/** While it waits it looks this often for what others have set, ms. */
const LOOK_MS = 1_000;

const ports = { ...tablePorts(settingsOf("timers").SPOTTER_TABLE), notifiers: notifiers() };

/** Does what is due, and what becomes due before the schedule comes again: escalation, notices, silence. */
export async function handler(_event: unknown, context: Pick<Context, "getRemainingTimeInMillis">): Promise<void> {
  const end = ports.clock.now() + Math.min(WATCH_MS, context.getRemainingTimeInMillis() - SPARE_MS);
  for (;;) {
    await tick(ports, (task, error) => console.warn(`${task.kind}: ${(error as Error).message}; it is tried again`));
    const next = await nextDue(ports);
    const now = ports.clock.now();
    if (next === undefined || next > end || now > end) return;
    await sleep(Math.min(LOOK_MS, Math.max(0, next - now)));
  }
}
