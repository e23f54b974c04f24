#!/usr/bin/env node
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { readProviders } from "./api/oidc.ts";
import { buildDashboard } from "./dashboard/build.ts";
import { type Cloud, startCloud } from "./server.ts";

interface Options {
  data: string;
  database?: string;
  broker?: string;
  port: number;
  httpPort: number;
  httpHost: string;
  publicUrl?: string;
  oidc?: string;
  topic: string;
  tenant: string;
  site: string;
  adopt: boolean;
  user?: string;
  ca?: string;
  cert?: string;
  key?: string;
  smtp?: string;
  mailFrom: string;
  simulate?: number;
  seed: string;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError("give a port between 0 and 65535, such as 1883.");
  return value;
}

function address(text: string): string {
  if (!/^https?:\/\/[^/]+\/?$/.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError("give the address that browsers use, such as https://cloud.example.");
  return text;
}

function cameras(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 2_000)
    throw new InvalidArgumentError("give a number of cameras between 1 and 2000, such as 200.");
  return value;
}

const program = new Command("cloud")
  .description("The cloud on one machine: hears the devices at a broker, keeps their incidents, tells people.")
  .option("-d, --data <dir>", "keep everything in this folder", "data/cloud")
  .option(
    "--database <url>",
    "PostgreSQL instead of a file there, such as postgres://spotter@db.example/spotter; the password comes from PGPASSWORD",
  )
  .option("-b, --broker <url>", "the devices' broker, such as mqtts://broker.example:8883 (default: one of its own)")
  .option("-p, --port <port>", "port of its own broker, on 127.0.0.1", port, 1883)
  .option("--http-port <port>", "port of the dashboard and its API", port, 8080)
  .option("--http-host <address>", "where they listen; anything but loopback needs --public-url", "127.0.0.1")
  .option(
    "--public-url <url>",
    "where browsers find them, such as https://cloud.example: TLS is spoken in front of them",
    address,
  )
  .option("--oidc <file>", "JSON list of providers to sign in at (cloud/api/README.md)")
  .option("-t, --topic <topic>", "topics are <topic>/<device>/<class>", "spotter/v1")
  .option("--tenant <name>", "whose devices they are that nobody enrolled", "home")
  .option("--site <name>", "where those devices are", "site")
  .option("--no-adopt", "turn away devices that nobody enrolled")
  .option("--user <name>", "user at the broker; the password comes from CLOUD_BROKER_PASSWORD")
  .option("--ca <file>", "PEM of the authority that the broker's certificate must chain to")
  .option("--cert <file>", "PEM of the cloud's certificate at the broker")
  .option("--key <file>", "PEM of its key")
  .option("--smtp <url>", "mail server, such as smtps://mail.example:465; user and password come in the URL")
  .option("--mail-from <address>", "sender of mails", "spotter@localhost")
  .option("--simulate <cameras>", "so many simulated cameras, and a plant for them to be in", cameras)
  .option("--seed <text>", "what the simulated cameras live through", "spotter")
  .showHelpAfterError("(npm run cloud -- --help tells how)")
  .addHelpText(
    "after",
    `
Examples:
  npm run cloud                                          own broker on 127.0.0.1:1883, devices are taken in as they come
  npm run cloud -- --simulate 200                        with a plant of 200 simulated cameras
  npm run cloud -- --broker mqtts://broker:8883 --ca ca.pem --cert cloud.pem --key cloud-key.pem
  spotter run --config site.yaml                         a device with uplink.url: mqtt://127.0.0.1:1883`,
  )
  .action(run);

async function run(options: Options): Promise<void> {
  if (options.simulate !== undefined && options.broker !== undefined)
    throw new Error("--simulate: simulated cameras speak to the cloud's own broker; leave --broker away");
  const { data, broker, topic, tenant, site, adopt, user, smtp, mailFrom } = options;
  const pem = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file, "utf8"));
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const pages = join(data, "pages");
  await buildDashboard(pages);
  const cloud = await startCloud({
    dataDir: data,
    database: options.database,
    port: options.port,
    topic,
    adopt: adopt ? { tenant, site } : undefined,
    http: {
      port: options.httpPort,
      host: options.httpHost,
      publicUrl: options.publicUrl,
      tenant,
      pages,
      providers: options.oidc === undefined ? [] : readProviders(options.oidc, tenant),
    },
    mail: smtp === undefined ? undefined : { url: smtp, from: mailFrom },
    broker:
      broker === undefined
        ? undefined
        : {
            url: broker,
            user,
            password: process.env.CLOUD_BROKER_PASSWORD,
            ca: pem(options.ca),
            cert: pem(options.cert),
            key: pem(options.key),
          },
  });
  process.stdout.write(
    `the cloud hears devices at ${cloud.brokerUrl}, topics ${topic}/<device>/<class>; Ctrl-C stops it\n`,
  );
  process.stdout.write(`people find it at ${options.publicUrl ?? cloud.url}\n`);
  if (cloud.firstAdmin) {
    const { user, password, file } = cloud.firstAdmin;
    process.stdout.write(`log in as ${user} with the password ${password} (kept in ${file}), and change it\n`);
  }
  const end = options.simulate === undefined ? undefined : await startSimulation(cloud, options);
  const stop = async () => {
    await end?.();
    await cloud.close();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());
}

/** Simulated cameras at the cloud's own broker, with a line now and then that says how far they are. */
async function startSimulation(cloud: Cloud, { simulate: cameras = 0, seed, topic, tenant }: Options) {
  await cloud.ready;
  const { simulate } = await import("./simulate/simulate.ts");
  const simulation = await simulate(cloud, { cameras, seed, url: cloud.brokerUrl, topic, tenant });
  const [everyMs, lineEnd] = process.stdout.isTTY ? [1_000, "\x1b[K\r"] : [10_000, "\n"];
  const telling = setInterval(() => process.stdout.write(`${simulation.line()}${lineEnd}`), everyMs);
  return () => {
    clearInterval(telling);
    return simulation.stop();
  };
}

try {
  await program.parseAsync();
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}
