import { writeFileSync } from "node:fs";
import { acknowledge, incidents } from "../cloud/core/incidents.ts";
import { ingest } from "../cloud/core/ingest.ts";
import { tick } from "../cloud/core/tasks.ts";
import type { Body } from "../src/event/event.ts";
import { UsageError } from "../src/lib/failure.ts";
import { annIsTold, telling } from "../test/cloud/people.ts";
import { change, heartbeat, receipts, SimulatedDevice, state } from "../test/cloud/rig.ts";
import { CountedStore, type Units } from "./counted-store.ts";
import { fallingBody } from "./sizes.ts";

/**
 * USD, list prices of us-east-1 without free tiers, discounts and taxes, as known in November 2025 from the pages named beside
 * them; other regions cost up to a third more. Look them up before relying on a sum.
 */
const PRICES = {
  // aws.amazon.com/iot-core/pricing: per million minutes of connection, messages of 5 kB, rules and actions of 5 kB
  connectedMinute: 0.08e-6,
  message: 1e-6,
  rule: 0.15e-6,
  ruleAction: 0.15e-6,
  // aws.amazon.com/sqs/pricing: per million requests of 64 kB
  queueRequest: 0.4e-6,
  // aws.amazon.com/lambda/pricing: arm64; Lambda@Edge
  invocation: 0.2e-6,
  gbSecond: 13.3334e-6,
  edgeInvocation: 0.6e-6,
  edgeGbSecond: 50.01e-6,
  // aws.amazon.com/dynamodb/pricing/on-demand: per million units; GB-months of storage and of point-in-time recovery
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  tableGbMonth: 0.25,
  recoveryGbMonth: 0.2,
  // aws.amazon.com/step-functions/pricing: standard, per 1,000 transitions
  transition: 25e-6,
  // aws.amazon.com/api-gateway/pricing: HTTP API, WebSocket API
  apiRequest: 1e-6,
  socketMessage: 1e-6,
  socketMinute: 0.25e-6,
  // aws.amazon.com/cloudfront/pricing: United States and Europe
  cdnRequest: 1e-6,
  cdnGb: 0.085,
  // aws.amazon.com/cloudwatch/pricing: logs taken in, metrics, alarms
  logGb: 0.5,
  metric: 0.3,
  alarm: 0.1,
  // aws.amazon.com/kms/pricing, aws.amazon.com/waf/pricing, aws.amazon.com/secrets-manager/pricing: per month
  key: 1,
  firewall: 5,
  firewallRule: 1,
  secret: 0.4,
} as const;

/** What the stacks of cloud/infrastructure hold whatever happens; a test counts them in the templates. */
export const FIXED = { alarms: 23, metrics: 5, firewallRules: 2, keys: 1, secrets: 2 } as const;

/** How a plant is used. Nothing of it is measured: change it to yours. */
export interface Use {
  readonly cameras: number;
  readonly camerasPerDevice: number;
  readonly heartbeatS: number;
  /** Per camera and month. */
  readonly falls: number;
  readonly nearMisses: number;
  readonly suspicions: number;
  readonly stateChanges: number;
  /** Dashboards open at the same time, and for how long a day. */
  readonly viewers: number;
  readonly viewerHours: number;
}

export const USE: Use = {
  cameras: 100,
  camerasPerDevice: 4,
  heartbeatS: 30,
  falls: 2,
  nearMisses: 10,
  suspicions: 30,
  stateChanges: 60,
  viewers: 3,
  viewerHours: 8,
};

/** Guesses about the functions: ms and GB each, log bytes each; `bench -- functions` tells what they take here. */
const GUESSED = {
  ingestMs: 60,
  followMs: 60,
  apiMs: 60,
  socketMs: 30,
  logBytes: 900,
  apiPerViewerHour: 120,
  edgeMs: 5,
};
const GB = { ingest: 0.5, stream: 0.5, timers: 0.25, api: 1, live: 0.25, edge: 0.125, escalation: 0.25 };
const MONTH_S = 30 * 24 * 3_600;
/** Alarms stay in the table; what a year has brought lies there on average half of it. */
const KEPT_MONTHS = { alarms: 6, heartbeats: 7 / 30, states: 6 };

