import { Aws, Duration, SecretValue, Stack, type StackProps, Tags } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Effect, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { FilterCriteria, FilterRule, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { DynamoEventSource, type DynamoEventSourceProps, SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { MEASURES } from "../functions/measures.ts";
import { Door } from "./door.ts";
import { Escalation, machineArn } from "./escalation.ts";
import { HttpGateway, LIVE, SocketGateway } from "./gateway.ts";
import { Intake } from "./intake.ts";
import type { Parameters } from "./parameters.ts";
import { Storage } from "./storage.ts";
import { MINUTE, Watch } from "./watch.ts";

/** What the store does to its table, and nothing else. */
const STORE = ["dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem"];
const INGEST_S = 30;
const LONG_S = 60;

/**
 * A tenant's home: where its data lies and its people are told. Left to right:
 *
 *   devices ─► IoT rules ─► queue ─► ingest ─► table ─► stream ─► live dashboards
 *                             │                  │ ├──► timers ─► people
 *                             └► dead letters    │ └──► escalation (Step Functions) ─► timers
 *                       dashboards ─► HTTP API ──┴─ blobs
 */
export class HomeStack extends Stack {
  constructor(scope: Construct, id: string, parameters: Parameters, props: StackProps) {
    super(scope, id, props);
    const { name, domain, tenant, logDays, passSecret, adopt, mail, operators: email, monthlyUsd } = parameters;
    Tags.of(this).add("application", name);
    const { table, blobs } = new Storage(this, parameters);
    const socket = new SocketGateway(this, parameters);
    const environment = {
      SPOTTER_TABLE: table.tableName,
      SPOTTER_BUCKET: blobs.bucketName,
      SPOTTER_CONNECTIONS: `https://${socket.api.apiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${LIVE}`,
      SPOTTER_URL: `https://${domain}`,
      SPOTTER_TENANT: tenant,
      SPOTTER_PASS_KEY: passSecret && SecretValue.secretsManager(passSecret).unsafeUnwrap(),
      SPOTTER_ESCALATION: machineArn(name),
      SPOTTER_ADOPT: adopt,
      SPOTTER_MAIL_URL: mail && SecretValue.secretsManager(mail.secret).unsafeUnwrap(),
      SPOTTER_MAIL_FROM: mail?.from,
    };
    const common = { logDays, environment };
    const ingest = new Door(this, "ingest", { ...common, timeoutS: INGEST_S, memoryMb: 512 });
    const api = new Door(this, "api", { ...common, timeoutS: 29, memoryMb: 1024 });
    const live = new Door(this, "live", { ...common, timeoutS: 10, memoryMb: 256 });
    const stream = new Door(this, "stream", { ...common, timeoutS: LONG_S, memoryMb: 512 });
    // Works for a minute at a time, and has half a minute to bring to an end what it has begun.
    const timers = new Door(this, "timers", { ...common, timeoutS: 90, memoryMb: 256 });
    const escalation = new Door(this, "escalation", { ...common, timeoutS: LONG_S, memoryMb: 256 });
    const doors = { ingest, api, live, stream, timers, escalation };
    for (const door of Object.values(doors)) door.allow(STORE, [table.tableArn]);
    api.allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [blobs.arnForObjects("*")]);

    const intake = new Intake(this, name, ingest, INGEST_S);
    const http = new HttpGateway(this, parameters, api);
    socket.serve(live);
    stream.allow(
      ["execute-api:ManageConnections"],
      [
        this.formatArn({
          service: "execute-api",
          resource: socket.api.apiId,
          resourceName: `${LIVE}/POST/@connections/*`,
        }),
      ],
    );

    stream.allow(["states:StartExecution"], [machineArn(name)]);
    for (const door of [timers, escalation]) texting(door);

    const missed = new Queue(this, "missed", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const follow: DynamoEventSourceProps = {
      startingPosition: StartingPosition.LATEST,
      batchSize: 100,
      bisectBatchOnError: true,
      retryAttempts: 5,
      maxRecordAge: Duration.hours(1),
      onFailure: new SqsDlq(missed),
    };
    stream.lambda.addEventSource(new DynamoEventSource(table as ITable, follow));
    const ofTimers = FilterCriteria.filter({ dynamodb: { Keys: { pk: { S: FilterRule.isEqual("timers") } } } });
    timers.lambda.addEventSource(new DynamoEventSource(table as ITable, { ...follow, filters: [ofTimers] }));
    // The net below the stream and the state machine: whatever was missed is due at the next minute.
    new Rule(this, "minute", {
      schedule: Schedule.rate(MINUTE),
      targets: [new LambdaFunction(timers.lambda, { retryAttempts: 2, deadLetterQueue: missed })],
    });

    const key = new Key(this, "key", { enableKeyRotation: true, description: `${name}: messages to its operators` });
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
        resources: ["*"],
        conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
      }),
    );
    const operators = new Topic(this, "operators", { masterKey: key, enforceSSL: true });
    operators.addSubscription(new EmailSubscription(email));
    const { machine } = new Escalation(this, name, escalation, operators, logDays);

    const watch = new Watch(this, operators);
    const queued = { period: MINUTE, statistic: "Maximum" };
    watch.alarm("ingest-age", {
      metric: intake.queue.metricApproximateAgeOfOldestMessage(queued),
      from: 60,
      means: "Events wait for a minute or longer: falls are shown and told late. Look at the log of ingest.",
    });
    const measured = (metricName: string, statistic: string) =>
      new Metric({
        namespace: MEASURES.namespace,
        metricName,
        dimensionsMap: { service: "ingest" },
        period: MINUTE,
        statistic,
      });
    watch.alarm("event-age", {
      metric: measured(MEASURES.age, "p99"),
      from: 10_000,
      periods: 3,
      means: "From the broker to the incident it takes ten seconds or longer, for minutes. Look at the log of ingest.",
    });
    watch.alarm("dead-letters", {
      metric: measured(MEASURES.dead, "Sum"),
      from: 1,
      means: "A device sent what could not be taken: see the dead letters in the dashboard's settings.",
    });
    for (const [id, queue] of Object.entries({ dead: intake.dead, stranded: intake.stranded, missed }))
      watch.alarm(`${id}-depth`, {
        metric: queue.metricApproximateNumberOfMessagesVisible(queued),
        from: 1,
        means: `Something lies in the queue ${id}: read it, mend the cause, then redrive the queue.`,
      });
    for (const [id, { lambda }] of Object.entries(doors)) {
      watch.alarm(`${id}-errors`, {
        metric: lambda.metricErrors({ period: MINUTE }),
        from: 1,
        periods: 2,
        means: `The function ${id} fails. Look at its log.`,
      });
      watch.alarm(`${id}-throttles`, {
        metric: lambda.metricThrottles({ period: MINUTE }),
        from: 1,
        periods: 3,
        means: `The function ${id} is not let run as often as it should: raise the account's concurrency.`,
      });
    }
    for (const [id, { lambda }] of Object.entries({ stream, timers }))
      watch.alarm(`${id}-lag`, {
        metric: lambda.metric("IteratorAge", { period: MINUTE, statistic: "Maximum" }),
        from: 60_000,
        means: `The function ${id} hears of changes a minute late or later. Look at its log.`,
      });
    watch.alarm("table-throttles", {
      metric: table.metric("ThrottledRequests", { period: MINUTE, statistic: "Sum" }),
      from: 1,
      periods: 3,
      means: "The table turns requests away: one partition is too hot.",
    });
    watch.alarm("api-faults", {
      metric: http.stage.metric("5xx", { period: MINUTE, statistic: "Sum" }),
      from: 1,
      periods: 2,
      means: "The API answers with faults. Look at the log of api.",
    });
    watch.alarm("escalation-failed", {
      metric: machine.metricFailed({ period: MINUTE }),
      from: 1,
      means: "An escalation has stopped without an acknowledgement: look at the open incidents yourself.",
    });
    watch.budget(name, monthlyUsd, email);
  }
}

/** Short messages to telephones, which have no name in AWS; topics have, and are not for this function. */
function texting(door: Door): void {
  door.allow(["sns:Publish"], ["*"]);
  door.role.addToPolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      actions: ["sns:Publish"],
      resources: [`arn:${Aws.PARTITION}:sns:*:*:*`],
    }),
  );
}
