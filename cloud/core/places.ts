import type { Clock } from "./clock.ts";
import { type Draft, transact } from "./draft.ts";
import { key, path } from "./keys.ts";
import type { LivePush } from "./push.ts";
import { Refusal } from "./refusal.ts";
import type { Key, Store } from "./store.ts";

/**
 * Where things are: tenant → site → line → camera. A device belongs to one site for good; which of its cameras watches
 * which line is written down beside it, and what happened there keeps the place that it happened at.
 */
export interface Enrolment {
  /** The device's name, which is also its identity at the broker: unique in the whole cloud. */
  readonly device: string;
  readonly tenant: string;
  readonly site: string;
  /** ms since 1970. */
  readonly enrolledAt: number;
}

export interface Site {
  readonly site: string;
  /** For people. */
  readonly name: string;
  /** IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string;
}

export interface CameraPlace {
  readonly device: string;
  readonly camera: string;
  /** The production line; empty: not said. */
  readonly line: string;
  /** On the site's floor plan, 0..1 of its width and height. */
  readonly at?: { readonly x: number; readonly y: number };
}

interface Ports {
  readonly store: Store;
  readonly push: LivePush;
  readonly clock: Clock;
}

/** Tenants and sites are part of keys and addresses. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const MAX_DEVICE = 64;

export const enrolmentKey = (device: string): Key<Enrolment> => key("devices", path(device));
export const devicesOf = (tenant: string) => path(tenant, "devices");
const siteKey = (tenant: string, site: string): Key<Site> => key(path(tenant, "sites"), path(site));
const placeKey = (tenant: string, device: string, camera: string): Key<CameraPlace> =>
  key(path(tenant, "places"), path(device, camera));

/** Lets a device in. Throws Refusal when another tenant has one of that name, or a name is none. */
export async function enrol(ports: Ports, { device, tenant, site }: Omit<Enrolment, "enrolledAt">): Promise<void> {
  await transact(ports, (draft) => enrolIn(draft, { device, tenant, site, enrolledAt: ports.clock.now() }));
}

/** Where a device of this tenant belongs; undefined: it has none of that name. */
export async function enrolment(
  { store }: Pick<Ports, "store">,
  tenant: string,
  device: string,
): Promise<Enrolment | undefined> {
  const [item] = await store.read([enrolmentKey(device)]);
  const found = item?.body as Enrolment | undefined;
  return found?.tenant === tenant ? found : undefined;
}

/** Every device of the tenant, by name. */
export async function enrolments({ store }: Pick<Ports, "store">, tenant: string): Promise<Enrolment[]> {
  const { items } = await store.list(devicesOf(tenant), { limit: 1000 });
  return items.map(({ body }) => body as Enrolment);
}

export async function enrolIn(draft: Draft, enrolment: Enrolment): Promise<void> {
  const { device, tenant, site } = enrolment;
  checkName("tenant", tenant);
  checkName("site", site);
  if (device === "" || device.length > MAX_DEVICE || /[/+#\p{Cc}]/u.test(device))
    throw new Refusal(
      "bad-request",
      `device "${device.slice(0, 80)}": must be 1-${MAX_DEVICE} characters without / + #; use the name that the device has at the broker`,
    );
  const known = await draft.get(enrolmentKey(device));
  if (known && known.tenant !== tenant)
    throw new Refusal("refused", `device "${device}": the name is taken; give the device another name`);
  await draft.put(
    enrolmentKey(device),
    { ...enrolment, enrolledAt: known?.enrolledAt ?? enrolment.enrolledAt },
    { listed: [key(devicesOf(tenant), path(device))] },
  );
  draft.tell({ tenant, kind: "device", id: device });
}

/** Writes a site down. Throws Refusal for a name or time zone that is none. */
export async function describeSite(ports: Ports, tenant: string, site: Site): Promise<void> {
  checkName("tenant", tenant);
  checkName("site", site.site);
  checkTimeZone(site.timeZone);
  await transact(ports, (draft) => draft.put(siteKey(tenant, site.site), site));
}

/** Says which line a camera watches, from now on. */
export async function placeCamera(ports: Ports, tenant: string, place: CameraPlace): Promise<void> {
  await transact(ports, async (draft) => {
    const enrolment = await draft.get(enrolmentKey(place.device));
    if (enrolment?.tenant !== tenant)
      throw new Refusal("not-found", `device "${place.device}": there is none; enrol it first`);
    await draft.put(placeKey(tenant, place.device, place.camera), place);
  });
}

export async function sites({ store }: Pick<Ports, "store">, tenant: string): Promise<Site[]> {
  const { items } = await store.list(path(tenant, "sites"), { limit: 1000 });
  return items.map(({ body }) => body as Site);
}

export async function places({ store }: Pick<Ports, "store">, tenant: string): Promise<CameraPlace[]> {
  const { items } = await store.list(path(tenant, "places"), { limit: 1000 });
  return items.map(({ body }) => body as CameraPlace);
}

/** The line that a camera watches; empty where nobody said. */
export async function lineOf(draft: Draft, tenant: string, device: string, camera: string): Promise<string> {
  return (await draft.get(placeKey(tenant, device, camera)))?.line ?? "";
}

/** Throws Refusal for text that is no IANA time zone. */
export function checkTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch {
    throw new Refusal("bad-request", `timeZone "${timeZone}": is no IANA time zone; give one such as Europe/Berlin`);
  }
}

/** Throws Refusal for what is no name of a tenant or site. */
export function checkName(what: string, name: string): void {
  if (!NAME.test(name))
    throw new Refusal(
      "bad-request",
      `${what} "${name.slice(0, 80)}": must be 1-64 letters a-z, digits and hyphens; choose such a name`,
    );
}
