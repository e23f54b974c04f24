import { Aws, Duration } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnPolicy, CfnTopicRule } from "aws-cdk-lib/aws-iot";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { RULE } from "../functions/heard.ts";
import type { Door } from "./door.ts";

/** `uplink.topic` of the devices. */
const TOPIC = "spotter/v1";
// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of AWS IoT
const THING = "${iot:Connection.Thing.ThingName}";

/** From devices' connections through rules into a queue, so that nothing is lost while the function is away or slow. */
export class Intake extends Construct {
  readonly queue: Queue;
  readonly dead: Queue;
  /** What IoT's rules could not put into the queue. */
  readonly stranded: Queue;

  constructor(scope: Construct, name: string, ingest: Door, timeoutS: number) {
    super(scope, "intake");
    const safe = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    } as const;
    this.dead = new Queue(this, "dead", safe);
    this.stranded = new Queue(this, "stranded", safe);
    this.queue = new Queue(this, "queue", {
      ...safe,
      // Six times the function's own limit, as Lambda's guide asks of queues that it reads.
      visibilityTimeout: Duration.seconds(6 * timeoutS),
      deadLetterQueue: { queue: this.dead, maxReceiveCount: 5 },
    });
    ingest.lambda.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 10,
        reportBatchItemFailures: true,
        // Devices that come back all at once wait in the queue; they do not starve the API of functions.
        maxConcurrency: 20,
      }),
    );
    this.#devices(name);
    this.#rules(name);
  }

  /** A device connects and writes as itself alone: its certificate is attached to the thing of its name, its client id is that name. */
  #devices(name: string): void {
    const iot = `arn:${Aws.PARTITION}:iot:${Aws.REGION}:${Aws.ACCOUNT_ID}`;
    new CfnPolicy(this, "device", {
      policyName: `${name}-device`,
      policyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: "iot:Connect",
            Resource: `${iot}:client/${THING}`,
            Condition: { Bool: { "iot:Connection.Thing.IsAttached": "true" } },
          },
          { Effect: "Allow", Action: "iot:Publish", Resource: `${iot}:topic/${TOPIC}/${THING}/*` },
          { Effect: "Allow", Action: "iot:RetainPublish", Resource: `${iot}:topic/${TOPIC}/${THING}/state` },
        ],
      },
    });
  }

  /** `topic(3)` in the rule is the device, as the policy above has made sure. */
  #rules(name: string): void {
    const role = new Role(this, "rules", { assumedBy: new ServicePrincipal("iot.amazonaws.com") });
    role.addToPolicy(
      new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [this.queue.queueArn, this.stranded.queueArn] }),
    );
    new CfnTopicRule(this, "events", {
      ruleName: `${name.replaceAll("-", "_")}_events`,
      topicRulePayload: {
        awsIotSqlVersion: "2016-03-23",
        sql: RULE,
        actions: [{ sqs: { queueUrl: this.queue.queueUrl, roleArn: role.roleArn, useBase64: false } }],
        errorAction: { sqs: { queueUrl: this.stranded.queueUrl, roleArn: role.roleArn, useBase64: false } },
        ruleDisabled: false,
      },
    });
  }
}
