import { z } from "zod";
import type { Role } from "../core/users.ts";
import * as shape from "./shapes.ts";
import * as word from "./words.ts";

/**
 * What the cloud can be asked: one table, from which come the checks of every request and answer, the types of handlers and
 * client, the OpenAPI document and the attacks of the tests. A route that is not in it does not exist.
 */
export interface Route {
  /** Unique; the audit log and OpenAPI know the route by it. */
  readonly name: string;
  readonly summary: string;
  /** Who may; `public`: anybody, without a session. */
  readonly roles: readonly Role[] | "public";
  /** Touches what belongs to no single site: only for those who see every site. */
  readonly whole?: true;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** JSON, unless `upload` says otherwise. */
  readonly body?: z.ZodObject;
  /** Media types of a body of bytes, and the most of them. */
  readonly upload?: { readonly types: readonly string[]; readonly maxBytes: number };
  /** JSON; absent: 204 without a body, unless `answers` says otherwise. */
  readonly answer?: z.ZodObject;
  /** What is answered instead of JSON. */
  readonly answers?: "events" | "socket" | "redirect" | "bytes";
}

const EVERYONE = ["operator", "safety", "admin"] as const;
const SAFETY = ["safety", "admin"] as const;
const ADMIN = ["admin"] as const;
const PUBLIC = "public" as const;

const page = { limit: word.limit, after: word.cursor.optional() };
const span = { from: word.timeInQuery.optional(), to: word.timeInQuery.optional() };
const ofIncident = z.strictObject({ incident: word.id });
const ofSite = z.strictObject({ site: word.name });
const ofDevice = z.strictObject({ device: word.device });
const ofPerson = z.strictObject({ person: word.name });
const ofRota = z.strictObject({ rota: word.name });
const ofUser = z.strictObject({ user: word.login });
const ofProvider = z.strictObject({ provider: word.name });
const siteOrAll = z.strictObject({ site: z.union([word.name, z.literal("*")]) });
const why = z.strictObject({ reason: word.reason });
const seenSites = z.array(z.union([word.name, z.literal("*")])).max(100);
const hours = {
  days: z.array(z.int().min(1).max(7)).min(1).max(7),
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 06:00"),
  to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 14:00"),
};
const target = z.union([z.strictObject({ person: word.name }), z.strictObject({ onCall: word.name })]);
const told = z.array(z.strictObject({ to: target, by: word.channel })).max(20);

/** What a Lambda takes, base64 and all, is 6 MB. */
export const MAX_PLAN_BYTES = 3 * 1024 * 1024;

