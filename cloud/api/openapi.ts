import { z } from "zod";
import { contract, type Route } from "./contract.ts";
import * as shape from "./shapes.ts";

/** The contract as an OpenAPI 3.1 document. */
export function openApi() {
  const paths: Record<string, Record<string, object>> = {};
  for (const [key, route] of Object.entries(contract) as [string, Route][]) {
    const [method = "", path = ""] = key.split(" ");
    const place = path.replace(/:(\w+)/g, "{$1}").replace("*", "{path}");
    paths[place] = { ...paths[place], [method.toLowerCase()]: operation(route, place) };
  }
  return {
    openapi: "3.1.0" as const,
    info: {
      title: "Spotter's cloud",
      version: "1",
      description: "Incidents of fall-detecting cameras. Times are ms since 1970 UTC.",
    },
    paths,
    components: {
      schemas: { Failure: schema(shape.failure, "output") },
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "__Host-spotter" },
        csrf: { type: "apiKey", in: "header", name: "x-csrf-token" },
      },
    },
  };
}

function operation({ name, summary, roles, params, query, body, upload, answer, answers }: Route, place: string) {
  const open = roles === "public";
  const json = (content: object) => ({ content: { "application/json": { schema: content } } });
  const fails = (description: string) => ({ description, ...json({ $ref: "#/components/schemas/Failure" }) });
  const bytes = Object.fromEntries((upload?.types ?? []).map((type) => [type, {}]));
  const sent = upload ? { content: bytes } : body && json(schema(body, "input"));
  return {
    operationId: name,
    summary,
    ...(open ? { security: [] } : { security: [{ session: [], csrf: [] }], "x-roles": roles }),
    parameters: [
      ...inputs("path", params, place),
      ...(place.includes("{path}") ? [{ name: "path", in: "path", required: true, schema: { type: "string" } }] : []),
      ...inputs("query", query, place),
    ],
    ...(sent ? { requestBody: { required: true, ...sent } } : {}),
    responses: {
      ...(answer
        ? { 200: { description: "done", ...json(schema(answer, "output")) } }
        : SUCCESSES[answers ?? "nothing"]),
      400: fails("the request is not as described here"),
      ...(open ? {} : { 401: fails("nobody is logged in"), 403: fails("this role may not, or the token is missing") }),
      404: fails("there is none"),
      409: fails("not now, for the reason given"),
      429: fails("too often"),
    },
  };
}

const SUCCESSES = {
  nothing: { 204: { description: "done" } },
  events: { 200: { description: "a stream that stays open", content: { "text/event-stream": {} } } },
  socket: { 101: { description: "a WebSocket" } },
  redirect: { 303: { description: "the browser is sent on" } },
  bytes: { 200: { description: "the bytes", content: { "*/*": {} } } },
};

function inputs(where: "path" | "query", object: z.ZodObject | undefined, place: string) {
  if (!object) return [];
  const { properties = {}, required = [] } = schema(object, "input") as {
    properties?: Record<string, object>;
    required?: string[];
  };
  return Object.entries(properties)
    .filter(([name]) => where === "query" || place.includes(`{${name}}`))
    .map(([name, content]) => ({
      name,
      in: where,
      required: where === "path" || required.includes(name),
      schema: content,
    }));
}

function schema(type: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...found } = z.toJSONSchema(type, { io, unrepresentable: "any" });
  return found;
}
