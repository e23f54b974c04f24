import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import type { EdgeConfig } from "./config.ts";
import { type Ask, cookies, type EdgeRequest, type EdgeResponse, type Headers, header } from "./message.ts";
import { originRequest, THUMBNAIL_HEADER } from "./origin-request.ts";
import { originResponse } from "./origin-response.ts";
import { viewerRequest } from "./viewer-request.ts";
import { viewerResponse } from "./viewer-response.ts";

/**
 * The edge before a server of Node, in place of a CDN (without its cache): `next` is what would be the origin.
 *
 *   fastify({ serverFactory: (handle) => createServer((request, response) => edge(request, response, () => handle(request, response))) })
 */
export function edgeMiddleware(config: EdgeConfig, ask: Ask, clock: { now(): number }) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const secure = (request.socket as TLSSocket).encrypted === true;
    const came = requestOf(request);
    const dress = (answer: EdgeResponse) => viewerResponse(came, answer, config, secure);
    const end = (answer: EdgeResponse) => {
      const { status, headers, body = "" } = dress(answer);
      response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) } as OutgoingHttpHeaders);
      response.end(request.method === "HEAD" ? undefined : body);
    };
    handle(came).catch((error: Error) => response.destroy(error));

    async function handle(given: EdgeRequest): Promise<void> {
      const entered = viewerRequest(given, config, clock.now());
      if ("response" in entered) return end(entered.response);
      const sent = await originRequest(entered.request, config, ask, clock.now());
      if ("response" in sent) return end(sent.response);
      const { path, query, headers, origin = "" } = sent.request;
      if (header(headers, THUMBNAIL_HEADER) !== "") {
        const { status, json } = await ask(origin, path, cookies(headers)).catch(() => ({ status: 502, json: {} }));
        const body = JSON.stringify(json);
        const answer = {
          status,
          headers: { "content-type": ["application/json"], "cache-control": ["no-store"] },
          body,
        };
        return end(await originResponse(sent.request, answer, ask));
      }
      request.url = query === "" ? path : `${path}?${query}`;
      for (const name of Object.keys(request.headers)) if (!(name in headers)) delete request.headers[name];
      for (const [name, values] of Object.entries(headers)) request.headers[name] ??= values.join(", ");
      dressOnTheWay(response, dress);
      next();
    }
  };
}

function requestOf(request: IncomingMessage): EdgeRequest {
  const [path = "/", ...query] = (request.url ?? "/").split("?");
  const headers = headersOf(request.headers);
  const mobile = /\bMobi/.test(header(headers, "user-agent"));
  return {
    method: request.method ?? "GET",
    host: header(headers, "host").toLowerCase().replace(/:\d+$/, ""),
    path,
    query: query.join("?"),
    // CloudFront tells kinds of devices so, and lets nobody else tell them.
    headers: {
      ...Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("cloudfront-"))),
      ...(mobile ? { "cloudfront-is-mobile-viewer": ["true"] } : {}),
    },
  };
}

function headersOf(headers: OutgoingHttpHeaders | IncomingMessage["headers"]): Headers {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), [value].flat().map(String)]],
    ),
  );
}

/** Puts the viewer-response function before the moment at which an answer's head goes out, streams included. */
function dressOnTheWay(response: ServerResponse, dress: (answer: EdgeResponse) => EdgeResponse): void {
  const writeHead = response.writeHead.bind(response) as (status: number, ...rest: unknown[]) => ServerResponse;
  response.writeHead = (status: number, ...rest: unknown[]) => {
    const last = rest.at(-1) as OutgoingHttpHeaders | OutgoingHttpHeader[] | string | undefined;
    const given = typeof last === "object" ? (Array.isArray(last) ? pairs(last) : last) : {};
    const before = headersOf({ ...response.getHeaders(), ...given });
    const { headers } = dress({ status, headers: before });
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    for (const [name, values] of Object.entries(headers))
      response.setHeader(name, values.length === 1 ? (values[0] as string) : values);
    return typeof rest[0] === "string" ? writeHead(status, rest[0]) : writeHead(status);
  };
}

/** `[name, value, name, value]`, as Node also takes headers. */
function pairs(list: readonly OutgoingHttpHeader[]): OutgoingHttpHeaders {
  const found: OutgoingHttpHeaders = {};
  for (let i = 0; i + 1 < list.length; i += 2) found[String(list[i])] = list[i + 1];
  return found;
}
