/** What the edge knows; there are no environment variables at a CDN, so it is baked into the bundle. */
export interface EdgeConfig {
  /** The dashboard's host; `<tenant>.<domain>` belongs to that tenant alone. Absent: any host, and none says whose it is. */
  readonly domain?: string | undefined;
  /** Public keys that passes may be signed with, by key id: base64url of the 32 bytes of Ed25519 (RFC 8032). */
  readonly passKeys: Readonly<Record<string, string>>;
  /** Host names of the API, by region. */
  readonly origins: Readonly<Record<string, string>>;
  /** Host names of the WebSockets, by region. Absent: the API serves them itself. */
  readonly sockets?: Readonly<Record<string, string>> | undefined;
  /** The region of tenants whose home is not `home`. */
  readonly homes: Readonly<Record<string, string>>;
  readonly home: string;
  /** Hosts that pictures and clips come from, beside the dashboard's own. */
  readonly media?: readonly string[] | undefined;
  /** What the addresses of pages lead to, where the dashboard lies in a bucket. Absent: the origin knows its pages. */
  readonly page?: string | undefined;
}

const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** The configuration as it was given. Throws an Error that names key, value and remedy. */
export function readConfig(given: unknown): EdgeConfig {
  const { domain, passKeys, origins, sockets, homes, home, media, page } = table("edge", given);
  const config = {
    domain: domain === undefined ? undefined : host("domain", domain),
    passKeys: texts("passKeys", passKeys),
    origins: texts("origins", origins),
    sockets: sockets === undefined ? undefined : texts("sockets", sockets),
    homes: texts("homes", homes ?? {}),
    home: String(home),
    media: media === undefined ? undefined : [media].flat().map((name, i) => host(`media.${i}`, name)),
    page: page === undefined ? undefined : String(page),
  };
  for (const [id, key] of Object.entries(config.passKeys))
    if (!/^[\w-]{1,16}$/.test(id) || Buffer.from(key, "base64url").length !== 32)
      throw new Error(
        `passKeys.${id}: "${key}" must be the 32 bytes of an Ed25519 public key in base64url; see README`,
      );
  for (const [region, name] of Object.entries(config.origins)) {
    host(`origins.${region}`, name);
    if (config.sockets) host(`sockets.${region}`, config.sockets[region]);
  }
  for (const [tenant, region] of Object.entries({ ...config.homes, home: config.home }))
    if (!Object.hasOwn(config.origins, region))
      throw new Error(`homes.${tenant}: region "${region}" is not in origins; add the host name of its API there`);
  return config;
}

/** A tenant's home region: its data lies, and its escalations run, in one region alone. */
export function regionOf({ homes, home }: EdgeConfig, tenant: string): string {
  return Object.hasOwn(homes, tenant) ? (homes[tenant] as string) : home;
}

/** Host name of the API there. */
export function originOf(config: EdgeConfig, tenant: string): string {
  return config.origins[regionOf(config, tenant)] as string;
}

function table(key: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`${key}: ${JSON.stringify(value)} must be a table; see cloud/infrastructure/README.md`);
  return value as Record<string, unknown>;
}

function texts(key: string, value: unknown): Record<string, string> {
  for (const [name, text] of Object.entries(table(key, value)))
    if (typeof text !== "string") throw new Error(`${key}.${name}: ${JSON.stringify(text)} must be text`);
  return value as Record<string, string>;
}

function host(key: string, value: unknown): string {
  if (typeof value !== "string" || !HOST.test(value))
    throw new Error(`${key}: ${JSON.stringify(value)} must be a host name such as spotter.example, without port`);
  return value;
}
