import { z } from "zod";
import { readConfig } from "../edge/config.ts";

const host = z
  .string()
  .regex(/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/, "must be a host name such as spotter.example");
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region such as eu-central-1");
const arn = (service: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:aws[a-z-]*:${service}:`),
      `must be the ARN of one of ${service}, such as arn:aws:${service}:…`,
    );
const tenant = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, "must be 1-64 letters a-z, digits and hyphens");

/** What differs between accounts; everything else is the same wherever it is deployed. */
const parameters = z.strictObject({
  /** Begins the names of everything. */
  name: z.string().regex(/^[a-z][a-z0-9-]{1,20}$/, "must be 2-21 letters a-z, digits and hyphens"),
  account: z.string().regex(/^\d{12}$/, "must be the 12 digits of the account"),
  /** Where data lies and escalations run. */
  region,
  /** The dashboard's host; each tenant may have `<tenant>.<domain>`. */
  domain: host,
  /** Of `domain` and `*.domain`; CloudFront takes certificates of us-east-1 alone. */
  siteCertificate: arn("acm"),
  /** Whose people log in when they name no tenant. */
  tenant,
  /** Host names of API and WebSockets in `region`, and the certificate for both there. */
  api: z.strictObject({ domain: host, sockets: host, certificate: arn("acm") }),
  /** Host names of the APIs in other regions, and which tenants are at home there. */
  regions: z.record(region, z.strictObject({ domain: host, sockets: host })).default({}),
  homes: z.record(tenant, region).default({}),
  /** Public keys of passes, by key id; README tells how to make one. */
  passKeys: z.record(z.string(), z.string()),
  /** Secret in Secrets Manager: JSON with `id` and `pem` of the key that passes are signed with. Without it nobody gets one. */
  passSecret: z.string().min(1).optional(),
  /** `tenant/site` for devices that nobody enrolled; without it they are turned away. */
  adopt: z
    .string()
    .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, "must be tenant/site")
    .optional(),
  /** Secret in Secrets Manager that holds the mail server's address with user and password. */
  mail: z.strictObject({ from: z.email(), secret: z.string().min(1) }).optional(),
  /** Told of alarms of the cloud itself and of costs. */
  operators: z.email(),
  monthlyUsd: z.number().positive(),
  /** Days that clips and pictures are kept; a legal hold on one overrides it. */
  keepDays: z.int().min(1).max(3_650),
  /** Days that logs are kept. */
  logDays: z.union([z.literal(30), z.literal(90), z.literal(180), z.literal(365)]),
});
export type Parameters = z.infer<typeof parameters>;

/** Parameters as they were given. Throws an Error that names every key that is wrong, its value and the remedy. */
export function readParameters(given: unknown): Parameters {
  const { success, data, error } = parameters.safeParse(given);
  if (!success)
    throw new Error(
      `parameters: ${error.issues.map(({ path, message }) => `${path.join(".") || "file"}: ${message}`).join("; ")}; see cloud/infrastructure/example.json`,
    );
  readConfig(edgeConfigOf(data));
  return data;
}

/** The bucket of a region has a name that can be said beforehand: the dashboard's policy lets pictures come from there. */
export function blobsOf({ name, account }: Pick<Parameters, "name" | "account">, region: string) {
  const bucket = `${name}-blobs-${account}-${region}`;
  return { bucket, host: `${bucket}.s3.${region}.amazonaws.com` };
}

/** What the functions at the edge are to know. */
export function edgeConfigOf(parameters: Parameters) {
  const { domain, region, api, regions, homes, passKeys } = parameters;
  const all = Object.entries({ ...regions, [region]: api });
  return {
    domain,
    passKeys,
    origins: Object.fromEntries(all.map(([name, { domain }]) => [name, domain])),
    sockets: Object.fromEntries(all.map(([name, { sockets }]) => [name, sockets])),
    homes,
    home: region,
    media: all.map(([name]) => blobsOf(parameters, name).host),
    page: "/index.html",
  };
}
