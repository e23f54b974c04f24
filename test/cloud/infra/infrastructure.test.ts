import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CelEngine, TemplateFile } from "@aws/cloudformation-validate";
import { Match, Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIXED } from "../../../bench/cost.ts";
import { DOORS } from "../../../cloud/functions/environment.ts";
import { MEASURES } from "../../../cloud/functions/measures.ts";
import { infrastructure, stacks } from "../../../cloud/infrastructure/app.ts";
import { edgeFindings, HABITS, homeFindings } from "../../../cloud/infrastructure/findings.ts";
import { readParameters } from "../../../cloud/infrastructure/parameters.ts";

const example = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../cloud/infrastructure/example.json"), "utf8"),
);
const parameters = readParameters(example);
const dir = mkdtempSync(join(tmpdir(), "spotter-infrastructure-"));
const dashboard = join(dir, "dashboard");
const out = join(dir, "out");

type Properties = Record<string, unknown> & { readonly Environment?: { readonly Variables: Record<string, unknown> } };
interface Resource {
  readonly Type: string;
  readonly Properties: Properties;
  readonly DeletionPolicy?: string;
}

let home: Template;
let edge: Template;
const resources = (template: Template, type: string): Resource[] =>
  Object.values(template.findResources(type)) as Resource[];
const text = (value: unknown) => JSON.stringify(value);

