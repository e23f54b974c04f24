import { transact } from "./draft.ts";
import { personKey, rotaKey, rotas } from "./people.ts";
import { policies, type Target } from "./policy.ts";
import type { LivePush } from "./push.ts";
import { Refusal } from "./refusal.ts";
import type { Store } from "./store.ts";

interface Ports {
  readonly store: Store;
  readonly push: LivePush;
}

/** Forgets somebody. Throws Refusal while anybody counts on them being told. */
export async function removePerson(ports: Ports, tenant: string, person: string): Promise<void> {
  const duty = (await rotas(ports, tenant)).find(({ shifts }) => shifts.some((shift) => shift.person === person));
  if (duty)
    throw new Refusal("refused", `person "${person}": has shifts in rota "${duty.rota}"; give them to somebody else`);
  await checkUnnamed(ports, tenant, `person "${person}"`, (to) => "person" in to && to.person === person);
  await transact(ports, (draft) => draft.remove(personKey(tenant, person)));
}

/** Forgets a rota. Throws Refusal while a policy counts on it. */
export async function removeRota(ports: Ports, tenant: string, rota: string): Promise<void> {
  await checkUnnamed(ports, tenant, `rota "${rota}"`, (to) => "onCall" in to && to.onCall === rota);
  await transact(ports, (draft) => draft.remove(rotaKey(tenant, rota)));
}

async function checkUnnamed(ports: Ports, tenant: string, what: string, is: (to: Target) => boolean): Promise<void> {
  const found = (await policies(ports, tenant)).find(({ chain, nearMiss, trouble }) =>
    [...chain, ...nearMiss, ...trouble].some(({ to }) => is(to)),
  );
  if (found)
    throw new Refusal("refused", `${what}: the policy of site "${found.site}" names it; change the policy first`);
}
