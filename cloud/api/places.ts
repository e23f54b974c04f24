import type { BlobStore } from "../core/blobs.ts";
import { blindMs, type DeviceHealth, deviceHealth, fleet } from "../core/fleet.ts";
import { drawFloorPlan, floorPlans } from "../core/floor-plan.ts";
import { takeEarlier } from "../core/ingest.ts";
import { describeSite, enrol, enrolment, enrolments, placeCamera, places, type Site, sites } from "../core/places.ts";
import { Refusal } from "../core/refusal.ts";
import type { Who } from "../core/sessions.ts";
import type { RouteKey } from "./contract.ts";
import { type Handlers, mustSee, sees } from "./handler.ts";
import type { ApiPorts } from "./ports.ts";

type Key = Extract<RouteKey, `${string} /api/${"sites" | "cameras" | "devices"}${string}`>;

const DAY_MS = 24 * 3_600_000;
/** A camera's own setting where nobody changed it (`latencyBudgetMs`); the device does not tell what it is set to, ms. */
const BUDGET_MS = 200;
/** How long an address of a floor plan works, ms. */
const PLAN_MS = 3_600_000;
/** Longer times are asked for in pieces, ms. */
const MAX_BLIND_MS = 31 * DAY_MS;
const MAX_DEVICES = 1_000;

async function siteOf(ports: ApiPorts, who: Who, site: string) {
  const found = (await shownSites(ports, who)).find((one) => one.site === site);
  if (!found) throw new Refusal("not-found", `site "${site}": there is none; describe it first`);
  return found;
}

/** Sites that one sees; one that nobody described is there as soon as a device is. */
async function shownSites(ports: ApiPorts, who: Who) {
  const [described, placed, plans, enrolled] = await Promise.all([
    sites(ports, who.tenant),
    places(ports, who.tenant),
    floorPlans(ports, who.tenant),
    enrolments(ports, who.tenant),
  ]);
  const names = new Set(enrolled.map(({ site }) => site));
  for (const { site } of described) names.delete(site);
  const bare = [...names].map((site): Site => ({ site, name: site, timeZone: "UTC" }));
  const siteOfDevice = new Map(enrolled.map(({ device, site }) => [device, site]));
  const expiresAt = ports.clock.now() + PLAN_MS;
  return Promise.all(
    [...described, ...bare]
      .filter(({ site }) => sees(who, site))
      .map(async (site) => {
        const lines = placed.filter(({ device, line }) => siteOfDevice.get(device) === site.site && line !== "");
        const plan = plans.find((one) => one.site === site.site);
        return {
          ...site,
          lines: [...new Set(lines.map(({ line }) => line))].sort(),
          ...(plan ? { floorPlan: await address(ports.blobs, plan, expiresAt) } : {}),
        };
      }),
  );
}

async function address(
  blobs: BlobStore,
  { blob, uploadedAt }: { blob: string; uploadedAt: number },
  expiresAt: number,
) {
  return { url: await blobs.url(blob, expiresAt), expiresAt, uploadedAt };
}

/** Throws Refusal for a device that is not at a site that one sees. */
async function mustSeeDevice(ports: ApiPorts, who: Who, device: string): Promise<void> {
  const found = await enrolment(ports, who.tenant, device);
  if (!found || !sees(who, found.site))
    throw new Refusal("not-found", `device "${device}": there is none; see the list of devices`);
}

export const placeHandlers: Handlers<Key> = {
  "GET /api/sites": async ({ who, ports }) => ({ sites: await shownSites(ports, who) }),
  "PUT /api/sites/:site": async ({ params: { site }, body, who, ports }) => {
    await describeSite(ports, who.tenant, { site, ...body });
    return siteOf(ports, who, site);
  },
  "PUT /api/sites/:site/floor-plan": async ({ params: { site }, body, who, ports, request }) => {
    await siteOf(ports, who, site);
    const type = String(request.headers["content-type"]).split(";")[0] as string;
    await drawFloorPlan(ports, who.tenant, site, { bytes: body, type });
    return siteOf(ports, who, site);
  },
  "GET /api/cameras": async ({ query: { site }, who, ports }) => {
    if (site !== undefined) mustSee(who, site);
    const [{ devices }, placed] = await Promise.all([
      fleet(ports, who.tenant, { limit: MAX_DEVICES }),
      places(ports, who.tenant),
    ]);
    const placeOf = new Map(placed.map((place) => [JSON.stringify([place.device, place.camera]), place]));
    return {
      cameras: devices
        .filter((device) => sees(who, device.site) && (site === undefined || device.site === site))
        .flatMap((device) =>
          device.cameras.map((said) => {
            const place = placeOf.get(JSON.stringify([device.device, said.camera]));
            return { ...stateOf(device, said), line: place?.line ?? "", ...(place?.at ? { at: place.at } : {}) };
          }),
        ),
    };
  },
  "PUT /api/devices/:device/cameras/:camera": async ({ params, body: { line, at }, who, ports }) => {
    await mustSeeDevice(ports, who, params.device);
    await placeCamera(ports, who.tenant, { ...params, line, ...(at ? { at } : {}) });
  },
  "GET /api/devices": async ({ query, who, ports }) => {
    const { devices, next } = await fleet(ports, who.tenant, query);
    return { devices: devices.filter(({ site }) => sees(who, site)), next, budgetMs: BUDGET_MS };
  },
  "GET /api/devices/:device/blind": async ({ params: { device }, query, who, ports }) => {
    const { to = ports.clock.now() } = query;
    const { from = Math.max(0, to - DAY_MS) } = query;
    if (!(from < to && to - from <= MAX_BLIND_MS))
      throw new Refusal(
        "bad-request",
        `from, to: ${from} to ${to} ms, must be between 0 and 31 days; choose a later from`,
      );
    await mustSeeDevice(ports, who, device);
    const found = await deviceHealth(ports, who.tenant, device);
    return {
      from,
      to,
      cameras: await Promise.all(
        (found?.cameras ?? []).map(async ({ camera }) => ({
          camera,
          blindMs: await blindMs(ports, { tenant: who.tenant, device, camera }, from, to),
        })),
      ),
    };
  },
  "PUT /api/devices/:device": async ({ params: { device }, body: { site }, who, ports }) => {
    await enrol(ports, { device, tenant: who.tenant, site });
    // Whatever it sent too early is told of now.
    if ((await takeEarlier(ports, device)) > 0) ports.poke?.();
  },
};

function stateOf({ site, device, silent }: DeviceHealth, { camera, state, reason }: DeviceHealth["cameras"][number]) {
  return { site, device, camera, state: silent ? ("silent" as const) : state.value, reason: reason?.value ?? "" };
}
