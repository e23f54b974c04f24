import type { Incident } from "./incident.ts";
import { incidentKey } from "./incidents.ts";
import { enrolmentKey } from "./places.ts";
import type { Change } from "./push.ts";
import type { Store } from "./store.ts";
import { ALL_SITES, type User } from "./users.ts";

/** Whether somebody may be told of a change of their tenant: of what they could read as well. */
export async function maySee(
  { store }: { readonly store: Store },
  { role, sites }: Pick<User, "role" | "sites">,
  { tenant, kind, id }: Change,
): Promise<boolean> {
  const all = sites.includes(ALL_SITES);
  if (kind === "notice") return role !== "operator" && all;
  if (kind === "deadLetter") return role === "admin" && all;
  if (all) return true;
  const [item] = await store.read([kind === "device" ? enrolmentKey(id) : incidentKey(tenant, id)]);
  const found = item?.body as Pick<Incident, "tenant" | "site"> | undefined;
  return found !== undefined && found.tenant === tenant && sites.includes(found.site);
}
