import type { Draft } from "./draft.ts";
import type { Incident, Outcome, Severity } from "./incident.ts";
import { key, path } from "./keys.ts";
import type { Key, Store } from "./store.ts";

/** What a camera's incidents turned out to be, as far as people said. */
export interface Accuracy {
  readonly device: string;
  readonly camera: string;
  readonly incidents: Readonly<Record<Severity, number>>;
  readonly outcomes: Readonly<Record<Outcome, number>>;
}

const accuracyOf = (tenant: string) => path(tenant, "accuracy");
const accuracyKey = ({ tenant, device, camera }: Incident): Key<Accuracy> =>
  key(accuracyOf(tenant), path(device, camera));

/** Counts an incident as it is now instead of as it was; in the same commit as the incident, so the sum is always right. */
export async function recount(draft: Draft, before: Incident | undefined, after: Incident): Promise<void> {
  if (before?.severity === after.severity && before.outcome === after.outcome) return;
  const { device, camera } = after;
  const now = await draft.get(accuracyKey(after));
  const incidents = { ...(now?.incidents ?? { suspected: 0, nearMiss: 0, fall: 0 }) };
  const outcomes = { ...(now?.outcomes ?? { true: 0, false: 0, drill: 0 }) };
  if (before) incidents[before.severity] -= 1;
  incidents[after.severity] += 1;
  if (before?.outcome) outcomes[before.outcome] -= 1;
  if (after.outcome) outcomes[after.outcome] += 1;
  await draft.put(accuracyKey(after), { device, camera, incidents, outcomes });
}

/** Share of the incidents judged by people, exercises apart, that were falls; undefined while nobody judged any. */
export function precision({ outcomes }: Accuracy): number | undefined {
  const judged = outcomes.true + outcomes.false;
  return judged === 0 ? undefined : outcomes.true / judged;
}

/** Of every camera that ever raised an incident. */
export async function accuracies({ store }: { readonly store: Store }, tenant: string): Promise<Accuracy[]> {
  const { items } = await store.list(accuracyOf(tenant), { limit: 1000 });
  return items.map(({ body }) => body as Accuracy);
}
