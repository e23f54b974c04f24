import { path } from "../core/keys.ts";
import type { DeliverPorts } from "../core/notices.ts";
import { tick } from "../core/tasks.ts";
import { type Task, timerKey } from "../core/timers.ts";

/** The state machine tells its operators of it. */
export class EscalationFailedError extends Error {
  override readonly name = "EscalationFailedError";
}

/**
 * Does what is due, and says when this escalation's timer is due next; without `at` it is over. Rejects when its own step
 * failed; what else failed is tried again as ever.
 */
export async function follow(ports: DeliverPorts, timer: string): Promise<{ timer: string; at?: string }> {
  const failures: { task: Task; error: unknown }[] = [];
  await tick(ports, (task, error) => failures.push({ task, error }));
  for (const { task, error } of failures) {
    const message = error instanceof Error ? error.message : String(error);
    if (task.kind === "escalate" && path("escalate", task.tenant, task.incident) === timer)
      throw new EscalationFailedError(message);
    console.warn(`${task.kind}: ${message}; it is tried again`);
  }
  const [item] = await ports.store.read([timerKey(timer)]);
  const at = (item?.body as { at: number } | undefined)?.at;
  return at === undefined ? { timer } : { timer, at: new Date(at).toISOString() };
}