/** What one thing that happens brings with it, measured. */
export interface Measured {
  readonly what: string;
  readonly events: number;
  /** Of the events, in protobuf. */
  readonly wireBytes: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly commits: number;
  readonly storeCalls: number;
  readonly keptBytes: number;
}

export interface Line {
  readonly service: string;
  readonly what: string;
  /** A month, all cameras together. */
  readonly quantity: number;
  readonly unit: string;
  readonly usdEach: number;
  readonly usdMonth: number;
  readonly usdPerCameraMonth: number;
}

/** Takes each kind of story in `repeats` times, event by event as a quiet plant sends them. */
export async function measure(repeats = 50): Promise<Measured[]> {
  const skeleton = fallingBody();
  const of = (kind: Parameters<typeof change>[0], n: number) => change(kind, { alarm: `alarm-${n}`, skeleton });
  const stories: [string, (n: number) => Body[], boolean][] = [
    ["heartbeat", () => [beat()], false],
    ["change of state", (n) => [state(n % 2 === 0 ? "blind" : "armed", "press-3", "no frame for 0.8 s")], false],
    ["suspicion", (n) => [of("suspected", n), change("cleared", { alarm: `alarm-${n}` })], false],
    ["near miss", (n) => [of("suspected", n), of("recovered", n)], false],
    [
      "fall",
      (n) => [
        of("suspected", n),
        of("confirmed", n),
        receipts(`alarm-${n}`),
        change("acknowledged", { alarm: `alarm-${n}` }),
        change("cleared", { alarm: `alarm-${n}` }),
      ],
      true,
    ],
  ];
  const measured: Measured[] = [];
  for (const [what, bodies, isAcknowledged] of stories) {
    const store = new CountedStore();
    const cloud = { ...telling(), store };
    await annIsTold(cloud);
    const device = new SimulatedDevice("hall-2-north");
    await ingest(cloud, device.send(heartbeat()));
    const before = { ...store.units };
    let [events, wireBytes] = [0, 0];
    for (let n = 0; n < repeats; n += 1) {
      const envelopes = device.send(...bodies(n));
      for (const [at, envelope] of envelopes.entries()) {
        events += 1;
        wireBytes += envelope.bytes.length;
        const { failed } = await ingest(cloud, [{ ...envelope, receivedAt: cloud.clock.now() }]);
        if (failed[0]) throw failed[0].error;
        await tick(cloud, (_, error) => {
          throw error;
        });
        // Somebody takes notice in the dashboard once it is confirmed.
        if (isAcknowledged && at === 1) await acknowledgeNewest(cloud);
      }
    }
    measured.push(perStory(what, repeats, { events, wireBytes, before, after: store.units }));
  }
  return measured;
}

async function acknowledgeNewest(cloud: Parameters<typeof acknowledge>[0]): Promise<void> {
  const { incidents: open } = await incidents(cloud, "acme", { state: "active", limit: 1 });
  const id = open[0]?.id ?? "";
  await acknowledge(cloud, { tenant: "acme", id, by: "Ann", reason: "on my way", outcome: "true" });
}

function perStory(
  what: string,
  repeats: number,
  { events, wireBytes, before, after }: { events: number; wireBytes: number; before: Units; after: Units },
): Measured {
  const each = (name: keyof Units) => round((after[name] - before[name]) / repeats);
  return {
    what,
    events: events / repeats,
    wireBytes: round(wireBytes / repeats),
    writeUnits: each("write"),
    readUnits: each("read"),
    commits: each("commits"),
    storeCalls: each("calls"),
    keptBytes: each("bytes"),
  };
}

