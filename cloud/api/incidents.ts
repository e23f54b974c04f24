import { exportCase } from "../core/case-file.ts";
import { escalation } from "../core/escalation.ts";
import type { Incident } from "../core/incident.ts";
import { acknowledge, clear, incident, incidents, note, shelve, unshelve } from "../core/incidents.ts";
import { noticesOf } from "../core/notices.ts";
import { Refusal } from "../core/refusal.ts";
import { skeletons } from "../core/skeletons.ts";
import { timeline } from "../core/timeline.ts";
import type { RouteKey } from "./contract.ts";
import { type Ask, type Handlers, mustSee, sees, seesAll } from "./handler.ts";
import { shown } from "./people.ts";

type Key = Extract<RouteKey, `${string} /api/incidents${string}`>;
type Of = Pick<Ask<"GET /api/incidents/:incident">, "params" | "who" | "ports">;

/** An incident at a site that one sees. */
async function seen({ params, who, ports }: Of): Promise<Incident> {
  const found = await incident(ports, who.tenant, params.incident);
  if (!sees(who, found.site))
    throw new Refusal("not-found", `incident ${params.incident}: there is none; see the list of incidents`);
  return found;
}

/** What every deed says. */
async function deed(ask: Of & { readonly body: { readonly reason: string } }) {
  const { who, body } = ask;
  const { id, tenant } = await seen(ask);
  return { tenant, id, by: who.name, reason: body.reason };
}

export const incidentHandlers: Handlers<Key> = {
  "GET /api/incidents": async ({ query, who, ports }) => {
    const { device, camera, site, ...rest } = query;
    if ((device === undefined) !== (camera === undefined))
      throw new Refusal("bad-request", "device, camera: one came without the other; give both or none");
    if (site !== undefined) mustSee(who, site);
    const only = seesAll(who) ? {} : who.sites.length === 1 ? { site: who.sites[0] } : { sites: who.sites };
    return incidents(ports, who.tenant, {
      ...rest,
      ...(site === undefined ? only : { site }),
      ...(device === undefined || camera === undefined ? {} : { camera: { device, camera } }),
    });
  },
  "GET /api/incidents/:incident": seen,
  "GET /api/incidents/:incident/timeline": async (ask) => ({ moments: timeline(await seen(ask)) }),
  "GET /api/incidents/:incident/skeleton": async (ask) => ({ tracks: await skeletons(ask.ports, await seen(ask)) }),
  "GET /api/incidents/:incident/receipts": async (ask) => {
    const { steps } = await seen(ask);
    return {
      receipts: steps.flatMap(({ event, kind, wallMs, receipts = [] }) =>
        receipts.map((receipt) => ({ ...receipt, event, change: kind, wallMs })),
      ),
    };
  },
  "GET /api/incidents/:incident/escalation": async (ask) => {
    const { tenant, id } = await seen(ask);
    const [climbed, told] = await Promise.all([escalation(ask.ports, tenant, id), noticesOf(ask.ports, tenant, id)]);
    return { escalation: climbed, notices: told.map(shown) };
  },
  "GET /api/incidents/:incident/case": async (ask) => exportCase(ask.ports, await seen(ask), ask.who.user),
  "POST /api/incidents/:incident/acknowledge": async (ask) => {
    const { outcome } = ask.body;
    return acknowledge(ask.ports, { ...(await deed(ask)), ...(outcome ? { outcome } : {}) });
  },
  "POST /api/incidents/:incident/shelve": async (ask) => {
    const until = ask.ports.clock.now() + ask.body.minutes * 60_000;
    return shelve(ask.ports, { ...(await deed(ask)), until });
  },
  "POST /api/incidents/:incident/unshelve": async (ask) => unshelve(ask.ports, await deed(ask)),
  "POST /api/incidents/:incident/clear": async (ask) => clear(ask.ports, await deed(ask)),
  "POST /api/incidents/:incident/notes": async (ask) => note(ask.ports, await deed(ask)),
};
