import { readdirSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import fastify, { type FastifyInstance } from "fastify";
import { redact } from "../config/redact.ts";
import type { ApiConfig, Config } from "../config/schema.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { asError, UsageError } from "../lib/failure.ts";
import { type Logger, silentLog } from "../observe/log.ts";
import type { Credential } from "./credential.ts";
import type { DeviceView } from "./device.ts";
import { ApiFailure, translate } from "./failure.ts";
import { guard } from "./guard.ts";
import { Live } from "./live.ts";
import { Pictures } from "./pictures.ts";
import { routes } from "./routes.ts";

export interface ApiOptions {
  device: DeviceView;
  credential: Credential;
  /** The whole config: `api` says where to listen, the rest is shown redacted, as it is when it is asked for. */
  config: Config;
  log?: Logger;
  clock?: Clock;
}

/** Builds the API with everything but a port: `inject` works at once, `listen` opens it. */
export function buildApi(options: ApiOptions): FastifyInstance {
  const { device, credential, config, log = silentLog, clock = systemClock } = options;
  const app = fastify({
    bodyLimit: 4096,
    requestTimeout: 10_000,
    exposeHeadRoutes: false,
    // Live streams never end by themselves; stopping must not wait for them.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 100 },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    frameworkErrors: (error, _request, reply) => {
      const { statusCode, failure } = translate(error) ?? new ApiFailure("bad-request", error.message);
      reply.raw.writeHead(statusCode, { "content-type": "application/json" }).end(JSON.stringify(failure));
    },
    clientErrorHandler(_error, socket) {
      // Not even HTTP: there is no request to answer properly.
      if (!socket.writable) return;
      const { failure } = new ApiFailure("bad-request", "this is not an HTTP request that the device understands");
      const body = JSON.stringify(failure);
      socket.end(
        `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
    },
  });
  app.removeContentTypeParser("text/plain");
  app.server.maxConnections = 128;

  app.setErrorHandler((error, request, reply) => {
    const known = translate(error);
    if (!known) log.error({ err: error, method: request.method, url: request.url }, "an API request failed");
    const failed = known ?? new ApiFailure("internal", "the device failed to answer");
    return reply.status(failed.statusCode).headers(failed.headers).send(failed.failure);
  });
  app.setNotFoundHandler((request) => {
    throw new ApiFailure("not-found", `there is no ${request.method} ${request.url.slice(0, 100)}`);
  });

  const live = new Live(device);
  app.addHook("preClose", async () => live.close());
  guard(app, credential, config.api.host, clock);
  page(app);
  routes(app, { device, live, pictures: new Pictures(device, clock), config: () => redact(options.config), log });
  return app;
}

/**
 * Opens the API's port and returns its address, for instance `http://127.0.0.1:8600`. Throws UsageError when the port
 * or the address cannot be used.
 */
export async function listen(app: FastifyInstance, { host, port }: ApiConfig): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "EADDRINUSE")
      throw new UsageError(
        `api.port: ${port} is taken by another program; stop it, choose another port, or 0 for a free one`,
      );
    if (code === "EACCES") throw new UsageError(`api.port: ${port} needs more rights; choose a port from 1024 up`);
    throw new UsageError(`api.host: "${host}" cannot be listened on (${asError(cause).message}); use 127.0.0.1`);
  }
  const { address, family, port: real } = app.server.address() as AddressInfo;
  const reachable = address === "0.0.0.0" || address === "::" ? "127.0.0.1" : address;
  return `http://${family === "IPv6" && reachable.includes(":") ? `[${reachable}]` : reachable}:${real}`;
}

/** The address that lets its reader in: the token stands in the fragment, which browsers never send anywhere. */
export function entrance(url: string, { token }: Credential): string {
  return `${url}/#token=${token}`;
}

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The live page: a few plain files, read once. */
function page(app: FastifyInstance): void {
  const folder = join(import.meta.dirname, "page");
  for (const name of readdirSync(folder)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const bytes = readFileSync(join(folder, name));
    app.get(name === "index.html" ? "/" : `/${name}`, { config: { open: true } }, async (_request, reply) =>
      reply.type(type).send(bytes),
    );
  }
}
