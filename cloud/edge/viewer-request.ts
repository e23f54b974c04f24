import { cachedAddress, EDGE, made, oddity, TENANTS } from "./address.ts";
import type { EdgeConfig } from "./config.ts";
import { cookie, type EdgeRequest, failure, type Headers, type Onward } from "./message.ts";
import { openPass, PASS_COOKIE, sees } from "./pass.ts";

/** What the edge tells the functions behind it; nobody else may say such things. */
const OWN = "x-spotter-";
export const TENANT_HEADER = "x-spotter-tenant";

/**
 * At every request, before the cache is asked: turns away odd addresses, says whose the request is, and lets only bearers of a
 * pass to what the CDN keeps. `now`: ms since 1970.
 */
export function viewerRequest(given: EdgeRequest, config: EdgeConfig, now: number): Onward {
  const { path, query, method } = given;
  const odd = oddity(path, query);
  if (odd) return refuse(400, "bad-request", `The address ${odd}.`, "Follow a link of the dashboard.");
  const owner = ownerOf(config, given.host);
  if (owner === undefined)
    return refuse(421, "misdirected", "Nobody is served under this host name.", "Open the dashboard's address.");
  const headers = marked(given.headers, owner);
  const request = { ...given, headers };
  if (path.startsWith(TENANTS)) return refuse(404, "not-found", "There is no such address.", "Leave the tenant out.");
  if (path.startsWith(EDGE)) return admit(request, config, owner, now);
  if (isPage(path) && config.page && (method === "GET" || method === "HEAD"))
    return { request: { ...request, path: config.page, query: "" } };
  return { request };
}

function admit(request: EdgeRequest, config: EdgeConfig, owner: string, now: number): Onward {
  const { path, method, headers } = request;
  if (method !== "GET" && method !== "HEAD")
    return refuse(405, "method-not-allowed", `${method} is not possible here.`, "Use GET.");
  const asked = made(path.slice(EDGE.length));
  if (!asked)
    return refuse(404, "not-found", "There is no such address.", "See cloud/edge/address.ts for those there are.");
  const pass = openPass(config.passKeys, cookie(headers, PASS_COOKIE), now);
  if (!pass) return refuse(401, "unauthorized", "There is no valid pass.", "GET /api/session renews it; else log in.");
  if (owner !== "" && pass.tenant !== owner)
    return refuse(403, "forbidden", "The pass is of another tenant.", "Log in under this address.");
  if (!sees(pass, asked.site))
    return refuse(403, "forbidden", "This person does not see that site.", "Ask an administrator.");
  const rewritten = `${TENANTS}${pass.tenant}/${path.slice(EDGE.length)}`;
  if (!cachedAddress(rewritten)) return refuse(401, "unauthorized", "The pass names no tenant.", "Log in again.");
  return { request: { ...request, path: rewritten, headers: marked(headers, pass.tenant) } };
}

/** The tenant whose host name it is; empty: nobody's in particular; undefined: not ours. */
function ownerOf({ domain }: EdgeConfig, host: string): string | undefined {
  if (domain === undefined || host === domain) return "";
  const label = host.endsWith(`.${domain}`) ? host.slice(0, -domain.length - 1) : "";
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label) ? label : undefined;
}

function marked(headers: Headers, tenant: string): Headers {
  const theirs = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(OWN)));
  return tenant === "" ? theirs : { ...theirs, [TENANT_HEADER]: [tenant] };
}

/** Pages have no extension: the dashboard decides what they show. */
function isPage(path: string): boolean {
  return !path.startsWith("/api/") && !path.startsWith("/blobs/") && !/\.\w+$/.test(path);
}

function refuse(status: number, code: string, message: string, remedy: string): Onward {
  return { response: failure(status, code, message, remedy) };
}
