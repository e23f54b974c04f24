/** What the edge makes itself. In a viewer's address the tenant is not named; its pass names it. */
export type Made =
  | { readonly what: "summary"; readonly site: string }
  | { readonly what: "statistics"; readonly site: string }
  | { readonly what: "thumbnail"; readonly site: string; readonly incident: string };

/** Viewers ask below this … */
export const EDGE = "/edge/";
/** … and caches know it below this, one tenant apart from the other. */
export const TENANTS = "/tenants/";
const MAX_PATH = 1_024;
const MAX_QUERY = 2_048;

const NAME = "[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?";
const MADE = new RegExp(`^sites/(${NAME})/(?:(summary|statistics)|incidents/([\\w-]{22})/thumbnail\\.svg)$`);
const CACHED = new RegExp(`^${TENANTS}(${NAME})/(.+)$`);

/** Why nobody of ours writes such an address; undefined for one that is all right. */
export function oddity(path: string, query: string): string | undefined {
  if (path.length > MAX_PATH) return `is longer than ${MAX_PATH} characters`;
  if (query.length > MAX_QUERY) return `has more than ${MAX_QUERY} characters behind "?"`;
  if (!/^\/[\x21-\x7e]*$/.test(path) || !/^[\x21-\x7e]*$/.test(query))
    return "holds characters that an address must encode";
  if (/[\\"<>^`{|}]/.test(path)) return "holds characters that an address must encode";
  let plain: string;
  try {
    plain = decodeURIComponent(path);
  } catch {
    return "has a percent sign without a character's code behind it";
  }
  // An encoded percent sign would be decoded again by whoever decodes twice.
  if (/\p{Cc}/u.test(plain) || plain.includes("%")) return "hides a character behind its code";
  if (/(^|\/)\.{1,2}(\/|$)/.test(plain) || plain.includes("//") || plain.includes("\\"))
    return "has steps such as // or ..";
  return undefined;
}

/** `sites/north/summary`, without what stands before it; undefined for anything else. */
export function made(rest: string): Made | undefined {
  const [, site = "", what, incident] = MADE.exec(rest) ?? [];
  if (site === "") return undefined;
  return incident === undefined
    ? { what: what as "summary" | "statistics", site }
    : { what: "thumbnail", site, incident };
}

/** `/tenants/acme/sites/north/summary`. */
export function cachedAddress(path: string): (Made & { readonly tenant: string }) | undefined {
  const [, tenant = "", rest = ""] = CACHED.exec(path) ?? [];
  const found = made(rest);
  return found && { ...found, tenant };
}
