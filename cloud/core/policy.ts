import type { Clock } from "./clock.ts";
import { type Draft, transact } from "./draft.ts";
import { key, path } from "./keys.ts";
import type { Channel } from "./people.ts";
import type { LivePush } from "./push.ts";
import { Refusal } from "./refusal.ts";
import type { Key, Store } from "./store.ts";

/** A person, or whoever is on call by a rota. */
export type Target = { readonly person: string } | { readonly onCall: string };

export interface Rung {
  /** s after the escalation began; no rung comes before the one above it. */
  readonly afterS: number;
  readonly to: Target;
  readonly by: Channel;
}

/** Who is told of what at a site. */
export interface Policy {
  /** Of a fall, one after the other until somebody acknowledges. */
  readonly chain: readonly Rung[];
  /** s after the last rung, then it begins anew; until somebody acknowledges. */
  readonly repeatS: number;
  /** Told of near misses. */
  readonly nearMiss: readonly Omit<Rung, "afterS">[];
  /** Told of cameras that do not watch and devices that are not heard. */
  readonly trouble: readonly Omit<Rung, "afterS">[];
  /** s in which nobody is told twice of near misses, or of trouble, of the same camera. Falls know no such rest. */
  readonly cooldownS: number;
}

/** The policy of sites that have none of their own; no name of a site. */
export const EVERY_SITE = "*";
const NOBODY: Policy = { chain: [], repeatS: 300, nearMiss: [], trouble: [], cooldownS: 900 };

const policyKey = (tenant: string, site: string): Key<Policy> => key(path(tenant, "policies"), site);

/** Writes down who is told at a site, or at EVERY_SITE. Throws Refusal for an order that is none. */
export async function writePolicy(
  ports: { readonly store: Store; readonly push: LivePush; readonly clock: Clock },
  tenant: string,
  site: string,
  policy: Policy,
): Promise<void> {
  if (policy.chain.some(({ afterS }, i) => !(afterS >= (policy.chain[i - 1]?.afterS ?? 0))))
    throw new Refusal("bad-request", "chain: afterS must not fall from one rung to the next; put the rungs in order");
  if (!(policy.repeatS >= 60))
    throw new Refusal("bad-request", `repeatS: ${policy.repeatS}, must be at least 60; people need time to come`);
  await transact(ports, (draft) => draft.put(policyKey(tenant, site), policy));
}

export async function removePolicy(
  ports: { readonly store: Store; readonly push: LivePush },
  tenant: string,
  site: string,
): Promise<void> {
  await transact(ports, (draft) => draft.remove(policyKey(tenant, site)));
}

/** Every policy by its site. */
export async function policies(
  { store }: { readonly store: Store },
  tenant: string,
): Promise<(Policy & { site: string })[]> {
  const { items } = await store.list(path(tenant, "policies"), { limit: 1000 });
  return items.map(({ key: { sort }, body }) => ({ ...(body as Policy), site: sort }));
}

export async function policyOf(draft: Draft, tenant: string, site: string): Promise<Policy> {
  return (await draft.get(policyKey(tenant, site))) ?? (await draft.get(policyKey(tenant, EVERY_SITE))) ?? NOBODY;
}