beforeAll(() => {
  mkdirSync(join(dashboard, "assets"), { recursive: true });
  writeFileSync(join(dashboard, "index.html"), "<meta content=\"img-src 'self' data:; media-src 'self'\">");
  writeFileSync(join(dashboard, "index.html.br"), "packed");
  writeFileSync(join(dashboard, "assets/main-AB12.js"), "1");
  infrastructure(parameters, { dashboard, outdir: out }).synth();
  const read = (name: string) =>
    Template.fromJSON(JSON.parse(readFileSync(join(out, `${name}.template.json`), "utf8")));
  [home, edge] = [read("spotter-home"), read("spotter-edge")];
}, 600_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("the checks of the infrastructure", () => {
  it("find nothing that is not explained", () => {
    const report = JSON.parse(readFileSync(join(out, "validation-report.json"), "utf8"));
    expect(report.pluginReports.flatMap(({ violations }: { violations: unknown[] }) => violations)).toEqual([]);
  });

  it("find everything that is explained: no reason stands at nothing", () => {
    const bare = join(dir, "bare");
    expect(() => stacks(parameters, { dashboard, outdir: bare }).app.synth()).toThrow(/AwsSolutions-APIG4/);
    const report = JSON.parse(readFileSync(join(bare, "validation-report.json"), "utf8"));
    const found: string[] = report.pluginReports.flatMap(
      ({ violations }: { violations: { ruleName: string; violatingConstructs: { constructPath: string }[] }[] }) =>
        violations.flatMap(({ ruleName, violatingConstructs }) =>
          violatingConstructs.map(({ constructPath }) => `${constructPath} ${ruleName}`),
        ),
    );
    const stale = [
      ...homeFindings(parameters).map((finding) => ({ stack: "spotter-home", ...finding })),
      ...edgeFindings(parameters).map((finding) => ({ stack: "spotter-edge", ...finding })),
    ].flatMap(({ stack, at, ids }) =>
      ids
        .filter((id) => !found.some((each) => each.startsWith(join(stack, at)) && each.endsWith(` ${id}`)))
        .map((id) => `${stack}/${at} ${id}`),
    );
    expect(stale).toEqual([]);
  }, 600_000);

  it("say nothing worse of the templates than the CDK's habits", () => {
    const engine = new CelEngine();
    try {
      for (const name of ["spotter-home", "spotter-edge"]) {
        const { diagnostics } = engine.validateStandard(new TemplateFile(join(out, `${name}.template.json`)));
        const unexplained = diagnostics.filter(({ ruleId }) => !(ruleId in HABITS));
        expect(unexplained.map(({ ruleId, message }) => `${ruleId} ${message}`)).toEqual([]);
        expect(diagnostics.filter(({ severity }) => severity === "ERROR" || severity === "FATAL")).toEqual([]);
      }
    } finally {
      engine.free();
    }
  }, 600_000);

  it("give every explanation a reason that says something", () => {
    for (const { reason } of [...homeFindings(parameters), ...edgeFindings(parameters)])
      expect(reason).toMatch(/^.{40,}\.$/s);
  });
});

/** AWS IoT's judgement of a policy, as far as ours goes: `*` stands for anything, the thing's name for itself. */
function may(thing: string, action: string, resource: string): boolean {
  const policy = resources(home, "AWS::IoT::Policy")[0] as Resource;
  const { Statement } = policy.Properties.PolicyDocument as {
    Statement: { Action: string; Resource: { "Fn::Join": [string, (string | object)[]] } }[];
  };
  return Statement.some(({ Action, Resource }) => {
    const whole = Resource["Fn::Join"][1].map((part) => (typeof part === "string" ? part : "aws")).join("");
    const pattern = whole
      .slice(whole.lastIndexOf(":", whole.indexOf("/")) + 1)
      .replace(/\$\{iot:Connection\.Thing\.ThingName\}/g, thing);
    const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return Action === action && new RegExp(`^${parts.join(".*")}$`).test(resource);
  });
}

describe("devices", () => {
  it.each([
    ["may connect as itself", "iot:Connect", "client/hall-2", true],
    ["may publish its own events", "iot:Publish", "topic/spotter/v1/hall-2/alarm", true],
    ["may say whether it is there", "iot:RetainPublish", "topic/spotter/v1/hall-2/state", true],
    ["may not connect as another", "iot:Connect", "client/hall-3", false],
    ["may not publish as another", "iot:Publish", "topic/spotter/v1/hall-3/alarm", false],
    ["may not publish as one whose name begins like its own", "iot:Publish", "topic/spotter/v1/hall-22/alarm", false],
    ["may not publish above its own name", "iot:Publish", "topic/spotter/v1/hall-2", false],
    ["may not publish elsewhere", "iot:Publish", "topic/$aws/things/hall-3/shadow/update", false],
    ["may not leave its events lying at the broker", "iot:RetainPublish", "topic/spotter/v1/hall-2/alarm", false],
    ["may hear nobody", "iot:Subscribe", "topicfilter/spotter/v1/#", false],
    ["may receive nothing", "iot:Receive", "topic/spotter/v1/hall-2/alarm", false],
  ])("a device %s", (_, action, resource, expected) => {
    expect(may("hall-2", action, resource)).toBe(expected);
  });

  it("must have a certificate that is attached to their thing", () => {
    const policy = text(resources(home, "AWS::IoT::Policy")[0]?.Properties);
    expect(policy).toContain('"Condition":{"Bool":{"iot:Connection.Thing.IsAttached":"true"}}');
  });

  it("are heard as base64, and what no rule can deliver is kept", () => {
    home.hasResourceProperties("AWS::IoT::TopicRule", {
      TopicRulePayload: {
        Sql: "SELECT encode(*, 'base64') AS data, topic(3) AS device, topic(4) AS class, timestamp() AS receivedAt FROM 'spotter/v1/+/+'",
        AwsIotSqlVersion: "2016-03-23",
        Actions: [{ Sqs: { UseBase64: false } }],
        ErrorAction: { Sqs: { UseBase64: false } },
      },
    });
  });
});

describe("functions", () => {
  it("are those that say so of themselves, on arm64 and Node 24, with the variables that they need and no others", () => {
    const doors = resources(home, "AWS::Lambda::Function");
    const given = doors.map(({ Properties }) => {
      expect(Properties).toMatchObject({ Architectures: ["arm64"], Runtime: "nodejs24.x", Handler: "index.handler" });
      return Object.keys(Properties.Environment?.Variables ?? {})
        .filter((name) => name.startsWith("SPOTTER_"))
        .toSorted()
        .join();
    });
    const said = Object.values(DOORS).map(({ needs, takes }) =>
      [...needs, ...takes]
        .filter((name) => name !== "SPOTTER_ADOPT")
        .toSorted()
        .join(),
    );
    expect(given.toSorted()).toEqual(said.toSorted());
  });

  it("take in batches of the queue with single failures, six times their own time, and five tries", () => {
    home.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      BatchSize: 10,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 20 },
    });
    home.hasResourceProperties("AWS::SQS::Queue", {
      VisibilityTimeout: 180,
      RedrivePolicy: { maxReceiveCount: 5 },
      SqsManagedSseEnabled: true,
    });
  });

  it("follow the table: one everything, one its timers; what fails for good is kept", () => {
    const streams = resources(home, "AWS::Lambda::EventSourceMapping").filter(
      ({ Properties }) => Properties.StartingPosition === "LATEST",
    );
    expect(streams).toHaveLength(2);
    for (const { Properties } of streams)
      expect(Properties).toMatchObject({ BisectBatchOnFunctionError: true, DestinationConfig: { OnFailure: {} } });
    expect(streams.map(({ Properties }) => text(Properties.FilterCriteria)).toSorted()).toEqual([
      expect.stringContaining(String.raw`\"pk\":{\"S\":[\"timers\"]}`),
      undefined,
    ]);
  });

  it("may do what they need, each as its own role", () => {
    const policies = resources(home, "AWS::IAM::Policy").map(({ Properties }) => text(Properties.PolicyDocument));
    for (const policy of policies) {
      expect(policy).not.toMatch(/"Action":"(\*|[a-z0-9-]+:\*)"/);
      expect(policy).not.toMatch(/dynamodb:(Scan|DeleteTable|UpdateTable|\*)|s3:(\*|DeleteBucket)|iam:/);
    }
    const roles = resources(home, "AWS::Lambda::Function").map(({ Properties }) => text(Properties.Role));
    expect(new Set(roles).size).toBe(roles.length);
    const texting = policies.filter((policy) => policy.includes("sns:Publish") && policy.includes('"Effect":"Deny"'));
    expect(texting).toHaveLength(2);
    expect(policies.filter((policy) => policy.includes("states:StartExecution"))).toHaveLength(1);
    expect(policies.filter((policy) => policy.includes("execute-api:ManageConnections"))).toHaveLength(1);
    expect(policies.filter((policy) => policy.includes("s3:PutObject"))).toHaveLength(1);
    for (const { Properties } of resources(home, "AWS::IAM::Role"))
      expect(Properties.ManagedPolicyArns).toBeUndefined();
  });

  it("fit into what Lambda takes, and keep their logs for a while", () => {
    for (const name of Object.keys(DOORS)) {
      const { size } = statSync(join(out, "bundles", name, "index.mjs"));
      expect(size).toBeLessThan(5_000_000);
    }
    for (const { Properties } of resources(home, "AWS::Logs::LogGroup")) expect(Properties.RetentionInDays).toBe(90);
  });
});