export const contract = {
  "POST /api/session": {
    name: "session.logIn",
    summary: "Logs in with a password; sets the session's cookie.",
    roles: PUBLIC,
    body: z.strictObject({
      /** Absent: the tenant of this cloud. */
      tenant: word.name.optional(),
      user: word.login,
      password: z.string().min(1).max(200),
    }),
    answer: shape.me,
  },
  "GET /api/session": {
    name: "session.me",
    summary: "Who is logged in, and the token that writes need.",
    roles: EVERYONE,
    answer: shape.me,
  },
  "DELETE /api/session": { name: "session.logOut", summary: "Ends the session.", roles: EVERYONE },
  "POST /api/session/password": {
    name: "session.changePassword",
    summary: "Changes one's own password; ends one's other sessions.",
    roles: EVERYONE,
    body: z.strictObject({ old: z.string().min(1).max(200), new: word.password }),
    answer: shape.me,
  },
  "GET /api/session/providers": {
    name: "session.providers",
    summary: "Where one can sign in instead of with a password.",
    roles: PUBLIC,
    answer: z.object({ providers: z.array(shape.provider) }),
  },
  "GET /api/session/oidc/:provider/start": {
    name: "session.oidcStart",
    summary: "Sends the browser to the provider.",
    roles: PUBLIC,
    params: ofProvider,
    answers: "redirect",
  },
  "GET /api/session/oidc/:provider/callback": {
    name: "session.oidcCallback",
    summary: "Where the provider sends the browser back to; sets the session's cookie.",
    roles: PUBLIC,
    params: ofProvider,
    query: z.looseObject({
      state: z.string().max(500).optional(),
      code: z.string().max(4_000).optional(),
      error: z.string().max(500).optional(),
    }),
    answers: "redirect",
  },

  "GET /api/users": {
    name: "user.list",
    summary: "Everybody who can log in.",
    roles: ADMIN,
    whole: true,
    answer: z.object({ users: z.array(shape.user) }),
  },
  "POST /api/users": {
    name: "user.create",
    summary: "Lets somebody in; with a password, which they must change, or for a provider without one.",
    roles: ADMIN,
    whole: true,
    body: z.strictObject({
      user: word.login,
      name: word.title,
      role: word.role,
      sites: seenSites,
      password: word.password.optional(),
    }),
    answer: shape.user,
  },
  "PATCH /api/users/:user": {
    name: "user.change",
    summary: "Changes name, role, sites, password, or shuts somebody out; ends their sessions.",
    roles: ADMIN,
    whole: true,
    params: ofUser,
    body: z.strictObject({
      name: word.title.optional(),
      role: word.role.optional(),
      sites: seenSites.optional(),
      disabled: z.boolean().optional(),
      password: word.password.optional(),
    }),
    answer: shape.user,
  },

  "GET /api/incidents": {
    name: "incident.list",
    summary: "Incidents, newest first.",
    roles: EVERYONE,
    query: z.strictObject({
      state: word.state.optional(),
      severity: word.severity.optional(),
      site: word.name.optional(),
      /** Both or none. */
      device: word.device.optional(),
      camera: word.camera.optional(),
      ...span,
      ...page,
    }),
    answer: shape.incidents,
  },
  "GET /api/incidents/:incident": {
    name: "incident.get",
    summary: "One incident with every step and action.",
    roles: EVERYONE,
    params: ofIncident,
    answer: shape.incident,
  },
  "GET /api/incidents/:incident/timeline": {
    name: "incident.timeline",
    summary: "From frame to acknowledgement, in ms.",
    roles: EVERYONE,
    params: ofIncident,
    answer: shape.timeline,
  },
  "GET /api/incidents/:incident/skeleton": {
    name: "incident.skeleton",
    summary: "The person's joints in the seconds before each change, to be replayed.",
    roles: EVERYONE,
    params: ofIncident,
    answer: shape.skeleton,
  },
  "GET /api/incidents/:incident/receipts": {
    name: "incident.receipts",
    summary: "What the outputs answered.",
    roles: EVERYONE,
    params: ofIncident,
    answer: shape.receipts,
  },
  "GET /api/incidents/:incident/escalation": {
    name: "incident.escalation",
    summary: "Who was told, and who will be.",
    roles: EVERYONE,
    params: ofIncident,
    answer: shape.escalation,
  },
  "GET /api/incidents/:incident/case": {
    name: "incident.export",
    summary: "Everything about it with hashes, as evidence; the export itself is in the audit log.",
    roles: SAFETY,
    params: ofIncident,
    answer: shape.caseFile,
  },
  "POST /api/incidents/:incident/acknowledge": {
    name: "incident.acknowledge",
    summary: "Takes notice, and says what it was; stops the escalation. Later ones may correct the outcome.",
    roles: EVERYONE,
    params: ofIncident,
    body: why.extend({ outcome: word.outcome.optional() }),
    answer: shape.incident,
  },
  "POST /api/incidents/:incident/shelve": {
    name: "incident.shelve",
    summary: "Takes it out of sight for some minutes: at most 30 of a fall, 480 of anything else.",
    roles: SAFETY,
    params: ofIncident,
    body: why.extend({ minutes: z.int().min(1).max(480) }),
    answer: shape.incident,
  },
  "POST /api/incidents/:incident/unshelve": {
    name: "incident.unshelve",
    summary: "Brings it back into sight.",
    roles: EVERYONE,
    params: ofIncident,
    body: why,
    answer: shape.incident,
  },
  "POST /api/incidents/:incident/clear": {
    name: "incident.clear",
    summary: "Closes the record; the alarm on the device, and its outputs, stay as they are.",
    roles: SAFETY,
    params: ofIncident,
    body: why,
    answer: shape.incident,
  },
  "POST /api/incidents/:incident/notes": {
    name: "incident.note",
    summary: "Writes something down beside it.",
    roles: EVERYONE,
    params: ofIncident,
    body: why,
    answer: shape.incident,
  },

  "GET /api/sites": {
    name: "site.list",
    summary: "The sites that one sees.",
    roles: EVERYONE,
    answer: z.object({ sites: z.array(shape.site) }),
  },
  "PUT /api/sites/:site": {
    name: "site.write",
    summary: "Describes a site.",
    roles: SAFETY,
    whole: true,
    params: ofSite,
    body: z.strictObject({ name: word.title, timeZone: word.timeZone }),
    answer: shape.site,
  },
  "PUT /api/sites/:site/floor-plan": {
    name: "site.floorPlan",
    summary: "Replaces the picture that cameras are placed on.",
    roles: SAFETY,
    params: ofSite,
    upload: { types: ["image/png", "image/jpeg", "image/webp"], maxBytes: MAX_PLAN_BYTES },
    answer: shape.site,
  },
  "GET /api/cameras": {
    name: "camera.list",
    summary: "Every camera with its place and state.",
    roles: EVERYONE,
    query: z.strictObject({ site: word.name.optional() }),
    answer: z.object({ cameras: z.array(shape.placedCamera) }),
  },
  "PUT /api/devices/:device/cameras/:camera": {
    name: "camera.place",
    summary: "Says which line a camera watches and where it is on the floor plan.",
    roles: SAFETY,
    params: ofDevice.extend({ camera: word.camera }),
    body: z.strictObject({ line: word.line, at: word.spot.optional() }),
  },

  "GET /api/devices": {
    name: "device.list",
    summary: "How every device does.",
    roles: EVERYONE,
    query: z.strictObject(page),
    answer: shape.devices,
  },
  "GET /api/devices/:device/blind": {
    name: "device.blind",
    summary: "How long its cameras did not watch, by their own word; the last 24 hours unless asked otherwise.",
    roles: EVERYONE,
    params: ofDevice,
    query: z.strictObject(span),
    answer: shape.blindness,
  },
  "PUT /api/devices/:device": {
    name: "device.enrol",
    summary: "Lets a device in, at a site.",
    roles: ADMIN,
    whole: true,
    params: ofDevice,
    body: z.strictObject({ site: word.name }),
  },

  "GET /api/people": {
    name: "person.list",
    summary: "Everybody who can be told.",
    roles: SAFETY,
    whole: true,
    answer: z.object({ people: z.array(shape.person) }),
  },
  "PUT /api/people/:person": {
    name: "person.write",
    summary: "Writes somebody down. A webhook without a secret keeps the one it has.",
    roles: SAFETY,
    whole: true,
    params: ofPerson,
    body: z.strictObject({
      name: word.title,
      contacts: z
        .array(
          z.strictObject({
            channel: word.channel,
            address: z.string().min(3).max(500),
            secret: z.string().min(16).max(200).optional(),
          }),
        )
        .max(10),
      quiet: z.strictObject({ timeZone: word.timeZone, hours: z.array(z.strictObject(hours)).max(50) }).optional(),
    }),
    answer: shape.person,
  },
  "DELETE /api/people/:person": {
    name: "person.remove",
    summary: "Forgets somebody; refused while a rota or policy names them.",
    roles: SAFETY,
    whole: true,
    params: ofPerson,
  },
  "POST /api/people/:person/test": {
    name: "person.test",
    summary: "Sends a test message.",
    roles: SAFETY,
    whole: true,
    params: ofPerson,
    body: z.strictObject({ channel: word.channel }),
  },
  "GET /api/rotas": {
    name: "rota.list",
    summary: "Who is on call when, and now.",
    roles: SAFETY,
    whole: true,
    answer: z.object({ rotas: z.array(shape.rota) }),
  },
  "PUT /api/rotas/:rota": {
    name: "rota.write",
    summary: "Writes a rota down.",
    roles: SAFETY,
    whole: true,
    params: ofRota,
    body: z.strictObject({
      timeZone: word.timeZone,
      shifts: z.array(z.strictObject({ ...hours, person: word.name })).max(200),
    }),
    answer: shape.rota,
  },
  "DELETE /api/rotas/:rota": {
    name: "rota.remove",
    summary: "Forgets a rota; refused while a policy names it.",
    roles: SAFETY,
    whole: true,
    params: ofRota,
  },
  "GET /api/policies": {
    name: "policy.list",
    summary: "Who is told of what, by site.",
    roles: SAFETY,
    whole: true,
    answer: z.object({ policies: z.array(shape.policy) }),
  },
  "PUT /api/policies/:site": {
    name: "policy.write",
    summary: "Says who is told at a site; at `*`, at all that have no policy of their own.",
    roles: SAFETY,
    whole: true,
    params: siteOrAll,
    body: z.strictObject({
      chain: z.array(z.strictObject({ afterS: z.int().min(0).max(86_400), to: target, by: word.channel })).max(50),
      repeatS: z.int().min(60).max(86_400),
      nearMiss: told,
      trouble: told,
      cooldownS: z.int().min(0).max(86_400),
    }),
    answer: shape.policy,
  },
  "DELETE /api/policies/:site": {
    name: "policy.remove",
    summary: "Forgets a site's policy.",
    roles: SAFETY,
    whole: true,
    params: siteOrAll,
  },

  "GET /api/notices": {
    name: "notice.list",
    summary: "Messages to people, newest first; those that failed unless asked for all.",
    roles: SAFETY,
    whole: true,
    query: z.strictObject({ which: z.enum(["failed", "all"]).default("failed"), ...page }),
    answer: shape.notices,
  },
  "POST /api/notices/:notice/replay": {
    name: "notice.replay",
    summary: "Tries a failed message again.",
    roles: SAFETY,
    whole: true,
    params: z.strictObject({ notice: word.id }),
  },

  "GET /api/analytics": {
    name: "analytics",
    summary: "What incidents say together; of the last 30 days unless asked otherwise.",
    roles: SAFETY,
    query: z.strictObject({ ...span, site: word.name.optional() }),
    answer: shape.analytics,
  },

  "GET /api/dead-letters": {
    name: "deadLetter.list",
    summary: "What devices sent and the cloud could not take, newest first.",
    roles: ADMIN,
    whole: true,
    query: z.strictObject(page),
    answer: z.object({ deadLetters: z.array(shape.deadLetter), next: word.next }),
  },
  "POST /api/dead-letters/:letter/replay": {
    name: "deadLetter.replay",
    summary: "Tries one again.",
    roles: ADMIN,
    whole: true,
    params: z.strictObject({ letter: word.id }),
    answer: z.object({ fate: z.enum(["stored", "duplicate", "dead"]) }),
  },

  "GET /api/audit": {
    name: "audit.list",
    summary: "Who did what, newest first.",
    roles: SAFETY,
    whole: true,
    query: z.strictObject(page),
    answer: z.object({ entries: z.array(shape.auditEntry), head: shape.auditHead, next: word.next }),
  },
  "GET /api/audit/check": {
    name: "audit.check",
    summary: "Computes the chain of hashes again, from the first entry to the last.",
    roles: SAFETY,
    whole: true,
    answer: z.object({
      head: shape.auditHead,
      whole: z.boolean(),
      /** The first entry that does not fit the one before. */
      brokenAt: z.number().optional(),
    }),
  },

  "GET /api/live": {
    name: "live.events",
    summary: "What changes, as Server-Sent Events; goes on behind `after` or the header last-event-id.",
    roles: EVERYONE,
    query: z.strictObject({ after: word.cursor.optional() }),
    answers: "events",
  },
  "GET /api/live/socket": {
    name: "live.socket",
    summary: "What changes, as messages of a WebSocket; goes on behind `after`.",
    roles: EVERYONE,
    query: z.strictObject({ after: word.cursor.optional() }),
    answers: "socket",
  },

  "GET /blobs/*": {
    name: "blob.get",
    summary: "A picture or clip, under an address that the cloud signed and that expires.",
    roles: PUBLIC,
    query: z.strictObject({ expires: z.string().max(12), signature: z.string().max(64) }),
    answers: "bytes",
  },
  "GET /healthz": {
    name: "health",
    summary: "The process runs.",
    roles: PUBLIC,
    answer: z.object({ ok: z.literal(true) }),
  },
  "GET /readyz": {
    name: "ready",
    summary: "The store answers; 503 while it does not.",
    roles: PUBLIC,
    answer: z.object({ ok: z.literal(true) }),
  },
  "GET /api/openapi.json": {
    name: "openapi",
    summary: "This contract as an OpenAPI 3.1 document.",
    roles: PUBLIC,
    answer: z.looseObject({ openapi: z.literal("3.1.0") }),
  },
} as const satisfies Record<string, Route>;

export type Contract = typeof contract;
/** Such as `GET /api/incidents/:incident`. */
export type RouteKey = keyof Contract;

type In<Key extends RouteKey, Part extends string> = Contract[Key] extends {
  readonly [P in Part]: infer Schema extends z.ZodType;
}
  ? z.input<Schema>
  : undefined;

/** What a client sends and gets. */
export type Params<Key extends RouteKey> = In<Key, "params">;
export type Query<Key extends RouteKey> = In<Key, "query">;
export type Body<Key extends RouteKey> = Contract[Key] extends { readonly upload: unknown } ? Blob : In<Key, "body">;
export type Answer<Key extends RouteKey> = Contract[Key] extends { readonly answer: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined;
