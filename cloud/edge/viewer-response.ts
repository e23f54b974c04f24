import type { EdgeConfig } from "./config.ts";
import { type EdgeRequest, type EdgeResponse, type Headers, header } from "./message.ts";

/** The dashboard: everything from its own host but pictures and clips, nothing inline, in nobody's frame. */
function pagePolicy({ media = [] }: Pick<EdgeConfig, "media">): string {
  const hosts = media.map((host) => ` https://${host}`).join("");
  return [
    "default-src 'none'; script-src 'self'; style-src 'self'",
    `img-src 'self' blob: data:${hosts}; media-src 'self' blob:${hosts}`,
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  ].join("; ");
}

/** Whatever is no page is not to act as one. */
const DATA = "default-src 'none'; frame-ancestors 'none'; sandbox";

const ALWAYS: Headers = {
  "x-content-type-options": ["nosniff"],
  "x-frame-options": ["DENY"],
  "referrer-policy": ["same-origin"],
  "cross-origin-opener-policy": ["same-origin"],
  "cross-origin-resource-policy": ["same-origin"],
  "permissions-policy": ["camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"],
};
/** RFC 6797; only over TLS (section 7.2). Two years. */
const HSTS = "max-age=63072000; includeSubDomains; preload";
/** What tells attackers about the inside. */
const TELLING = /^(server|x-powered-by|x-aspnet.*|x-amz-(?!cf-).*|x-amzn-.*|apigw-.*)$/;

/** At every answer on its way out: what browsers must hold it to. The status stays, as it must at a CDN. */
export function viewerResponse(
  request: EdgeRequest,
  response: EdgeResponse,
  config: Pick<EdgeConfig, "media">,
  secure: boolean,
): EdgeResponse {
  const kept = Object.fromEntries(Object.entries(response.headers).filter(([name]) => !TELLING.test(name)));
  const theirs = response.headers["content-security-policy"] ?? [];
  const ours = /^text\/html\b/.test(header(response.headers, "content-type")) ? pagePolicy(config) : DATA;
  return {
    ...response,
    headers: {
      ...kept,
      ...ALWAYS,
      // A browser holds a page to every policy that comes with it, so the origin can only make it stricter.
      "content-security-policy": [[...theirs, ours].join(", ")],
      ...(secure ? { "strict-transport-security": [HSTS] } : {}),
      // What an API says to one person is nobody else's.
      ...(request.path.startsWith("/api/") && header(response.headers, "cache-control") === ""
        ? { "cache-control": ["no-store"] }
        : {}),
    },
  };
}
