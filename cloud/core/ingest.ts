import { decode } from "../../src/event/decode.ts";
import type { Event } from "../../src/event/event.ts";
import type { Clock } from "./clock.ts";
import { count, countingKey, listen } from "./counting.ts";
import { bury, deadLetters, forget, NOBODY, unearth } from "./dead-letters.ts";
import { type Envelope, open, RejectedError, readable } from "./door.ts";
import { type Draft, transact } from "./draft.ts";
import { eventKey, type KeptEvent, placing, unreadOf } from "./events.ts";
import { type Incident, incidentId, settle, stepOf, withStep } from "./incident.ts";
import { incidentKey, save } from "./incidents.ts";
import { type Enrolment, enrolIn, enrolmentKey, lineOf } from "./places.ts";
import type { LivePush } from "./push.ts";
import { Refusal } from "./refusal.ts";
import type { Item, Key, Store } from "./store.ts";
import { timerKey } from "./timers.ts";
import { attend, silenceTimer } from "./watch.ts";

export interface IngestPorts {
  readonly store: Store;
  readonly push: LivePush;
  readonly clock: Clock;
  /** Devices that nobody enrolled are taken in here; without it what they send becomes dead letters. */
  readonly adopt?: { readonly tenant: string; readonly site: string } | undefined;
}

/** What became of one envelope. `dead`: kept as a dead letter. */
export type Fate = "stored" | "duplicate" | "dead";

export interface Ingested {
  /** Of each envelope, in their order; undefined for one that failed. */
  readonly fates: readonly (Fate | undefined)[];
  /** Places of envelopes that the store did not take, with its words: they must be delivered again. */
  readonly failed: readonly { readonly index: number; readonly error: Error }[];
}

/** The most writes that one event needs: itself, counting, incident, accuracy, two sheets, enrolment, escalation, two timers. */
const WRITES_PER_EVENT = 10;

/** Envelopes that one commit of a store takes, whatever is in them. */
export function mostTogether({ maxWrites }: Store): number {
  return Math.max(1, Math.floor(maxWrites / WRITES_PER_EVENT));
}

/**
 * Takes envelopes in, each exactly once whatever is delivered how often and in which order. What cannot be taken is kept as
 * a dead letter; only what the store refuses is reported as failed. Never rejects.
 */
export async function ingest(ports: IngestPorts, envelopes: readonly Envelope[]): Promise<Ingested> {
  const size = mostTogether(ports.store);
  const fates: (Fate | undefined)[] = [];
  const failed: { index: number; error: Error }[] = [];
  for (let at = 0; at < envelopes.length; at += size) {
    const batch = envelopes.slice(at, at + size);
    try {
      fates.push(...(await takeAll(ports, batch)));
    } catch {
      // Whatever the batch failed of, what is sound of it goes in.
      for (const [offset, envelope] of batch.entries()) {
        try {
          fates.push(...(await takeAll(ports, [envelope])));
        } catch (thrown) {
          const error = thrown instanceof Error ? thrown : new Error(String(thrown));
          fates.push(undefined);
          failed.push({ index: at + offset, error });
        }
      }
    }
  }
  return { fates, failed };
}

/**
 * Gives an envelope up that failed again and again: it becomes a dead letter, to be replayed when the fault is mended. One that
 * goes in after all, because the store was only away, is not left there. Rejects when the store does not even take that.
 */
export async function giveUp(ports: IngestPorts, envelope: Envelope, error: Error): Promise<void> {
  const letter = await transact(ports, async (draft) => {
    const tenant = (await draft.get(enrolmentKey(envelope.identity)))?.tenant ?? NOBODY;
    return { tenant, id: await bury(draft, tenant, envelope, { rejection: "failed", message: error.message }) };
  });
  await replay(ports, letter.tenant, letter.id).catch(() => {});
}

/** Tries a dead letter again, in one commit. Rejects with Refusal when there is none. */
export function replay(ports: IngestPorts, tenant: string, id: string): Promise<Fate> {
  return transact(ports, async (draft) => {
    const { fate, tenant: now } = await take(ports, draft, await unearth(draft, tenant, id));
    if (fate !== "dead" || now !== tenant) await forget(draft, tenant, id);
    return fate;
  });
}

/** Letters of nobody that are looked at when a device is enrolled. */
const MAX_LETTERS = 5_000;

/** Takes in what a device sent before anybody had enrolled it; how many letters. */
export async function takeEarlier(ports: IngestPorts, device: string): Promise<number> {
  const own: string[] = [];
  let looked = 0;
  let after: string | undefined;
  do {
    const { items, next } = await deadLetters(ports, NOBODY, { limit: 500, after });
    own.push(...items.flatMap(({ body }) => (body.identity === device && !body.cut ? [body.id] : [])));
    looked += items.length;
    after = next;
  } while (after !== undefined && looked < MAX_LETTERS);
  // They were listed newest first.
  for (const id of own.reverse()) await replay(ports, NOBODY, id);
  return own.length;
}

