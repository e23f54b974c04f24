import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { enrol } from "../cloud/core/places.ts";
import { beginSession } from "../cloud/core/sessions.ts";
import { ALL_SITES, createUser } from "../cloud/core/users.ts";
import { DOORS, type DoorName } from "../cloud/functions/environment.ts";
import { AwsCloud, Bundles, batch, ORIGIN, record, TENANT } from "../test/cloud/lambda/rig.ts";
import { change, heartbeat, SimulatedDevice } from "../test/cloud/rig.ts";
import { DYNOXIDE } from "../test/fakes/dynoxide.ts";
import { CLIENTS, type ClientName } from "../test/fakes/lambda.ts";
import { quantile } from "./judge.ts";

/** What one function weighs and takes on this machine, behind Lambda's Runtime API, with its table in dynoxide on loopback. */
export interface FunctionFigures {
  readonly function: string;
  readonly event: string;
  /** kB of 1000 bytes: the bundle, and the zip file that would be uploaded. */
  readonly rawKb: number;
  readonly zipKb: number;
  /** From the start of the process until it asks for its first event, ms: median and worst. */
  readonly coldP50Ms: number;
  readonly coldMaxMs: number;
  /** The first event of a fresh process, median; then many one after the other. ms. */
  readonly firstP50Ms: number;
  readonly warmP50Ms: number;
  readonly warmP99Ms: number;
}

export interface FunctionOptions {
  readonly json?: string;
  readonly colds: number;
  readonly warms: number;
}

/** Bytes that a zip file of one file `index.mjs` has beyond its content (APPNOTE 4.3: local header, central header, end). */
const ZIP_BYTES = 30 + 46 + 22 + 2 * "index.mjs".length;

/** `npm run bench -- functions`. */
export async function functions({ json, colds, warms }: FunctionOptions): Promise<void> {
  if (!existsSync(DYNOXIDE)) throw new Error("functions: no dynoxide here; npm ci brings it on Linux x64");
  const client: ClientName = existsSync(CLIENTS["AWS's runtime client"])
    ? "AWS's runtime client"
    : "a runtime client of our own";
  const bundles = new Bundles();
  const cloud = await AwsCloud.start(bundles, client);
  try {
    const events = await eventsFor(cloud);
    const figures: FunctionFigures[] = [];
    for (const name of Object.keys(DOORS) as DoorName[])
      figures.push(await measure(cloud, bundles, name, events[name], { colds, warms }));
    console.log(`under ${client}, ${colds} cold starts and ${warms} warm events of each function, one after the other`);
    console.table(figures);
    if (json) writeFileSync(json, `${JSON.stringify({ client, colds, warms, figures }, undefined, 2)}\n`);
  } finally {
    await cloud.close();
    bundles.remove();
  }
}

interface Source {
  readonly title: string;
  next(): unknown;
}

async function measure(
  cloud: AwsCloud,
  bundles: Bundles,
  name: DoorName,
  { title, next }: Source,
  { colds, warms }: FunctionOptions,
): Promise<FunctionFigures> {
  const bytes = readFileSync(join(bundles.dirOf(name), "index.mjs"));
  const [inits, firsts, times]: number[][] = [[], [], []];
  for (let start = 1; start <= colds; start += 1) {
    const running = await cloud.start(name);
    const timed = async () => {
      const event = next();
      const begin = performance.now();
      await running.invoke(event);
      return performance.now() - begin;
    };
    inits?.push(running.initMs);
    firsts?.push(await timed());
    if (start === colds) for (let nth = 0; nth < warms; nth += 1) times?.push(await timed());
    await running.close();
  }
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    function: name,
    event: title,
    rawKb: round(bytes.length / 1000),
    zipKb: round((deflateRawSync(bytes, { level: 9 }).length + ZIP_BYTES) / 1000),
    coldP50Ms: round(quantile(inits ?? [], 0.5)),
    coldMaxMs: round(Math.max(...(inits ?? []))),
    firstP50Ms: round(quantile(firsts ?? [], 0.5)),
    warmP50Ms: round(quantile(times ?? [], 0.5)),
    warmP99Ms: round(quantile(times ?? [], 0.99)),
  };
}

/** For each function an event of its daily life; the table holds one fall, one person and their session. */
async function eventsFor(cloud: AwsCloud): Promise<Record<DoorName, Source>> {
  const { ports } = cloud;
  const device = new SimulatedDevice();
  await enrol(ports, { device: device.name, tenant: TENANT, site: "north" });
  await cloud.invoke("ingest", batch(device.send(change("confirmed")).map((one) => record(one))));
  const ada = { user: "ada", name: "Ada", role: "admin", sites: [ALL_SITES] } as const;
  const { token } = await beginSession(ports, TENANT, await createUser(ports, TENANT, ada));
  const cookie = `__Host-spotter=${token}`;
  const http = { method: "GET", path: "/api/incidents", sourceIp: "192.0.2.1" };
  const Keys = { pk: { S: `${TENANT}/countings/${device.name}` }, sk: { S: "1" } };
  let connections = 0;
  return {
    ingest: {
      title: "10 heartbeats",
      next: () =>
        batch(device.send(...Array.from({ length: 10 }, () => heartbeat())).map((one) => record(one, "heartbeat"))),
    },
    api: {
      title: "GET /api/incidents",
      next: () => ({
        version: "2.0",
        rawPath: http.path,
        rawQueryString: "",
        headers: { host: "cloud.example" },
        cookies: [cookie],
        requestContext: { http, requestId: "r", stage: "$default" },
        isBase64Encoded: false,
      }),
    },
    live: {
      title: "$connect",
      next: () => {
        connections += 1;
        return {
          requestContext: { routeKey: "$connect", connectionId: `c${connections}` },
          headers: { cookie, origin: ORIGIN },
        };
      },
    },
    stream: {
      title: "10 records, nobody listens",
      next: () => ({ Records: Array.from({ length: 10 }, () => ({ eventName: "MODIFY", dynamodb: { Keys } })) }),
    },
    timers: { title: "nothing due", next: () => ({}) },
    escalation: { title: "nothing due", next: () => ({ timer: "escalate/acme/none" }) },
  };
}
