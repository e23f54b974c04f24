import type {
  CloudFrontHeaders,
  CloudFrontRequest,
  CloudFrontRequestEvent,
  CloudFrontResponseEvent,
  CloudFrontResultResponse,
} from "aws-lambda";
import type { EdgeConfig } from "./config.ts";
import {
  type Ask,
  type EdgeRequest,
  type EdgeResponse,
  failure,
  type Headers,
  header,
  type Onward,
} from "./message.ts";
import { originRequest } from "./origin-request.ts";
import { originResponse } from "./origin-response.ts";
import { viewerRequest } from "./viewer-request.ts";
import { viewerResponse } from "./viewer-response.ts";

/** What a function may answer with, headers and all: bytes (quotas of Lambda@Edge). */
export const VIEWER_BYTES = 40 * 1024;
export const ORIGIN_BYTES = 1024 * 1024;

/** The four functions as CloudFront calls them; the only place that knows its events. */
export function cloudfront(config: EdgeConfig, ask: Ask, clock: { now(): number }) {
  return {
    viewerRequest: async (event: CloudFrontRequestEvent) => {
      const { request } = only(event);
      return onward(request, viewerRequest(requestOf(request), config, clock.now()), VIEWER_BYTES);
    },
    originRequest: async (event: CloudFrontRequestEvent) => {
      const { request } = only(event);
      return onward(request, await originRequest(requestOf(request), config, ask, clock.now()), ORIGIN_BYTES);
    },
    originResponse: async (event: CloudFrontResponseEvent) => {
      const { request, response } = only(event);
      const before = responseOf(response);
      const after = await originResponse(requestOf(request), before, ask);
      return after === before ? response : result(after, response.headers, ORIGIN_BYTES);
    },
    viewerResponse: async (event: CloudFrontResponseEvent) => {
      const { request, response } = only(event);
      // Viewers come over TLS alone: the distribution sends others there.
      const { headers } = viewerResponse(requestOf(request), responseOf(response), config, true);
      return { ...response, headers: headersFor(headers, response.headers) };
    },
  };
}

/** CloudFront sends one record an event. */
function only<Cf>({ Records: [record] }: { readonly Records: readonly { readonly cf: Cf }[] }): Cf {
  if (!record) throw new Error("Records: is empty, must hold one record; only CloudFront may call this function");
  return record.cf;
}

function requestOf({ method, uri, querystring, headers: given, origin }: CloudFrontRequest): EdgeRequest {
  const headers = headersOf(given);
  return {
    method,
    host: header(headers, "host").toLowerCase(),
    path: uri,
    query: querystring,
    headers,
    ...(origin?.custom ? { origin: origin.custom.domainName } : {}),
  };
}

function responseOf({ status, headers }: CloudFrontResponseEvent["Records"][0]["cf"]["response"]): EdgeResponse {
  return { status: Number(status), headers: headersOf(headers) };
}

function headersOf(headers: CloudFrontHeaders): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name.toLowerCase(), values.map(({ value }) => value)]),
  );
}

/** Headers that stay keep the spelling that they came with. */
function headersFor(headers: Headers, before: CloudFrontHeaders): CloudFrontHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => {
      const same =
        before[name]?.length === values.length && values.every((value, i) => before[name]?.[i]?.value === value);
      return [name, same ? (before[name] as []) : values.map((value) => ({ key: name, value }))];
    }),
  );
}

function onward(before: CloudFrontRequest, after: Onward, limit: number): CloudFrontRequest | CloudFrontResultResponse {
  if ("response" in after) return result(after.response, {}, limit);
  const { path, query, headers, origin } = after.request;
  const sent = { ...before, uri: path, querystring: query, headers: headersFor(headers, before.headers) };
  const custom = before.origin?.custom;
  if (!custom || origin === undefined || origin === custom.domainName) return sent;
  return {
    ...sent,
    origin: { custom: { ...custom, domainName: origin } },
    // Who answers there knows itself by this name alone.
    headers: { ...sent.headers, host: [{ key: "Host", value: origin }] },
  };
}

function result(
  { status, headers, body = "" }: EdgeResponse,
  before: CloudFrontHeaders,
  limit: number,
): CloudFrontResultResponse {
  const answer = { status: String(status), headers: headersFor(headers, before), body, bodyEncoding: "text" as const };
  if (Buffer.byteLength(JSON.stringify(answer)) <= limit) return answer;
  const { headers: short, body: why = "" } = failure(
    500,
    "too-large",
    `The answer has more than ${limit} bytes.`,
    "Ask for less.",
  );
  return { status: "500", headers: headersFor(short, {}), body: why, bodyEncoding: "text" };
}
