import { transact } from "./draft.ts";
import { climb } from "./escalation.ts";
import { incidentKey } from "./incidents.ts";
import { type DeliverPorts, deliver } from "./notices.ts";
import { cancelTimer, runDue, type Task } from "./timers.ts";
import { tellNearMiss, tellSilence, tellTrouble } from "./watch.ts";

/**
 * Does what is due: climbs chains, tells of trouble, delivers notices; how many tasks. What fails is told and comes again after
 * its lease. Rejects when the store does.
 */
export function tick(ports: DeliverPorts, failed: (task: Task, error: unknown) => void): Promise<number> {
  return runDue(ports, (task, id) => run(ports, task, id), failed);
}

async function run(ports: DeliverPorts, task: Task, timer: string): Promise<void> {
  const { store, clock } = ports;
  const { tenant } = task;
  if (task.kind === "deliver") return deliver(ports, tenant, task.notice);
  // The same when it decides again, so that nobody is told twice.
  const now = clock.now();
  await transact(ports, async (draft) => {
    if (task.kind === "silence") return tellSilence(draft, store, tenant, task.device, now);
    if (task.kind === "trouble") return tellTrouble(draft, store, tenant, task.device, now);
    const incident = await draft.get(incidentKey(tenant, task.incident));
    if (!incident) return cancelTimer(draft, timer);
    if (task.kind === "escalate") return climb(draft, incident, now);
    await tellNearMiss(draft, incident, now);
  });
}