describe("what is kept", () => {
  it("can be brought back to any second of five weeks, streams, expires, and outlives its stack", () => {
    home.hasResource("AWS::DynamoDB::Table", {
      DeletionPolicy: "Retain",
      Properties: {
        BillingMode: "PAY_PER_REQUEST",
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
        StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
        TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
        SSESpecification: { SSEEnabled: true },
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
      },
    });
  });

  it("can be held for a court, has versions, and clips go when their time has come", () => {
    home.hasResourceProperties("AWS::S3::Bucket", {
      BucketName: "spotter-blobs-123456789012-eu-central-1",
      ObjectLockEnabled: true,
      VersioningConfiguration: { Status: "Enabled" },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([Match.objectLike({ Prefix: "clips/", ExpirationInDays: 90, Status: "Enabled" })]),
      },
    });
  });

  it("is reached over TLS alone, by nobody in public", () => {
    for (const template of [home, edge]) {
      const buckets = resources(template, "AWS::S3::Bucket");
      expect(buckets.length).toBeGreaterThan(1);
      for (const { Properties, DeletionPolicy } of buckets) {
        expect(Properties.PublicAccessBlockConfiguration).toEqual({
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        });
        expect(DeletionPolicy).toBe("Retain");
      }
      const policies = resources(template, "AWS::S3::BucketPolicy").map(({ Properties }) => text(Properties));
      expect(policies).toHaveLength(buckets.length);
      for (const policy of policies) expect(policy).toContain('"Bool":{"aws:SecureTransport":"false"}');
    }
    const queues = resources(home, "AWS::SQS::Queue").length;
    const closed = resources(home, "AWS::SQS::QueuePolicy").filter(({ Properties }) =>
      text(Properties).includes('"aws:SecureTransport":"false"'),
    );
    expect(closed).toHaveLength(queues);
  });
});

