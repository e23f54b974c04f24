import { decode } from "../../src/event/decode.ts";
import type { Clock } from "./clock.ts";
import { type CameraSaid, type Counting, countingsOf } from "./counting.ts";
import { transact } from "./draft.ts";
import { idAt, type KeptEvent, statesOf } from "./events.ts";
import { key, path } from "./keys.ts";
import { devicesOf, type Enrolment, enrolment, enrolmentKey } from "./places.ts";
import type { LivePush } from "./push.ts";
import { type Gap, gapsIn } from "./spans.ts";
import type { Item, Key, Page, Store } from "./store.ts";

/** Heartbeats come every 30 s unless configured otherwise; three missed in a row are silence, ms. */
export const SILENT_MS = 100_000;

/** What the broker says of the connection; the device's last will makes it so. */
export interface Presence {
  readonly online: boolean;
  readonly at: number;
}

/** How one device does, as far as the cloud has heard. */
export interface DeviceHealth {
  readonly device: string;
  readonly site: string;
  /** ms since 1970. */
  readonly enrolledAt: number;
  /** ms since 1970, on the cloud's clock; undefined: never. */
  readonly heardAt: number | undefined;
  /** Nothing was heard for so long that nobody knows how it does. */
  readonly silent: boolean;
  readonly presence: Presence | undefined;
  readonly cameras: readonly CameraSaid[];
  /** Its last heartbeat: version, models, uptime, how much waits in its outbox and for how long. */
  readonly heartbeat: Counting["heartbeat"];
  readonly boot: number | undefined;
  /** Whether a time source keeps its clock. */
  readonly clockSync: string | undefined;
  /** Of every disk that it has had. */
  readonly gaps: readonly (Gap & { readonly epoch: number })[];
}

const presenceKey = (device: string): Key<Presence> => key("presence", path(device));

/** A page of the tenant's devices, by name. */
export async function fleet(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  tenant: string,
  { limit = 100, after }: { readonly limit?: number; readonly after?: string | undefined } = {},
): Promise<{ readonly devices: readonly DeviceHealth[]; readonly next: string | undefined }> {
  const page = (await store.list(devicesOf(tenant), { limit, after })) as Page<Enrolment>;
  const now = clock.now();
  const devices = await Promise.all(page.items.map(({ body }) => health(store, body, now)));
  return { devices, next: page.next };
}

/** One of the tenant's devices; undefined: it has none of that name. */
export async function deviceHealth(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  tenant: string,
  device: string,
): Promise<DeviceHealth | undefined> {
  const found = await enrolment({ store }, tenant, device);
  return found && health(store, found, clock.now());
}

async function health(
  store: Store,
  { tenant, device, site, enrolledAt }: Enrolment,
  now: number,
): Promise<DeviceHealth> {
  const [counted, [presence]] = await Promise.all([
    store.list(countingsOf(tenant, device), { limit: 100 }),
    store.read([presenceKey(device)]),
  ]);
  const countings = counted.items.map(({ body }) => body as Counting);
  const current = currentOf(countings);
  const heardAt = countings.length === 0 ? undefined : Math.max(...countings.map((counting) => counting.heardAt));
  return {
    device,
    site,
    enrolledAt,
    heardAt,
    silent: heardAt === undefined || now - heardAt > SILENT_MS,
    presence: presence?.body as Presence | undefined,
    cameras: current?.cameras ?? [],
    heartbeat: current?.heartbeat,
    boot: current?.newest.value.boot,
    clockSync: current?.newest.value.sync,
    gaps: countings.flatMap(({ spans, epoch }) => gapsIn(spans).map((gap) => ({ ...gap, epoch }))),
  };
}

/** The disk that the device has now: the one whose newest event is the youngest (ids begin with their time). */
export function currentOf(countings: readonly Counting[]): Counting | undefined {
  return countings.reduce<Counting | undefined>(
    (best, counting) => (best && best.newest.value.id >= counting.newest.value.id ? best : counting),
    undefined,
  );
}

/** The broker's word that a device has come or gone, which may come before its first event. */
export async function present(
  ports: { readonly store: Store; readonly push: LivePush; readonly clock: Clock },
  device: string,
  online: boolean,
): Promise<void> {
  await transact(ports, async (draft) => {
    await draft.put(presenceKey(device), { online, at: ports.clock.now() });
    const enrolment = await draft.get(enrolmentKey(device));
    if (enrolment) draft.tell({ tenant: enrolment.tenant, kind: "device", id: device });
  });
}

/**
 * How long a camera did not watch between two times (ms since 1970), by its own word: blind or at fault. ms. Times in which
 * the device was off or unheard are not in it.
 */
export async function blindMs(
  { store }: { readonly store: Store },
  { tenant, device, camera }: { readonly tenant: string; readonly device: string; readonly camera: string },
  from: number,
  to: number,
): Promise<number> {
  const partition = statesOf(tenant, device, camera);
  const before = await store.list(partition, { limit: 1, backwards: true, to: idAt(from) });
  let blind = before.items.some((item) => isBlind(item));
  let since = from;
  let sum = 0;
  let after: string | undefined;
  do {
    const page = await store.list(partition, { limit: 1_000, from: idAt(from), to: idAt(to), after });
    for (const item of page.items) {
      const at = wallMsOf(item);
      if (blind) sum += at - since;
      since = at;
      blind = isBlind(item);
    }
    after = page.next;
  } while (after !== undefined);
  return blind ? sum + to - since : sum;
}

function isBlind(item: Item): boolean {
  const { body } = decode(bytesOf(item));
  return body.type === "cameraState" && (body.state === "blind" || body.state === "fault");
}

const wallMsOf = (item: Item) => decode(bytesOf(item)).clock.wallMs;
const bytesOf = ({ body }: Item) => Buffer.from((body as KeptEvent).bytes, "base64");
