import type { Draft } from "./draft.ts";
import type { Incident } from "./incident.ts";
import { key, path } from "./keys.ts";
import { type Notice, write } from "./notices.ts";
import { isQuiet, onCall, type Person, personKey } from "./people.ts";
import { type Policy, policyOf, type Rung, type Target } from "./policy.ts";
import type { Key, Store } from "./store.ts";
import { cancelTimer, setTimer } from "./timers.ts";

/** How far the people of a chain have been told of a fall that nobody has acknowledged. */
export interface Escalation {
  readonly incident: string;
  /** Each time that the chain begins anew has the next number, from 0. */
  readonly round: number;
  /** When this round began or will begin, ms since 1970. */
  readonly startedAt: number;
  /** The rung that comes next. */
  readonly rung: number;
  /** What became of each rung so far. */
  readonly log: readonly LogEntry[];
  /** Why it is over; absent while it runs. */
  readonly stopped?: "acknowledged" | "cleared";
}

export interface LogEntry {
  readonly at: number;
  readonly round: number;
  readonly rung: number;
  /** Empty: there was nobody. */
  readonly person: string;
  readonly by: Rung["by"];
  readonly result: "told" | "nobody" | "quiet hours" | "not reachable so";
}

/** The newest entries are kept. */
const MAX_LOG = 100;

export const escalationKey = (tenant: string, incident: string): Key<Escalation> =>
  key(path(tenant, "escalations"), incident);
const timerOf = (tenant: string, incident: string) => path("escalate", tenant, incident);

/** Begins, moves or ends the escalation of an incident that changes; part of the commit that changes it. */
export async function follow(draft: Draft, before: Incident | undefined, after: Incident, now: number): Promise<void> {
  const { tenant, id } = after;
  const [did, does] = [needsPeople(before), needsPeople(after)];
  if (does && (!did || before?.shelvedUntil !== after.shelvedUntil))
    await begin(draft, after, Math.max(now, after.shelvedUntil ?? 0));
  if (did && !does) {
    const found = await draft.get(escalationKey(tenant, id));
    const stopped = after.state === "cleared" ? "cleared" : "acknowledged";
    if (found) await draft.put(escalationKey(tenant, id), { ...found, stopped });
    await cancelTimer(draft, timerOf(tenant, id));
  }
  if (after.severity === "nearMiss" && before?.severity !== "nearMiss")
    await setTimer(draft, path("near miss", tenant, id), now, { kind: "near miss", tenant, incident: id });
}

function needsPeople(incident: Incident | undefined): boolean {
  return incident?.severity === "fall" && incident.state === "active";
}

async function begin(draft: Draft, { tenant, id }: Incident, startedAt: number): Promise<void> {
  const found = await draft.get(escalationKey(tenant, id));
  const round = found ? found.round + 1 : 0;
  await draft.put(escalationKey(tenant, id), { incident: id, round, startedAt, rung: 0, log: found?.log ?? [] });
  await setTimer(draft, timerOf(tenant, id), startedAt, { kind: "escalate", tenant, incident: id });
}

/** Climbs as far as is due: tells people and sets the next time. The rest of the world is in `tasks.ts`. */
export async function climb(draft: Draft, incident: Incident, now: number): Promise<void> {
  const { tenant, id } = incident;
  const escalation = await draft.get(escalationKey(tenant, id));
  if (!escalation || !needsPeople(incident)) return cancelTimer(draft, timerOf(tenant, id));
  const policy = await policyOf(draft, tenant, incident.site);
  const { next, log, at } = await rungs(draft, incident, policy, escalation, now);
  const whole = { ...escalation, ...next, log: [...escalation.log, ...log].slice(-MAX_LOG) };
  await draft.put(escalationKey(tenant, id), whole);
  await setTimer(draft, timerOf(tenant, id), at, { kind: "escalate", tenant, incident: id });
  draft.tell({ tenant, kind: "incident", id });
}

/**
 * Takes the rungs that are due. One at which nobody can be told is passed over at once: the next does not wait for its time.
 * A round that would disturb nobody disturbs whom it can reach in spite of their quiet hours: a fall is never kept quiet.
 */
async function rungs(draft: Draft, incident: Incident, policy: Policy, from: Escalation, now: number) {
  const { chain, repeatS } = policy;
  const { startedAt, round } = from;
  const log: LogEntry[] = [];
  let { rung } = from;
  let hurry = false;
  for (; rung < chain.length; rung += 1) {
    const step = chain[rung] as Rung;
    if (!hurry && startedAt + step.afterS * 1000 > now) break;
    const told = await tell(draft, incident, { ...step, round, rung, disturb: false }, now);
    log.push(told);
    hurry = told.result !== "told";
  }
  const upNext = chain[rung];
  if (upNext) return { next: { rung }, log, at: startedAt + upNext.afterS * 1000 };
  const ofRound = [...from.log, ...log].filter((entry) => entry.round === round);
  if (!ofRound.some(({ result }) => result === "told"))
    for (const missed of ofRound.filter(({ result }) => result === "quiet hours")) {
      const step = chain[missed.rung] as Rung;
      log.push(await tell(draft, incident, { ...step, round, rung: missed.rung, disturb: true }, now));
    }
  const again = now + repeatS * 1000;
  return { next: { round: round + 1, startedAt: again, rung: 0 }, log, at: again };
}

async function tell(
  draft: Draft,
  incident: Incident,
  { to, by, round, rung, disturb }: Rung & { round: number; rung: number; disturb: boolean },
  now: number,
): Promise<LogEntry> {
  const person = await whoIs(draft, incident.tenant, to, now);
  const result = await reach();
  return { at: now, round, rung, person: person?.person ?? "", by, result };

  async function reach(): Promise<LogEntry["result"]> {
    if (!person) return "nobody";
    const contact = person.contacts.find(({ channel }) => channel === by);
    if (!contact) return "not reachable so";
    if (!disturb && isQuiet(person, now)) return "quiet hours";
    await write(draft, { ...aboutFall(incident), person, contact, at: now, once: `${round}/${rung}` });
    return "told";
  }
}

export async function whoIs(draft: Draft, tenant: string, to: Target, now: number): Promise<Person | undefined> {
  return "person" in to ? draft.get(personKey(tenant, to.person)) : onCall(draft, tenant, to.onCall, now);
}

function aboutFall(incident: Incident): Pick<Notice, "tenant" | "kind" | "about" | "subject" | "text"> {
  const { tenant, id, site, line, device, camera, zone, machine, since, steps } = incident;
  const where = [site, line, camera, zone].filter((name) => name !== "").join(", ");
  const why = steps.findLast(({ kind }) => kind === "confirmed" || kind === "down")?.why ?? "";
  return {
    tenant,
    kind: "fall",
    about: { incident: id, site, line, device, camera, zone, machine, since },
    subject: `Fall: ${where}`,
    text: `A person has fallen: ${where}.\nSeen ${new Date(since).toISOString()}: ${why}.\nNobody has acknowledged it yet.`,
  };
}

/** The escalation of an incident; undefined when it never needed one. */
export async function escalation(
  { store }: { readonly store: Store },
  tenant: string,
  incident: string,
): Promise<Escalation | undefined> {
  const [item] = await store.read([escalationKey(tenant, incident)]);
  return item?.body as Escalation | undefined;
}
