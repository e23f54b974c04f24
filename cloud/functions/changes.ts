import { key } from "../core/keys.ts";
import type { Enrolment } from "../core/places.ts";
import type { Change } from "../core/push.ts";
import type { Key, Store } from "../core/store.ts";

/** Partitions whose sort is the id of what has changed. */
const KINDS: Readonly<Record<string, Change["kind"]>> = {
  incidents: "incident",
  escalations: "incident",
  dead: "deadLetter",
  notices: "notice",
};

/** What people see changing when the items at these keys are written: what the core tells in its commits, read from the table's stream. */
export async function changesOf(store: Store, keys: readonly Key[]): Promise<Change[]> {
  const changes = keys.flatMap(({ partition, sort }): Change[] => {
    const [, tenant, list] = /^([^/]+)\/([a-z]+)$/.exec(partition) ?? [];
    const kind = KINDS[list ?? ""];
    return tenant && kind ? [{ tenant, kind, id: sort }] : [];
  });
  const devices = (await store.read(keys.flatMap(enrolmentOf))).flatMap((item): Change[] => {
    const enrolment = item?.body as Enrolment | undefined;
    return enrolment ? [{ tenant: enrolment.tenant, kind: "device", id: enrolment.device }] : [];
  });
  const distinct = new Map([...changes, ...devices].map((change) => [JSON.stringify(change), change]));
  return [...distinct.values()];
}

/** Where it is written whose device it is that a key is about. */
function enrolmentOf({ partition, sort }: Key): Key[] {
  if (partition === "devices" || partition === "presence") return [key("devices", sort)];
  const [, device] = /^[^/]+\/countings\/(.+)$/.exec(partition) ?? [];
  return device === undefined ? [] : [key("devices", device)];
}