describe("what watches", () => {
  it("tells the operators of late events, faults, dead letters and throttling", () => {
    const alarms = resources(home, "AWS::CloudWatch::Alarm").map(({ Properties }) => Properties);
    const metrics = alarms.map(({ Namespace, MetricName }) => `${Namespace} ${MetricName}`);
    for (const metric of [
      "AWS/SQS ApproximateAgeOfOldestMessage",
      "AWS/SQS ApproximateNumberOfMessagesVisible",
      "AWS/Lambda Errors",
      "AWS/Lambda Throttles",
      "AWS/Lambda IteratorAge",
      "AWS/DynamoDB ThrottledRequests",
      "AWS/ApiGateway 5xx",
      "AWS/States ExecutionsFailed",
      "Spotter age",
      "Spotter dead",
    ])
      expect(metrics).toContain(metric);
    for (const { AlarmActions, AlarmDescription } of alarms) {
      expect(AlarmActions).toHaveLength(1);
      expect(AlarmDescription).toMatch(/\./);
    }
    home.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint: "operators@spotter.example" });
  });

  it("is in the bill of bench -- cost, as are the firewall's rules, keys and secrets", () => {
    const count = (template: Template, type: string) => resources(template, type).length;
    const firewall = resources(edge, "AWS::WAFv2::WebACL")[0] as Resource;
    expect({
      alarms: count(home, "AWS::CloudWatch::Alarm"),
      metrics: Object.keys(MEASURES).filter((name) => name !== "namespace").length,
      firewallRules: (firewall.Properties.Rules as unknown[]).length,
      keys: count(home, "AWS::KMS::Key"),
      secrets: new Set(text(home.toJSON()).match(/resolve:secretsmanager:[^:]+/g)).size,
    }).toEqual(FIXED);
  });

  it("tells of costs before they are spent", () => {
    home.hasResourceProperties("AWS::Budgets::Budget", {
      Budget: { BudgetLimit: { Amount: 200, Unit: "USD" }, TimeUnit: "MONTHLY" },
      NotificationsWithSubscribers: Match.arrayWith([
        Match.objectLike({ Notification: { NotificationType: "FORECASTED", Threshold: 100 } }),
      ]),
    });
  });

  it("is a state machine that calls its function and the operators' topic, and logs everything", () => {
    home.hasResourceProperties("AWS::StepFunctions::StateMachine", {
      StateMachineName: "spotter-escalation",
      DefinitionSubstitutions: { Follow: Match.anyValue(), Operators: Match.anyValue() },
      LoggingConfiguration: { Level: "ALL" },
      TracingConfiguration: { Enabled: true },
    });
  });
});

