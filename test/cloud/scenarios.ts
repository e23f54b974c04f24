import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Escalation, escalation } from "../../cloud/core/escalation.ts";
import { acknowledge, incidents, shelve, unshelve } from "../../cloud/core/incidents.ts";
import { ingest } from "../../cloud/core/ingest.ts";
import { writePerson, writeRota } from "../../cloud/core/people.ts";
import { type Policy, writePolicy } from "../../cloud/core/policy.ts";
import type { FallChange } from "../../src/event/event.ts";
import { EVERY_DAY, person, type telling } from "./people.ts";
import { ACME, change, NOON, SimulatedDevice } from "./rig.ts";

export interface Scenario {
  readonly title: string;
  readonly chain: Policy["chain"];
  readonly happens: readonly { readonly atS: number; readonly what: string; readonly untilS?: number }[];
  readonly untilS: number;
  readonly told: readonly string[];
  readonly stopped?: string;
}

type Hours = { readonly from: string; readonly to: string };

interface File {
  readonly people: Readonly<Record<string, { readonly channels: string[]; readonly quiet?: Hours }>>;
  readonly rotas: Readonly<Record<string, readonly (Hours & { readonly person: string })[]>>;
  readonly scenarios: readonly Scenario[];
}

/** What an escalation does, whoever runs it: `escalation.json`. */
export const file: File = JSON.parse(readFileSync(join(import.meta.dirname, "escalation.json"), "utf8"));

/** Lets a scenario happen; `until` lets so many seconds after noon come, with all that is due by then. What became of the escalation. */
export async function play(
  cloud: ReturnType<typeof telling>,
  { chain, happens, untilS }: Scenario,
  until: (atS: number) => Promise<void>,
): Promise<Escalation | undefined> {
  for (const [name, { channels, quiet }] of Object.entries(file.people)) {
    const hours = quiet && { timeZone: "UTC", hours: [{ days: EVERY_DAY, ...quiet }] };
    await writePerson(cloud, ACME, person(name, channels, hours ? { quiet: hours } : {}));
  }
  for (const [rota, shifts] of Object.entries(file.rotas))
    await writeRota(cloud, ACME, {
      rota,
      timeZone: "UTC",
      shifts: shifts.map((shift) => ({ days: EVERY_DAY, ...shift })),
    });
  await writePolicy(cloud, ACME, "north", { chain, repeatS: 300, nearMiss: [], trouble: [], cooldownS: 0 });
  const device = new SimulatedDevice();
  const steps = device.send(...happens.map(({ what }) => change(what as FallChange["kind"])));
  let id = "";
  for (const [i, { atS, what, untilS: shelvedS = 0 }] of happens.entries()) {
    await until(atS);
    const deed = { tenant: ACME, id, by: "Ann", reason: "on my way" };
    if (what === "acknowledge") await acknowledge(cloud, deed);
    else if (what === "shelve") await shelve(cloud, { ...deed, until: NOON + shelvedS * 1000 });
    else if (what === "unshelve") await unshelve(cloud, deed);
    else await ingest(cloud, steps.slice(i, i + 1));
    id = (await incidents(cloud, ACME)).incidents[0]?.id ?? "";
  }
  await until(untilS);
  return escalation(cloud, ACME, id);
}
