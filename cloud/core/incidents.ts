import { recount } from "./accuracy.ts";
import type { Clock } from "./clock.ts";
import { type Draft, transact } from "./draft.ts";
import { follow } from "./escalation.ts";
import { type Action, type Incident, type IncidentState, type Outcome, type Severity, settle } from "./incident.ts";
import { instant, key, path, timed } from "./keys.ts";
import type { LivePush } from "./push.ts";
import { Refusal } from "./refusal.ts";
import { enter } from "./sheets.ts";
import type { Key, Page, Store } from "./store.ts";

/** An incident is out of sight for no longer than this; somebody who lies there for no longer than that. */
export const SHELVE_MS = 8 * 3_600_000;
export const SHELVE_FALL_MS = 30 * 60_000;
/** Incidents that one question looks at. */
const MAX_LOOKED = 2_000;
const MAX_NAME = 100;
const MAX_REASON = 1_000;
/** An incident with more actions than this is no incident any more. */
const MAX_ACTIONS = 200;

interface Ports {
  readonly store: Store;
  readonly push: LivePush;
  readonly clock: Clock;
}

export const incidentKey = (tenant: string, id: string): Key<Incident> => key(path(tenant, "incidents"), id);

/** Incidents by what people look for. One of the narrower fields chooses the list; the others pick from it. */
export interface Query {
  readonly camera?: { readonly device: string; readonly camera: string } | undefined;
  readonly state?: IncidentState | undefined;
  readonly severity?: Severity | undefined;
  readonly site?: string | undefined;
  /** Only at these; undefined: at any. */
  readonly sites?: readonly string[] | undefined;
  /** Since, ms since 1970: from (inclusive) to (exclusive). */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

export interface IncidentPage {
  readonly incidents: readonly Incident[];
  readonly next: string | undefined;
}

/** Writes an incident with everything that hangs on it. */
export async function save(draft: Draft, before: Incident | undefined, after: Incident, now: number): Promise<void> {
  const { tenant, id, since, device, camera, state, severity, site } = after;
  const sort = timed(since, id);
  const lists = [["all"], ["camera", device, camera], ["state", state], ["severity", severity], ["site", site]];
  await draft.put(incidentKey(tenant, id), after, {
    listed: lists.map((list) => key(path(tenant, "incidents", ...list), sort)),
  });
  await recount(draft, before, after);
  await enter(draft, before, after);
  await follow(draft, before, after, now);
  draft.tell({ tenant, kind: "incident", id });
}

/** Throws Refusal when the tenant has no such incident. */
export async function incident({ store }: { readonly store: Store }, tenant: string, id: string): Promise<Incident> {
  const [item] = await store.read([incidentKey(tenant, id)]);
  if (!item) throw new Refusal("not-found", `incident ${id}: there is none; see the list of incidents`);
  return item.body as Incident;
}

/**
 * Newest first. Goes on where the page before ended, whatever has happened since. A page may hold fewer than `limit`, or none,
 * and yet have a next: nobody's question reads the whole store.
 */
export async function incidents(
  { store }: { readonly store: Store },
  tenant: string,
  query: Query = {},
): Promise<IncidentPage> {
  const { camera, state, severity, site, sites, from, to, limit = 50 } = query;
  const list = camera
    ? ["camera", camera.device, camera.camera]
    : state === "active" || state === "acknowledged"
      ? ["state", state]
      : severity
        ? ["severity", severity]
        : site
          ? ["site", site]
          : state
            ? ["state", state]
            : ["all"];
  const fits = (found: Incident) =>
    (state === undefined || found.state === state) &&
    (severity === undefined || found.severity === severity) &&
    (site === undefined || found.site === site) &&
    (sites === undefined || sites.includes(found.site));
  const found: Incident[] = [];
  let after = query.after;
  let looked = 0;
  do {
    const page: Page = await store.list(path(tenant, "incidents", ...list), {
      limit: limit - found.length,
      after,
      backwards: true,
      from: from === undefined ? undefined : instant(from),
      to: to === undefined ? undefined : instant(to),
    });
    found.push(...page.items.map(({ body }) => body as Incident).filter(fits));
    after = page.next;
    looked += page.items.length;
  } while (after !== undefined && found.length < limit && looked < MAX_LOOKED);
  return { incidents: found, next: after };
}

export interface Deed {
  readonly tenant: string;
  readonly id: string;
  /** Who does it. */
  readonly by: string;
  readonly reason: string;
}

/** A person takes notice and says what it was; later ones may correct the outcome. Stops the escalation. */
export function acknowledge(ports: Ports, deed: Deed & { readonly outcome?: Outcome }): Promise<Incident> {
  const { outcome } = deed;
  return act(ports, deed, () => ({ kind: "acknowledge", ...(outcome ? { outcome } : {}) }));
}

/** Takes an incident out of sight and silences it until `until`, ms since 1970; within limits. */
export function shelve(ports: Ports, deed: Deed & { readonly until: number }): Promise<Incident> {
  return act(ports, deed, (found, now) => {
    const limit = found.severity === "fall" ? SHELVE_FALL_MS : SHELVE_MS;
    if (found.state === "cleared")
      throw new Refusal("refused", "until: the incident is over; there is nothing to shelve");
    if (!(deed.until > now && deed.until <= now + limit))
      throw new Refusal(
        "bad-request",
        `until: must be within the next ${limit / 60_000} minutes; choose an earlier time`,
      );
    return { kind: "shelve", until: deed.until };
  });
}

export function unshelve(ports: Ports, deed: Deed): Promise<Incident> {
  return act(ports, deed, () => ({ kind: "unshelve" }));
}

/**
 * Closes the record of an incident whose device will not say that it is over. Only after an acknowledgement; the alarm on
 * the device, and its outputs, stay as they are.
 */
export function clear(ports: Ports, deed: Deed): Promise<Incident> {
  return act(ports, deed, ({ acknowledged }) => {
    if (!acknowledged) throw new Refusal("refused", "the incident is not acknowledged; acknowledge it first");
    return { kind: "clear" };
  });
}

export function note(ports: Ports, deed: Deed): Promise<Incident> {
  return act(ports, deed, () => ({ kind: "note" }));
}

async function act(
  ports: Ports,
  { tenant, id, by, reason }: Deed,
  decide: (found: Incident, now: number) => Omit<Action, "by" | "at" | "reason">,
): Promise<Incident> {
  checkText("by", by, MAX_NAME);
  checkText("reason", reason, MAX_REASON);
  return transact(ports, async (draft) => {
    const before = await draft.get(incidentKey(tenant, id));
    if (!before) throw new Refusal("not-found", `incident ${id}: there is none; see the list of incidents`);
    if (before.actions.length >= MAX_ACTIONS)
      throw new Refusal("refused", `incident ${id}: has ${MAX_ACTIONS} actions; no more are kept`);
    const at = ports.clock.now();
    const action = { ...decide(before, at), by, reason, at };
    const after = settle({ ...before, actions: [...before.actions, action].sort((a, b) => a.at - b.at) });
    await save(draft, before, after, at);
    return after;
  });
}

function checkText(field: string, text: string, limit: number): void {
  if (text.trim() === "" || text.length > limit)
    throw new Refusal("bad-request", `${field}: must be 1-${limit} characters; say it shorter, but say it`);
}