/** A device with four cameras, as it tells of itself. */
function beat(): Body {
  const cameras = ["press-1", "press-2", "press-3", "press-4"].map((camera) => ({
    camera,
    state: "armed" as const,
    decisionP50Ms: 44.2,
    decisionP99Ms: 71.9,
    frames: { decided: 447, superseded: 2, stale: 1 },
  }));
  return heartbeat({
    models: ["spotter-eyes-512x288@1", "spotter-fall@1"],
    cameras,
    outboxEvents: 3,
    outboxOldestS: 4,
  });
}

/** Every line of a month's bill. */
export function bill(measured: readonly Measured[], use: Use): Line[] {
  const { cameras, viewers } = use;
  const devices = Math.ceil(cameras / use.camerasPerDevice);
  const times: Record<string, number> = {
    heartbeat: (devices * MONTH_S) / use.heartbeatS,
    "change of state": cameras * use.stateChanges,
    suspicion: cameras * use.suspicions,
    "near miss": cameras * use.nearMisses,
    fall: cameras * use.falls,
  };
  const sum = (pick: (one: Measured) => number) =>
    measured.reduce((total, one) => total + (times[one.what] ?? 0) * pick(one), 0);
  const events = sum((one) => one.events);
  const kept = sum(({ what, keptBytes }) => {
    const months = what === "heartbeat" ? KEPT_MONTHS.heartbeats : KEPT_MONTHS.alarms;
    return keptBytes * months;
  });
  const commits = sum((one) => one.commits);
  const watchedS = viewers * use.viewerHours * 3_600 * 30;
  const told = commits * viewers * (use.viewerHours / 24);
  const apiRequests = viewers * use.viewerHours * 30 * GUESSED.apiPerViewerHour;
  const invocations = 2 * events + apiRequests;
  const pages = apiRequests * 2;

  const lines: Line[] = [];
  const line = (service: string, what: string, quantity: number, unit: string, usdEach: number) => {
    const usdMonth = quantity * usdEach;
    lines.push({ service, what, quantity, unit, usdEach, usdMonth, usdPerCameraMonth: usdMonth / cameras });
  };
  const run = (what: string, times: number, ms: number, gb: number) =>
    line("Lambda", `${what}: ${ms} ms at ${gb} GB, guessed`, (times * ms * gb) / 1000, "GB-s", PRICES.gbSecond);

  line("IoT Core", "devices connected", devices * (MONTH_S / 60), "minutes", PRICES.connectedMinute);
  line("IoT Core", "events published", events, "messages of 5 kB", PRICES.message);
  line("IoT Core", "rules that fit", events, "rules", PRICES.rule);
  line("IoT Core", "rules' actions", events, "actions", PRICES.ruleAction);
  line("SQS", "sent, received and deleted, one at a time", 3 * events, "requests", PRICES.queueRequest);
  line(
    "SQS",
    "asked while nothing is there: five pollers, 20 s each",
    (5 * MONTH_S) / 20,
    "requests",
    PRICES.queueRequest,
  );
  line(
    "Lambda",
    "ingest, stream and api, once per event, commit and request",
    invocations + commits,
    "requests",
    PRICES.invocation,
  );
  run("ingest", events, GUESSED.ingestMs, GB.ingest);
  run("stream", commits, GUESSED.followMs, GB.stream);
  run("api", apiRequests, GUESSED.apiMs, GB.api);
  line(
    "Lambda",
    "timers, awake all the time, by schedule and by stream",
    2 * MONTH_S * GB.timers,
    "GB-s",
    PRICES.gbSecond,
  );
  line(
    "DynamoDB",
    "written by ingest and escalation",
    sum((one) => one.writeUnits),
    "write units",
    PRICES.writeUnit,
  );
  line(
    "DynamoDB",
    "read by ingest and escalation",
    sum((one) => one.readUnits),
    "read units",
    PRICES.readUnit,
  );
  line("DynamoDB", "looked for by timers every second", 2 * MONTH_S, "read units", PRICES.readUnit);
  line("DynamoDB", "read for viewers, 50 rows a request", apiRequests * 50, "read units", PRICES.readUnit);
  line("DynamoDB", "stored after a year, on average", kept / 1e9, "GB-months", PRICES.tableGbMonth);
  line("DynamoDB", "its recovery to any second", kept / 1e9, "GB-months", PRICES.recoveryGbMonth);
  line(
    "Step Functions",
    "transitions: three a rung, three rungs a fall",
    cameras * use.falls * 10,
    "transitions",
    PRICES.transition,
  );
  line("API Gateway", "requests of viewers", apiRequests, "requests", PRICES.apiRequest);
  line("API Gateway", "viewers connected", watchedS / 60, "minutes", PRICES.socketMinute);
  line("API Gateway", "changes told to viewers", told, "messages", PRICES.socketMessage);
  line("CloudFront", "requests", pages, "requests", PRICES.cdnRequest);
  line("CloudFront", "bytes, 5 kB a request", (pages * 5_000) / 1e9, "GB", PRICES.cdnGb);
  line("Lambda@Edge", "two functions a request", 2 * pages, "requests", PRICES.edgeInvocation);
  line(
    "Lambda@Edge",
    `${GUESSED.edgeMs} ms at ${GB.edge} GB, guessed`,
    (2 * pages * GUESSED.edgeMs * GB.edge) / 1000,
    "GB-s",
    PRICES.edgeGbSecond,
  );
  line("CloudWatch", "logs of functions", ((invocations + commits) * GUESSED.logBytes) / 1e9, "GB", PRICES.logGb);
  line("CloudWatch", "metrics of ingest", FIXED.metrics, "metrics", PRICES.metric);
  line("CloudWatch", "alarms", FIXED.alarms, "alarms", PRICES.alarm);
  line("WAF", "list and rules", 1, "list", PRICES.firewall);
  line("WAF", "rules", FIXED.firewallRules, "rules", PRICES.firewallRule);
  line("KMS", "key of the operators' messages", FIXED.keys, "keys", PRICES.key);
  line("Secrets Manager", "the mail server's address and the key of passes", FIXED.secrets, "secrets", PRICES.secret);
  return lines;
}

