import type { Clock } from "./clock.ts";
import { type Draft, transact } from "./draft.ts";
import { key, path } from "./keys.ts";
import { checkTimeZone } from "./places.ts";
import type { LivePush } from "./push.ts";
import { Refusal } from "./refusal.ts";
import type { Key, Store } from "./store.ts";

export const CHANNELS = ["webhook", "email", "sms"] as const;
export type Channel = (typeof CHANNELS)[number];

/** Where a person is reached by one channel. */
export interface Contact {
  readonly channel: Channel;
  /** URL, e-mail address or number. */
  readonly address: string;
  /** Of a webhook: what its messages are signed with. */
  readonly secret?: string;
}

/** A time of day at a place; `to` before `from` reaches into the next day. */
export interface Hours {
  /** ISO 8601 days of the week on which they begin: 1 Monday to 7 Sunday. */
  readonly days: readonly number[];
  /** `HH:MM`. */
  readonly from: string;
  readonly to: string;
}

/** Somebody to tell. */
export interface Person {
  readonly person: string;
  readonly name: string;
  readonly contacts: readonly Contact[];
  /** Not to be disturbed then. */
  readonly quiet?: { readonly timeZone: string; readonly hours: readonly Hours[] };
}

/** Who is on call when; where shifts overlap, the first counts. */
export interface Rota {
  readonly rota: string;
  readonly timeZone: string;
  readonly shifts: readonly (Hours & { readonly person: string })[];
}

interface Ports {
  readonly store: Store;
  readonly push: LivePush;
  readonly clock: Clock;
}

export const personKey = (tenant: string, person: string): Key<Person> => key(path(tenant, "people"), path(person));
export const rotaKey = (tenant: string, rota: string): Key<Rota> => key(path(tenant, "rotas"), path(rota));

/** Writes a person down. Throws Refusal for what nobody could be reached by. */
export async function writePerson(ports: Ports, tenant: string, person: Person): Promise<void> {
  for (const { channel, address, secret } of person.contacts) {
    if (channel === "webhook") checkWebhook(address, secret);
    if (channel === "email" && !/^[^\s@<>"]+@[^\s@<>"]+$/.test(address))
      throw new Refusal("bad-request", `contacts: "${address}" is no e-mail address; give one such as ann@example.org`);
    if (channel === "sms" && numberOf(address) === undefined)
      throw new Refusal(
        "bad-request",
        `contacts: "${address}" is no telephone number; give one such as +49 170 1234567`,
      );
  }
  if (person.quiet) checkHours("quiet", person.quiet.timeZone, person.quiet.hours);
  await transact(ports, (draft) => draft.put(personKey(tenant, person.person), person));
}

export async function writeRota(ports: Ports, tenant: string, rota: Rota): Promise<void> {
  checkHours("shifts", rota.timeZone, rota.shifts);
  await transact(ports, (draft) => draft.put(rotaKey(tenant, rota.rota), rota));
}

/** In the order of their ids. */
export async function people({ store }: Pick<Ports, "store">, tenant: string): Promise<Person[]> {
  const { items } = await store.list(path(tenant, "people"), { limit: 1000 });
  return items.map(({ body }) => body as Person);
}

export async function rotas({ store }: Pick<Ports, "store">, tenant: string): Promise<Rota[]> {
  const { items } = await store.list(path(tenant, "rotas"), { limit: 1000 });
  return items.map(({ body }) => body as Rota);
}

/** Who has duty; undefined: nobody. */
export async function onCall(draft: Draft, tenant: string, name: string, now: number): Promise<Person | undefined> {
  const rota = await draft.get(rotaKey(tenant, name));
  const person = rota && onDuty(rota, now);
  return person === undefined ? undefined : draft.get(personKey(tenant, person));
}

/** Whose shift it is; undefined: nobody's. */
export function onDuty({ shifts, timeZone }: Rota, now: number): string | undefined {
  return shifts.find((hours) => within(hours, timeZone, now))?.person;
}

export function isQuiet({ quiet }: Person, now: number): boolean {
  return quiet?.hours.some((hours) => within(hours, quiet.timeZone, now)) ?? false;
}

/** Whether a time (ms since 1970) lies in these hours at that place. `from` equal to `to` is a whole day. */
export function within({ days, from, to }: Hours, timeZone: string, now: number): boolean {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", {
      timeZone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    })
      .formatToParts(now)
      .map(({ type, value }) => [type, value]),
  );
  const time = `${parts.hour}:${parts.minute}`;
  const today = 1 + ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(parts.weekday ?? "");
  const yesterday = today === 1 ? 7 : today - 1;
  if (from < to) return days.includes(today) && time >= from && time < to;
  return (days.includes(today) && time >= from) || (days.includes(yesterday) && time < to);
}

/** A telephone number as it is dialled (ITU-T E.164), however people space it; undefined for what is none. */
export function numberOf(address: string): string | undefined {
  const number = address.replace(/[\s./-]/g, "");
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : undefined;
}

function checkWebhook(address: string, secret: string | undefined): void {
  const url = URL.parse(address);
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== "")
    throw new Refusal(
      "bad-request",
      `contacts: "${address}" is no http(s) address; give one without user and password`,
    );
  if ((secret?.length ?? 0) < 16)
    throw new Refusal("bad-request", "contacts: a webhook needs a secret of 16 or more characters; make one at random");
}

function checkHours(field: string, timeZone: string, hours: readonly Hours[]): void {
  checkTimeZone(timeZone);
  for (const { days, from, to } of hours)
    if (
      ![from, to].every((time) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time)) ||
      !days.every((day) => day >= 1 && day <= 7)
    )
      throw new Refusal(
        "bad-request",
        `${field}: ${days} ${from}-${to} are no hours; give days 1-7 and times such as 06:00`,
      );
}
