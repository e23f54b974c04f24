import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { AuditedStore, append, type Deed } from "../core/audit.ts";
import type { Who } from "../core/sessions.ts";
import { contract, type Route } from "./contract.ts";
import { ApiFailure } from "./failure.ts";
import type { Guard } from "./guard.ts";
import type { Ask, Handlers } from "./handler.ts";
import type { ApiPorts } from "./ports.ts";

type AnyHandler = (ask: Ask<never> & Record<string, unknown>) => Promise<unknown>;

/** Fields that no log ever sees. */
const SECRETS = ["password", "old", "new", "secret"];
/** Mistakes named in one answer. */
const MAX_NAMED = 5;

/** Puts every route of the contract up: checks, the handler, the audit log, and out of its answer what the contract shows. */
export function addRoutes(app: FastifyInstance, guard: Guard, ports: ApiPorts, handlers: Handlers): void {
  const known = new WeakMap<FastifyRequest, Who>();
  for (const [key, route] of Object.entries(contract) as [keyof Handlers, Route][]) {
    const [method = "", url = ""] = key.split(" ");
    const handle = handlers[key] as unknown as AnyHandler;
    app.route({
      method,
      url,
      ...(route.upload ? { bodyLimit: route.upload.maxBytes } : {}),
      onRequest: async (request) => {
        const who = await guard.admit(request, route);
        if (who) known.set(request, who);
        checkType(request, route);
      },
      handler: async (request, reply) => {
        const who = known.get(request);
        const asked = {
          params: parse(route.params, request.params),
          query: parse(route.query, request.query),
          body: route.upload ? request.body : parse(route.body, request.body),
        };
        const deed = who && method !== "GET" ? deedOf(route, who, asked) : undefined;
        const audited = deed && new AuditedStore(ports, deed);
        const own = audited ? { ...ports, store: audited } : ports;
        const answer = await handle({ ...asked, who, ports: own, request, reply } as never);
        // It changed nothing, and yet was asked for and granted.
        if (deed && !audited?.entry) await append(ports, deed);
        return reply.sent ? reply : send(reply, route, answer);
      },
    });
  }
}

function send(reply: FastifyReply, route: Route, answer: unknown): FastifyReply {
  if (!route.answer) return reply.code(204).send();
  // An answer that is not as promised is a fault of ours, so it throws.
  return reply.type("application/json; charset=utf-8").send(JSON.stringify(route.answer.parse(answer)));
}

/** Throws ApiFailure for bytes of a kind that the route does not take. */
function checkType({ headers }: FastifyRequest, { body, upload }: Route): void {
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const taken = upload?.types ?? (body ? ["application/json"] : []);
  const empty = headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0;
  if (taken.length === 0 && !empty) throw new ApiFailure("bad-request", "body: there is one; send none");
  if (taken.length > 0 && !taken.includes(type))
    throw new ApiFailure("wrong-type", `content-type: is "${type.slice(0, 80)}", must be ${taken.join(" or ")}`);
}

function parse(schema: z.ZodObject | undefined, given: unknown): unknown {
  if (!schema) return undefined;
  const { data, error } = schema.safeParse(given);
  if (!error) return data;
  const named = error.issues.slice(0, MAX_NAMED).map(({ path, message }) => {
    const place = path.join(".");
    return place === "" ? message : `${place}: ${message}`;
  });
  const more = error.issues.length > MAX_NAMED ? [`and ${error.issues.length - MAX_NAMED} more`] : [];
  throw new ApiFailure("bad-request", [...named, ...more].join(" · "));
}

function deedOf({ name }: Route, { tenant, user }: Who, asked: Record<"params" | "body", unknown>): Deed {
  const params = (asked.params ?? {}) as Record<string, string>;
  const body = Buffer.isBuffer(asked.body) ? { bytes: asked.body.length } : asked.body;
  const detail = withoutSecrets({ ...params, ...(body as object | undefined) }) as Record<string, unknown>;
  const subject = Object.values(params).join("/") || String((body as { user?: string } | undefined)?.user ?? "");
  return { tenant, user, action: name, subject, detail };
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (SECRETS.includes(name) ? [] : [[name, withoutSecrets(inner)]])),
  );
}