/** `npm run bench -- cost`. */
export async function cost({ json, ...use }: Partial<Use> & { readonly json?: string }): Promise<void> {
  const whole: Use = { ...USE, ...use };
  for (const [name, value] of Object.entries(whole)) {
    const least = ["cameras", "camerasPerDevice", "heartbeatS"].includes(name) ? 1 : 0;
    if (!(value >= least && value <= 1e6))
      throw new UsageError(
        `${name}: ${value}, must be a number from ${least} to a million; npm run -s bench -- cost --help`,
      );
  }
  const measured = await measure();
  const lines = bill(measured, whole);
  const usd = lines.reduce((total, { usdPerCameraMonth }) => total + usdPerCameraMonth, 0);
  const events = lines.find(({ what }) => what === "events published")?.quantity ?? 0;
  const perThousand = ((usd * whole.cameras) / events) * 1000;
  console.log("Measured: real events through cloud/core over a store that counts in DynamoDB's units, each story once");
  console.table(measured);
  console.log("Assumed");
  console.table(whole);
  console.log("A month, by list prices of us-east-1 (bench/cost.ts names them); nothing of it was ever billed");
  console.table(
    lines.map(({ service, what, quantity, unit, usdMonth, usdPerCameraMonth }) => ({
      service,
      what,
      quantity: `${Math.round(quantity * 1000) / 1000} ${unit}`,
      usdMonth: round(usdMonth),
      usdPerCameraMonth: Math.round(usdPerCameraMonth * 1e5) / 1e5,
    })),
  );
  console.log(
    `${usd.toFixed(2)} USD per camera-month at ${whole.cameras} cameras; ${perThousand.toFixed(4)} USD per 1,000 events`,
  );
  if (json)
    writeFileSync(
      json,
      `${JSON.stringify({ measured, use: whole, lines, usdPerCameraMonth: usd, usdPerThousandEvents: perThousand }, undefined, 2)}\n`,
    );
}

const round = (value: number) => Math.round(value * 100) / 100;
