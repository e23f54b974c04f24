import { decode } from "../../src/event/decode.ts";
import type { Event } from "../../src/event/event.ts";
import { key, path } from "./keys.ts";
import { Refusal } from "./refusal.ts";
import type { Key, Store } from "./store.ts";

/** An event as it came, whole; nothing is lost of what this program cannot read yet. */
export interface KeptEvent {
  readonly device: string;
  readonly type: Event["body"]["type"];
  readonly receivedAt: number;
  /** base64. */
  readonly bytes: string;
}

const DAY_MS = 24 * 3_600_000;
/** How long events are kept, ms, which is also how long one that comes again is known: alarms stay. */
const KEEP_MS: Partial<Record<KeptEvent["type"], number>> = { heartbeat: 7 * DAY_MS, cameraState: 400 * DAY_MS };

export const eventKey = (tenant: string, device: string, id: string): Key<KeptEvent> =>
  key(path(tenant, "events", device), id);
/** A camera's changes of state, by time. */
export const statesOf = (tenant: string, device: string, camera: string) => path(tenant, "states", device, camera);
/** Events of a kind or version that only a newer program reads. */
export const unreadOf = (tenant: string) => path(tenant, "unread");

/** How an event is kept: where it is listed, and until when. */
export function placing(tenant: string, event: Event, receivedAt: number, readable: boolean) {
  const { body, id, device } = event;
  const keepMs = KEEP_MS[body.type];
  const listed = [];
  if (!readable) listed.push(key(unreadOf(tenant), path(device, id)));
  else if (body.type === "cameraState") listed.push(key(statesOf(tenant, device, body.camera), id));
  return { listed, ...(readable && keepMs !== undefined ? { expiresAt: receivedAt + keepMs } : {}) };
}

/** One event with everything in it, such as the skeleton of a change. Throws Refusal when it is not kept. */
export async function event(
  { store }: { readonly store: Store },
  tenant: string,
  device: string,
  id: string,
): Promise<Event> {
  const [item] = await store.read([eventKey(tenant, device, id)]);
  if (!item) throw new Refusal("not-found", `event ${id}: is not kept; see the steps of the incident`);
  return decode(Buffer.from((item.body as KeptEvent).bytes, "base64"));
}

/** The least id of an event made at `wallMs` or later (UUIDv7: its first 48 bits are the time). */
export function idAt(wallMs: number): string {
  return Math.max(0, Math.floor(wallMs))
    .toString(16)
    .padStart(12, "0")
    .replace(/^(.{8})/, "$1-");
}
