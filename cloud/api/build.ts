import { createServer } from "node:http";
import fastify, { type FastifyInstance, type FastifyServerFactory } from "fastify";
import { ConflictError } from "../core/store.ts";
import { contract, type Route } from "./contract.ts";
import { Cookies } from "./cookies.ts";
import { ApiFailure, translate } from "./failure.ts";
import { Guard, securityHeaders } from "./guard.ts";
import { incidentHandlers } from "./incidents.ts";
import { Live } from "./live.ts";
import { addPages } from "./pages.ts";
import { peopleHandlers } from "./people.ts";
import { placeHandlers } from "./places.ts";
import type { ApiOptions } from "./ports.ts";
import { recordHandlers } from "./records.ts";
import { addRoutes } from "./routes.ts";
import { sessionHandlers } from "./session.ts";
import { systemHandlers } from "./system.ts";
import { userHandlers } from "./users.ts";

/** The largest JSON that any route has use for. */
const MAX_JSON_BYTES = 64 * 1024;
/** Whoever sends more slowly is cut off, ms. */
const REQUEST_MS = 30_000;

/**
 * Builds the API with everything but a port: `inject` works at once, `listen` opens it, and a Lambda adapter wraps it.
 *
 *   request → edge → guard (who may) → contract (what may be asked) → handler → core → contract (what is shown) → answer
 */
export function buildApi(options: ApiOptions): FastifyInstance {
  const { ports, edge, proxies = 0, warn = () => {} } = options;
  const app = fastify({
    bodyLimit: MAX_JSON_BYTES,
    requestTimeout: REQUEST_MS,
    exposeHeadRoutes: false,
    // Live streams never end by themselves; stopping must not wait for them.
    forceCloseConnections: true,
    trustProxy: (_address, hop) => hop < proxies,
    routerOptions: { maxParamLength: 400 },
    ...(edge ? { serverFactory: behind(edge) } : {}),
    frameworkErrors: (error, _request, reply) => {
      const { statusCode, failure } = translate(error) ?? new ApiFailure("bad-request", error.message);
      // Before any hook: the address itself is none.
      reply.raw
        .writeHead(statusCode, { ...securityHeaders(options), "content-type": "application/json; charset=utf-8" })
        .end(JSON.stringify(failure));
    },
  });
  const cookies = new Cookies(options.secure);
  const guard = new Guard(options, cookies);
  const live = new Live(options, guard);

  app.addHook("onRequest", async (request, reply) => guard.greet(request, reply));
  app.setErrorHandler((thrown, request, reply) => {
    const known =
      thrown instanceof ConflictError
        ? new ApiFailure("busy", "others were faster, again and again")
        : translate(thrown);
    if (!known) warn(thrown as Error, `${request.method} ${request.routeOptions.url ?? ""} failed`);
    const { statusCode, failure, headers } = known ?? new ApiFailure("internal", "the cloud made a mistake");
    return reply
      .code(statusCode)
      .headers(headers)
      .type("application/json; charset=utf-8")
      .send(JSON.stringify(failure));
  });
  // Every checked type is asked for by some route; what a route does not ask for is refused before its body is read.
  const uploads = Object.values(contract as Record<string, Route>).flatMap(({ upload }) => upload?.types ?? []);
  app.addContentTypeParser([...new Set(uploads)], { parseAs: "buffer" }, (_request, bytes, done) => done(null, bytes));
  app.removeContentTypeParser("text/plain");

  addRoutes(app, guard, ports, {
    ...sessionHandlers(options, cookies),
    ...userHandlers,
    ...incidentHandlers,
    ...placeHandlers,
    ...peopleHandlers,
    ...recordHandlers,
    ...live.handlers,
    ...systemHandlers(options),
  });
  addPages(app, options.pages);
  app.server.on("upgrade", (request, socket, head) => void live.upgrade(request, socket, head));
  app.addHook("preClose", async () => live.close());
  return app;
}

function behind(edge: NonNullable<ApiOptions["edge"]>): FastifyServerFactory {
  return (handle) =>
    createServer({ requestTimeout: REQUEST_MS }, (request, response) =>
      edge(request, response, () => handle(request, response)),
    );
}
