import { removePerson, removeRota } from "../core/forget.ts";
import { type Notice, writeTest } from "../core/notices.ts";
import { type Contact, onDuty, type Person, people, type Rota, rotas, writePerson, writeRota } from "../core/people.ts";
import { policies, removePolicy, writePolicy } from "../core/policy.ts";
import type { RouteKey } from "./contract.ts";
import type { Handlers } from "./handler.ts";

type Key = Extract<RouteKey, `${string} /api/${"people" | "rotas" | "policies"}${string}`>;

/** A notice as people see it. */
export function shown({ contact, ...notice }: Notice) {
  return { ...notice, channel: contact.channel, address: contact.address };
}

export const peopleHandlers: Handlers<Key> = {
  "GET /api/people": async ({ who, ports }) => ({ people: await people(ports, who.tenant) }),
  "PUT /api/people/:person": async ({ params: { person }, body, who, ports }) => {
    const before = (await people(ports, who.tenant)).find((one) => one.person === person);
    const { name, contacts, quiet } = body;
    const written: Person = {
      person,
      name,
      contacts: contacts.map(({ secret, ...contact }) => {
        const kept = secret ?? secretOf(before, contact);
        return { ...contact, ...(kept ? { secret: kept } : {}) };
      }),
      ...(quiet ? { quiet } : {}),
    };
    await writePerson(ports, who.tenant, written);
    return written;
  },
  "DELETE /api/people/:person": async ({ params: { person }, who, ports }) => removePerson(ports, who.tenant, person),
  "POST /api/people/:person/test": async ({ params: { person }, body: { channel }, who, ports }) => {
    await writeTest(ports, who.tenant, person, channel);
    ports.poke?.();
  },
  "GET /api/rotas": async ({ who, ports }) => {
    const now = ports.clock.now();
    return { rotas: (await rotas(ports, who.tenant)).map((rota) => dutyOf(rota, now)) };
  },
  "PUT /api/rotas/:rota": async ({ params: { rota }, body, who, ports }) => {
    await writeRota(ports, who.tenant, { rota, ...body });
    return dutyOf({ rota, ...body }, ports.clock.now());
  },
  "DELETE /api/rotas/:rota": async ({ params: { rota }, who, ports }) => removeRota(ports, who.tenant, rota),
  "GET /api/policies": async ({ who, ports }) => ({ policies: await policies(ports, who.tenant) }),
  "PUT /api/policies/:site": async ({ params: { site }, body, who, ports }) => {
    await writePolicy(ports, who.tenant, site, body);
    return { site, ...body };
  },
  "DELETE /api/policies/:site": async ({ params: { site }, who, ports }) => removePolicy(ports, who.tenant, site),
};

/** Nobody reads a secret back, so whoever changes a number beside it does not have to know it. */
function secretOf(before: Person | undefined, { channel, address }: Pick<Contact, "channel" | "address">) {
  return before?.contacts.find((one) => one.channel === channel && one.address === address)?.secret;
}

function dutyOf(rota: Rota, now: number) {
  const person = onDuty(rota, now);
  return { ...rota, ...(person === undefined ? {} : { now: person }) };
}
