import type { Body, Params, Query, RouteKey } from "../../../cloud/api/contract.ts";
import { signLink } from "../../../cloud/core/links.ts";
import { LINK_SECRET, PNG, type Tenant, type World } from "./world.ts";

/** A request that is granted; of each route, one. */
export interface Example<Key extends RouteKey> {
  readonly params?: Params<Key>;
  readonly query?: Query<Key>;
  readonly body?: Body<Key> extends Blob ? never : Body<Key>;
  readonly upload?: { readonly type: string; readonly bytes: Buffer };
  /** Instead of 200, or 204 where nothing is answered. */
  readonly status?: number;
}

const ofIncident = (world: World, tenant: Tenant) => ({ params: { incident: world.ids[tenant].incident } });
const none = () => ({});

/** The routes that need a session. */
export type Inner = Exclude<
  RouteKey,
  | "POST /api/session"
  | "GET /api/session/providers"
  | "GET /api/session/oidc/:provider/start"
  | "GET /api/session/oidc/:provider/callback"
  | "GET /blobs/*"
  | "GET /healthz"
  | "GET /readyz"
  | "GET /api/openapi.json"
>;

export const examples: { readonly [Key in Inner]: (world: World, tenant: Tenant) => Example<Key> } = {
  "GET /api/session": none,
  "DELETE /api/session": none,
  "POST /api/session/password": () => ({ body: { old: "not the password", new: "a password of enough" }, status: 409 }),
  "GET /api/users": none,
  "POST /api/users": () => ({ body: { user: "new@example.org", name: "New", role: "operator", sites: ["north"] } }),
  "PATCH /api/users/:user": () => ({ params: { user: "olga" }, body: { name: "Olga" } }),
  "GET /api/incidents": none,
  "GET /api/incidents/:incident": ofIncident,
  "GET /api/incidents/:incident/timeline": ofIncident,
  "GET /api/incidents/:incident/skeleton": ofIncident,
  "GET /api/incidents/:incident/receipts": ofIncident,
  "GET /api/incidents/:incident/escalation": ofIncident,
  "GET /api/incidents/:incident/case": ofIncident,
  "POST /api/incidents/:incident/acknowledge": (world, tenant) => ({
    ...ofIncident(world, tenant),
    body: { reason: "went there", outcome: "true" },
  }),
  "POST /api/incidents/:incident/shelve": (world, tenant) => ({
    ...ofIncident(world, tenant),
    body: { reason: "is looked after", minutes: 20 },
  }),
  "POST /api/incidents/:incident/unshelve": (world, tenant) => ({
    ...ofIncident(world, tenant),
    body: { reason: "look again" },
  }),
  // Nobody has acknowledged it yet.
  "POST /api/incidents/:incident/clear": (world, tenant) => ({
    ...ofIncident(world, tenant),
    body: { reason: "the device was taken down" },
    status: 409,
  }),
  "POST /api/incidents/:incident/notes": (world, tenant) => ({
    ...ofIncident(world, tenant),
    body: { reason: "the floor was wet" },
  }),
  "GET /api/sites": none,
  "PUT /api/sites/:site": () => ({ params: { site: "north" }, body: { name: "Werk Nord", timeZone: "Europe/Berlin" } }),
  "PUT /api/sites/:site/floor-plan": () => ({ params: { site: "north" }, upload: { type: "image/png", bytes: PNG } }),
  "GET /api/cameras": none,
  "PUT /api/devices/:device/cameras/:camera": (world, tenant) => ({
    params: { device: world.ids[tenant].device, camera: "press-3" },
    body: { line: "presses", at: { x: 0.25, y: 0.5 } },
  }),
  "GET /api/devices": none,
  "GET /api/devices/:device/blind": (world, tenant) => ({ params: { device: world.ids[tenant].device } }),
  "PUT /api/devices/:device": (world, tenant) => ({
    params: { device: world.ids[tenant].device },
    body: { site: "north" },
  }),
  "GET /api/people": none,
  "PUT /api/people/:person": () => ({
    params: { person: "bob" },
    body: { name: "Bob", contacts: [{ channel: "email", address: "bob@example.org" }] },
  }),
  "DELETE /api/people/:person": () => ({ params: { person: "nobody" } }),
  "POST /api/people/:person/test": () => ({ params: { person: "ann" }, body: { channel: "webhook" } }),
  "GET /api/rotas": none,
  "PUT /api/rotas/:rota": () => ({
    params: { rota: "days" },
    body: { timeZone: "UTC", shifts: [{ days: [1, 2], from: "06:00", to: "14:00", person: "ann" }] },
  }),
  "DELETE /api/rotas/:rota": () => ({ params: { rota: "nights" } }),
  "GET /api/policies": none,
  "PUT /api/policies/:site": () => ({
    params: { site: "north" },
    body: {
      chain: [{ afterS: 0, to: { onCall: "nights" }, by: "webhook" }],
      ...{ repeatS: 120, nearMiss: [], trouble: [], cooldownS: 60 },
    },
  }),
  "DELETE /api/policies/:site": () => ({ params: { site: "north" } }),
  "GET /api/notices": none,
  "POST /api/notices/:notice/replay": (world, tenant) => ({ params: { notice: world.ids[tenant].notice } }),
  "GET /api/analytics": none,
  "GET /api/dead-letters": none,
  "POST /api/dead-letters/:letter/replay": (world, tenant) => ({ params: { letter: world.ids[tenant].letter } }),
  "GET /api/audit": none,
  "GET /api/audit/check": none,
  "GET /api/live": () => ({ status: 409 }),
  "GET /api/live/socket": () => ({ status: 409 }),
};

export const INNER = Object.keys(examples) as Inner[];

/** The address of a blob, signed until `expiresAt`. */
export const linkTo = (blob: string, expiresAt: number) => signLink(LINK_SECRET, blob, expiresAt);