/** Reads again what an older program kept because it could not; how many it now could. */
export async function reread(ports: IngestPorts, tenant: string): Promise<number> {
  let read = 0;
  let after: string | undefined;
  do {
    const page = await ports.store.list(unreadOf(tenant), { limit: 100, after });
    for (const { key, body } of page.items as readonly Item<KeptEvent>[]) {
      const event = decode(Buffer.from(body.bytes, "base64"));
      if (!readable(event)) continue;
      await transact(ports, async (draft) => {
        const enrolment = await draft.get(enrolmentKey(event.device));
        if (!enrolment) return;
        await draft.put(key, { ...body, type: event.body.type }, placing(tenant, event, body.receivedAt, true));
        await apply(draft, enrolment, event, body.receivedAt, ports.clock.now());
      });
      read += 1;
    }
    after = page.next;
  } while (after !== undefined);
  return read;
}

async function takeAll(ports: IngestPorts, envelopes: readonly Envelope[]): Promise<Fate[]> {
  return transact(ports, async (draft) => {
    await draft.load(envelopes.map(({ identity }) => enrolmentKey(identity)));
    const keys: Key[] = [];
    for (const envelope of envelopes) {
      const enrolment = await draft.get(enrolmentKey(envelope.identity));
      if (enrolment) keys.push(...keysOf(enrolment.tenant, envelope));
    }
    await draft.load(keys);
    const fates: Fate[] = [];
    for (const envelope of envelopes) fates.push((await take(ports, draft, envelope)).fate);
    return fates;
  });
}

/** Everything that taking an envelope in will ask for, so that a batch reads once. */
function keysOf(tenant: string, envelope: Envelope): Key[] {
  try {
    const event = open(envelope);
    const { device, id, epoch, body } = event;
    const keys: Key[] = [
      eventKey(tenant, device, id),
      countingKey(tenant, device, epoch),
      timerKey(silenceTimer(tenant, device)),
    ];
    if ("alarm" in body) keys.push(incidentKey(tenant, incidentId(tenant, event, body.alarm)));
    return keys;
  } catch {
    return [];
  }
}

async function take(ports: IngestPorts, draft: Draft, envelope: Envelope): Promise<{ fate: Fate; tenant: string }> {
  const { identity, receivedAt, bytes } = envelope;
  let tenant = (await draft.get(enrolmentKey(identity)))?.tenant ?? NOBODY;
  try {
    const event = open(envelope);
    const enrolment = await admit(ports, draft, identity);
    tenant = enrolment.tenant;
    const place = eventKey(tenant, identity, event.id);
    if (await draft.get(place)) return { fate: "duplicate", tenant };
    const kept = { device: identity, type: event.body.type, receivedAt, bytes: Buffer.from(bytes).toString("base64") };
    await draft.put(place, kept, placing(tenant, event, receivedAt, readable(event)));
    await apply(draft, enrolment, event, receivedAt, ports.clock.now());
    return { fate: "stored", tenant };
  } catch (error) {
    if (!(error instanceof RejectedError)) throw error;
    await bury(draft, tenant, envelope, error);
    return { fate: "dead", tenant };
  }
}

async function admit({ adopt, clock }: IngestPorts, draft: Draft, device: string): Promise<Enrolment> {
  const known = await draft.get(enrolmentKey(device));
  if (known) return known;
  if (!adopt)
    throw new RejectedError(
      "unknown device",
      `device "${device}": nobody enrolled it; enrol it, then replay this letter`,
    );
  const enrolment = { device, ...adopt, enrolledAt: clock.now() };
  try {
    await enrolIn(draft, enrolment);
  } catch (error) {
    if (error instanceof Refusal) throw new RejectedError("unknown device", error.message);
    throw error;
  }
  return enrolment;
}

/** What an event changes. Of one that cannot be read only its sequence counts, so that it leaves no gap. */
async function apply(draft: Draft, enrolment: Enrolment, event: Event, receivedAt: number, now: number): Promise<void> {
  const { tenant, device } = enrolment;
  const place = countingKey(tenant, device, event.epoch);
  const before = await draft.get(place);
  const counted = count(before, event, receivedAt);
  const read = readable(event);
  const after = read ? listen(counted, event) : counted;
  await draft.put(place, after);
  await attend(draft, enrolment, before, after);
  draft.tell({ tenant, kind: "device", id: device });
  if (read) await advance(draft, enrolment, event, receivedAt, now);
}

async function advance(
  draft: Draft,
  enrolment: Enrolment,
  event: Event,
  receivedAt: number,
  now: number,
): Promise<void> {
  const { body } = event;
  const step = stepOf(event, receivedAt);
  if (!step || !("alarm" in body)) return;
  const { tenant, site, device } = enrolment;
  const { camera, zone, alarm } = body;
  const id = incidentId(tenant, event, alarm);
  const before: Incident | undefined = await draft.get(incidentKey(tenant, id));
  const facts = before ?? {
    ...{ id, tenant, site, device, camera, zone, alarm },
    line: await lineOf(draft, tenant, device, camera),
    epoch: event.epoch,
    machine: "",
    steps: [],
    actions: [],
  };
  // Receipts name no machine, and may come first.
  const machine = body.type === "fallChange" ? body.machine : facts.machine;
  await save(draft, before, settle(withStep({ ...facts, machine }, step)), now);
}