describe("the edge", () => {
  const association = (behaviour: Record<string, unknown>) =>
    (behaviour.LambdaFunctionAssociations as { EventType: string }[]).map(({ EventType }) => EventType).toSorted();
  const distribution = () =>
    resources(edge, "AWS::CloudFront::Distribution")[0]?.Properties.DistributionConfig as Record<string, unknown>;

  it("has functions without environment, on x86-64 and with 128 MB, a viewer's within 5 s", () => {
    const functions = resources(edge, "AWS::Lambda::Function").filter(
      ({ Properties }) => Properties.MemorySize === 128 && Properties.FunctionName,
    );
    expect(functions).toHaveLength(4);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({ Architectures: ["x86_64"], Runtime: "nodejs24.x" });
      expect([Properties.Environment, Properties.Layers, Properties.VpcConfig, Properties.LoggingConfig]).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
      expect(Properties.Timeout).toBeLessThanOrEqual(/viewer/.test(String(Properties.Handler)) ? 5 : 30);
    }
    edge.resourceCountIs("AWS::Lambda::Version", 4);
    expect(statSync(join(out, "bundles/edge/index.mjs")).size).toBeLessThan(1_000_000);
    const assumed = resources(edge, "AWS::IAM::Role").map(({ Properties }) =>
      text(Properties.AssumeRolePolicyDocument),
    );
    expect(assumed.some((role) => role.includes("edgelambda.amazonaws.com"))).toBe(true);
  });

  it("stands before everything, and computes where it is to", () => {
    const { DefaultCacheBehavior, CacheBehaviors } = distribution();
    const behaviours = Object.fromEntries(
      (CacheBehaviors as Record<string, unknown>[]).map((behaviour) => [behaviour.PathPattern, association(behaviour)]),
    );
    expect({ "*": association(DefaultCacheBehavior as Record<string, unknown>), ...behaviours }).toEqual({
      "*": ["viewer-request", "viewer-response"],
      "/edge/*/thumbnail.svg": ["origin-request", "origin-response", "viewer-request", "viewer-response"],
      "/edge/*": ["origin-request", "origin-response", "viewer-request", "viewer-response"],
      "/api/*": ["origin-request", "viewer-request", "viewer-response"],
      "/blobs/*": ["origin-request", "viewer-request", "viewer-response"],
    });
  });

  it("takes TLS alone, keeps no error, and holds back who asks too much", () => {
    const { ViewerCertificate, CustomErrorResponses, DefaultCacheBehavior, WebACLId } = distribution();
    expect(ViewerCertificate).toMatchObject({ MinimumProtocolVersion: "TLSv1.2_2021", SslSupportMethod: "sni-only" });
    expect(DefaultCacheBehavior).toMatchObject({ ViewerProtocolPolicy: "redirect-to-https", Compress: true });
    for (const { ErrorCachingMinTTL } of CustomErrorResponses as { ErrorCachingMinTTL: number }[])
      expect(ErrorCachingMinTTL).toBe(0);
    expect(WebACLId).toBeDefined();
    edge.hasResourceProperties("AWS::WAFv2::WebACL", {
      Scope: "CLOUDFRONT",
      Rules: Match.arrayWith([Match.objectLike({ Name: "too-much", Action: { Block: {} } })]),
    });
  });

  it("caches a tenant's summaries by address alone: no cookie, no query but the days", () => {
    const policies = resources(edge, "AWS::CloudFront::CachePolicy").map(
      ({ Properties }) =>
        (Properties.CachePolicyConfig as Record<string, unknown>).ParametersInCacheKeyAndForwardedToOrigin,
    );
    expect(policies).toHaveLength(2);
    for (const policy of policies)
      expect(policy).toMatchObject({
        CookiesConfig: { CookieBehavior: "none" },
        QueryStringsConfig: { QueryStringBehavior: "whitelist", QueryStrings: ["days"] },
      });
  });

  it("uploads the dashboard: what it loads first, unpacked, with a policy that lets its pictures come", () => {
    const bundles = join(out, "bundles");
    expect(readFileSync(join(bundles, "dashboard-assets/assets/main-AB12.js"), "utf8")).toBe("1");
    const page = readFileSync(join(bundles, "dashboard-pages/index.html"), "utf8");
    const host = "https://spotter-blobs-123456789012-eu-central-1.s3.eu-central-1.amazonaws.com";
    expect(page).toBe(`<meta content="img-src 'self' ${host} data:; media-src 'self' ${host}">`);
    expect(() => statSync(join(bundles, "dashboard-pages/index.html.br"))).toThrow(/ENOENT/);
    const deployments = resources(edge, "Custom::CDKBucketDeployment").map(({ Properties }) =>
      text(Properties.SystemMetadata),
    );
    expect(deployments.toSorted()).toEqual([
      expect.stringContaining("no-cache"),
      expect.stringContaining("max-age=31536000, immutable"),
    ]);
  });
});

describe("the parameters", () => {
  it.each<[string, object, RegExp]>([
    ["an account that is none", { account: "12" }, /account: must be the 12 digits of the account/],
    ["a region that is none", { region: "Frankfurt" }, /region: must be a region such as eu-central-1/],
    ["a host with a scheme", { domain: "https://a.example" }, /domain: must be a host name such as spotter.example/],
    ["a key that is none", { passKeys: { k1: "x" } }, /passKeys.k1: "x" must be the 32 bytes/],
    ["a home nowhere", { homes: { acme: "us-east-2" } }, /homes.acme: region "us-east-2" is not in origins/],
    ["a word too many", { colour: "red" }, /Unrecognized key: "colour".*see cloud\/infrastructure\/example.json/],
    ["no budget", { monthlyUsd: 0 }, /monthlyUsd: Too small/],
  ])("are refused with key, value and remedy: %s", (_, change, expected) => {
    expect(() => readParameters({ ...example, ...change })).toThrow(expected);
  });

  it("need a dashboard that is built", () => {
    const empty = join(dir, "empty");
    mkdirSync(empty);
    expect(() => stacks(parameters, { dashboard: empty, outdir: join(dir, "never") })).toThrow(
      /holds no index.html; build the dashboard there/,
    );
  }, 600_000);
});
