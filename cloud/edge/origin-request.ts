import { cachedAddress } from "./address.ts";
import { type EdgeConfig, originOf, regionOf } from "./config.ts";
import { readIncidents, UnfitAnswerError } from "./incidents.ts";
import { type Ask, cookies, type EdgeRequest, failure, header, json, type Onward } from "./message.ts";
import { DAYS, type Days, statistics, statisticsSpan, summarise, summarySpan } from "./statistics.ts";
import { TENANT_HEADER } from "./viewer-request.ts";

/** Asks the origin-response function for a picture of an answer that the API gives. */
export const THUMBNAIL_HEADER = "x-spotter-thumbnail";
/** s that the CDN may answer from its cache: people look at a summary to see what is going on now. */
const SUMMARY_S = 10;
const STATISTICS_S = 60;
/** Where pages open their WebSocket; API Gateway knows its own by no path. */
const SOCKET = "/api/live/socket";

/**
 * When the cache has nothing: computes a site's summary and statistics from its incidents, and sends everything else to the
 * API in the tenant's home region. The home region judges what this viewer may see. `now`: ms since 1970.
 */
export async function originRequest(request: EdgeRequest, config: EdgeConfig, ask: Ask, now: number): Promise<Onward> {
  const asked = cachedAddress(request.path);
  const tenant = asked?.tenant ?? header(request.headers, TENANT_HEADER);
  const origin = originOf(config, tenant);
  const sockets = config.sockets?.[regionOf(config, tenant)];
  if (request.path === SOCKET && sockets) return { request: { ...request, path: "/", origin: sockets } };
  if (asked === undefined) return { request: { ...request, origin } };
  if (asked.what === "thumbnail") {
    const headers = { ...request.headers, [THUMBNAIL_HEADER]: ["1"] };
    return { request: { ...request, path: `/api/incidents/${asked.incident}/skeleton`, query: "", headers, origin } };
  }
  const { site } = asked;
  const read = (query: Record<string, string | number>) =>
    readIncidents((path) => ask(origin, path, cookies(request.headers)), { site, ...query });
  try {
    if (asked.what === "summary") {
      const [active, acknowledged, recent] = await Promise.all([
        read({ state: "active" }),
        read({ state: "acknowledged" }),
        read(summarySpan(now)),
      ]);
      return { response: json(200, summarise(site, { active, acknowledged, recent }, now), kept(SUMMARY_S)) };
    }
    const days = daysIn(request.query);
    if (days === undefined)
      return {
        response: failure(400, "bad-request", "days: is none of those kept.", `Use one of ${DAYS.join(", ")}.`),
      };
    const found = await read(statisticsSpan(days, now));
    return { response: json(200, statistics(site, days, found, now), kept(STATISTICS_S)) };
  } catch (error) {
    if (error instanceof UnfitAnswerError && error.status < 500)
      return {
        response: failure(error.status, "refused", "The API does not let this person see it.", "Log in again."),
      };
    return { response: failure(502, "away", "The home region does not answer.", "Try again in a moment.") };
  }
}

/** Browsers ask the CDN each time, so that a pass that has ended opens nothing any more. */
const kept = (s: number) => `max-age=0, s-maxage=${s}`;

function daysIn(query: string): Days | undefined {
  const wanted = Number(new URLSearchParams(query).get("days") ?? 7);
  return DAYS.find((days) => days === wanted);
}
