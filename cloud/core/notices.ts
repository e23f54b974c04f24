import type { Clock } from "./clock.ts";
import { type Draft, transact } from "./draft.ts";
import { digest, key, path, timed } from "./keys.ts";
import { type Notifier, UndeliverableError } from "./notifier.ts";
import { type Channel, type Contact, type Person, personKey } from "./people.ts";
import type { LivePush } from "./push.ts";
import { Refusal } from "./refusal.ts";
import type { Key, Page, Store } from "./store.ts";
import { cancelTimer, setTimer } from "./timers.ts";

/** A message to one person by one channel, from the decision to tell them until it is delivered or given up. */
export interface Notice {
  readonly id: string;
  readonly tenant: string;
  readonly kind: "fall" | "near miss" | "trouble" | "test";
  /** What it is about: an incident, or a camera, with where it is. */
  readonly about: Readonly<Record<string, string | number>>;
  readonly subject: string;
  readonly text: string;
  /** The person's id, and where the message goes. */
  readonly person: string;
  readonly contact: Contact;
  /** When it was decided, ms since 1970. */
  readonly at: number;
  readonly state: "waiting" | "delivered" | "failed";
  readonly tries: number;
  readonly deliveredAt?: number;
  /** Why the last attempt failed. */
  readonly error?: string;
}

interface Writing extends Pick<Notice, "tenant" | "kind" | "about" | "subject" | "text" | "at"> {
  readonly person: Person;
  readonly contact: Contact;
  /** Notices of the same kind about the same thing to the same contact are one when this is the same. */
  readonly once: string;
}

export interface DeliverPorts {
  readonly store: Store;
  readonly push: LivePush;
  readonly clock: Clock;
  readonly notifiers: Partial<Readonly<Record<Channel, Notifier>>>;
}

/** Waits between attempts, s; after the last a notice has failed and waits for somebody to replay it. */
const WAITS_S = [5, 15, 60, 300, 900, 3_600];
const KEEP_MS = 90 * 24 * 3_600_000;

const noticeKey = (tenant: string, id: string): Key<Notice> => key(path(tenant, "notices"), id);
const timerOf = ({ tenant, id }: Notice) => path("deliver", tenant, id);

/** Writes a notice and sets out its delivery; the same notice once. */
export async function write(draft: Draft, { person, once, ...rest }: Writing): Promise<void> {
  const { tenant, kind, about, contact, at } = rest;
  const id = digest(tenant, kind, JSON.stringify(about), person.person, contact.channel, contact.address, once);
  if (await draft.get(noticeKey(tenant, id))) return;
  await keep(draft, { ...rest, id, person: person.person, state: "waiting", tries: 0 }, at);
}

/** A message to try a contact out. Throws Refusal when the person has none of that channel. */
export async function writeTest(ports: DeliverPorts, tenant: string, name: string, channel: Channel): Promise<void> {
  await transact(ports, async (draft) => {
    const person = await draft.get(personKey(tenant, name));
    const contact = person?.contacts.find((one) => one.channel === channel);
    if (!person || !contact)
      throw new Refusal("not-found", `person "${name}": has no ${channel}; write the contact down first`);
    const at = ports.clock.now();
    const text = `This is a test. ${person.name} can be told of falls here.`;
    const once = String(at);
    await write(draft, { tenant, kind: "test", about: {}, subject: "Test", text, person, contact, at, once });
  });
}

/** Tries to deliver a notice once, and decides when to try again. Never rejects for a receiver's fault. */
export async function deliver(ports: DeliverPorts, tenant: string, id: string): Promise<void> {
  const [item] = await ports.store.read([noticeKey(tenant, id)]);
  const notice = item?.body as Notice | undefined;
  if (notice?.state !== "waiting") return transact(ports, (draft) => cancelTimer(draft, path("deliver", tenant, id)));
  const error = await attempt(ports, notice);
  const now = ports.clock.now();
  await transact(ports, async (draft) => {
    const { error: _, ...current } = (await draft.get(noticeKey(tenant, id))) ?? notice;
    const tries = current.tries + 1;
    if (!error) return keep(draft, { ...current, state: "delivered", tries, deliveredAt: now });
    const waitS = error instanceof UndeliverableError ? undefined : WAITS_S[current.tries];
    const failed = { ...current, tries, error: error.message };
    if (waitS === undefined) await keep(draft, { ...failed, state: "failed" });
    else await keep(draft, failed, now + waitS * 1000);
  });
}

async function attempt({ notifiers }: DeliverPorts, notice: Notice): Promise<Error | undefined> {
  const { id, tenant, contact, subject, text, kind, about, at } = notice;
  const notifier = notifiers[contact.channel];
  if (!notifier)
    return new UndeliverableError(`${contact.channel}: this cloud has no such channel; set it up, then replay`);
  try {
    await notifier.send({ id, to: contact, subject, text, data: { id, kind, tenant, at, subject, text, ...about } });
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

/** Notices that were given up, newest first; or all of them. */
export async function noticeLog(
  { store }: { readonly store: Store },
  tenant: string,
  {
    limit = 50,
    after,
    which = "failed",
  }: { readonly limit?: number; readonly after?: string | undefined; readonly which?: "failed" | "all" } = {},
): Promise<Page<Notice>> {
  return (await store.list(path(tenant, "notices", which), { limit, after, backwards: true })) as Page<Notice>;
}

/** Notices about an incident, oldest first. */
export async function noticesOf({ store }: { readonly store: Store }, tenant: string, incident: string) {
  const { items } = await store.list(path(tenant, "notices", "of", incident), { limit: 1000 });
  return items.map(({ body }) => body as Notice);
}

/** Tries a failed notice again from the start. Throws Refusal when there is none. */
export async function replayNotice(ports: DeliverPorts, tenant: string, id: string): Promise<void> {
  await transact(ports, async (draft) => {
    const notice = await draft.get(noticeKey(tenant, id));
    if (notice?.state !== "failed")
      throw new Refusal("not-found", `notice ${id}: none has failed under that name; see the list of failed notices`);
    await keep(draft, { ...notice, state: "waiting", tries: 0 }, ports.clock.now());
  });
}

/** Writes a notice down; `next`: when it is to be tried. */
async function keep(draft: Draft, notice: Notice, next?: number): Promise<void> {
  const { tenant, id, at, state, about } = notice;
  const listed = [key(path(tenant, "notices", "all"), timed(at, id))];
  if (state === "failed") listed.push(key(path(tenant, "notices", "failed"), timed(at, id)));
  if (typeof about.incident === "string")
    listed.push(key(path(tenant, "notices", "of", about.incident), timed(at, id)));
  // The timer first: without its notice it does nothing, and a notice without its timer would never be delivered.
  if (next === undefined) await cancelTimer(draft, timerOf(notice));
  else await setTimer(draft, timerOf(notice), next, { kind: "deliver", tenant, notice: id }, true);
  await draft.put(noticeKey(tenant, id), notice, { listed, expiresAt: at + KEEP_MS, ahead: true });
  draft.tell({ tenant, kind: "notice", id });
}
