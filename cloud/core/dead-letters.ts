import { createHash } from "node:crypto";
import { type Envelope, keepable, type Rejection } from "./door.ts";
import type { Draft } from "./draft.ts";
import { key, path, timed } from "./keys.ts";
import { Refusal } from "./refusal.ts";
import type { Key, Page, Store } from "./store.ts";

/** What was not taken in, with the reason: nothing that reaches the cloud is thrown away unseen. */
export interface DeadLetter {
  readonly id: string;
  /** Who the connection had proved to be. */
  readonly identity: string;
  readonly rejection: Rejection;
  /** For people: what is wrong with it. */
  readonly reason: string;
  readonly receivedAt: number;
  /** Times that it was tried in vain. */
  readonly tries: number;
  /** base64. */
  readonly bytes: string;
  /** Only the head of something too long was kept; it cannot be replayed. */
  readonly cut: boolean;
}

/** Of connections that no tenant has enrolled; no name of a tenant. */
export const NOBODY = "-";
const KEEP_MS = 90 * 24 * 3_600_000;

const letterKey = (tenant: string, id: string): Key<DeadLetter> => key(path(tenant, "dead"), id);
const recent = (tenant: string) => path(tenant, "dead", "recent");

/** Keeps an envelope; one that comes again is the same letter, tried once more. Its id. */
export async function bury(
  draft: Draft,
  tenant: string,
  envelope: Envelope,
  { rejection, message }: { rejection: Rejection; message: string },
): Promise<string> {
  const kept = keepable(envelope.bytes);
  const id = createHash("sha256").update(`${envelope.identity}\n`).update(kept).digest("base64url").slice(0, 22);
  const before = await draft.get(letterKey(tenant, id));
  const letter: DeadLetter = {
    id,
    identity: envelope.identity,
    rejection,
    reason: message,
    receivedAt: before?.receivedAt ?? envelope.receivedAt,
    tries: (before?.tries ?? 0) + 1,
    bytes: Buffer.from(kept).toString("base64"),
    cut: kept.length < envelope.bytes.length,
  };
  const listed = [key(recent(tenant), timed(letter.receivedAt, id))];
  await draft.put(letterKey(tenant, id), letter, { listed, expiresAt: letter.receivedAt + KEEP_MS });
  draft.tell({ tenant, kind: "deadLetter", id });
  return id;
}

/** Newest first. */
export async function deadLetters(
  { store }: { readonly store: Store },
  tenant: string,
  { limit = 50, after }: { readonly limit?: number; readonly after?: string | undefined } = {},
): Promise<Page<DeadLetter>> {
  return (await store.list(recent(tenant), { limit, after, backwards: true })) as Page<DeadLetter>;
}

/** A letter's envelope, to be tried again. Throws Refusal when there is none, or too little of it. */
export async function unearth(draft: Draft, tenant: string, id: string): Promise<Envelope> {
  const letter = await draft.get(letterKey(tenant, id));
  if (!letter) throw new Refusal("not-found", `dead letter ${id}: there is none; see the list of dead letters`);
  if (letter.cut)
    throw new Refusal("refused", `dead letter ${id}: it was too long to be kept whole; send it again from the device`);
  const { identity, receivedAt } = letter;
  return { identity, receivedAt, bytes: Buffer.from(letter.bytes, "base64") };
}

export async function forget(draft: Draft, tenant: string, id: string): Promise<void> {
  await draft.remove(letterKey(tenant, id));
  draft.tell({ tenant, kind: "deadLetter", id });
}
