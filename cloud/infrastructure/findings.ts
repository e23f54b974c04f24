import { type Stack, Validations } from "aws-cdk-lib";
import type { Parameters } from "./parameters.ts";

/** Something that the checks find and that is as it must be. */
export interface Finding {
  /** Path below the stack; empty: the whole stack. */
  readonly at: string;
  /** As the checks call it; names in <> are CloudFormation's for what is meant. */
  readonly ids: readonly string[];
  readonly reason: string;
}

const nag = (...rules: string[]) => rules.map((rule) => `AwsSolutions-${rule}`);
const serverless = (...rules: string[]) => rules.map((rule) => `Serverless-${rule}`);

export const homeFindings = ({ account, region }: Parameters): readonly Finding[] => [
  {
    at: "http/api",
    ids: nag("APIG4"),
    reason:
      "The function judges every request by its route: session, role, sites, CSRF token (cloud/api/guard.ts). An authorizer of API Gateway knows none of them, and would keep its answer after somebody was shut out.",
  },
  {
    at: "socket/api",
    ids: nag("APIG4"),
    reason: "The function lets a connection in by its session and its page's origin (cloud/functions/live.ts).",
  },
  {
    at: "api-door",
    ids: nag("IAM5[Resource::<storageblobsEB525243.Arn>/*]"),
    reason: "The API keeps and reads floor plans and clips of this one bucket; their keys are not known beforehand.",
  },
  {
    at: "stream-door",
    ids: nag(`IAM5[Resource::arn:aws:execute-api:${region}:${account}:<socketapiE907F70E>/live/POST/@connections/*]`),
    reason: "Connections of dashboards come and go; what is allowed is writing to those of this one API.",
  },
  {
    at: "stream-door",
    ids: nag("IAM5[Resource::*]"),
    reason: "dynamodb:ListStreams, which Lambda asks of whoever reads a stream, takes no resource.",
  },
  {
    at: "timers-door",
    ids: nag("IAM5[Resource::*]"),
    reason:
      "dynamodb:ListStreams takes no resource; telephones, which short messages go to, have none in AWS, and topics are denied beside it.",
  },
  {
    at: "escalation-door",
    ids: nag("IAM5[Resource::*]"),
    reason: "Telephones, which short messages go to, are no resources of AWS; topics, which are, are denied beside it.",
  },
  {
    at: "escalation/machine",
    ids: nag(
      "IAM5[Resource::*]",
      "IAM5[Resource::<escalationdoorfunction66A8D610.Arn>:*]",
      "IAM5[Action::kms:GenerateDataKey*]",
    ),
    reason:
      "Delivery of logs and traces takes no resource; the rest is every version of the one function, and the one key of the operators' topic.",
  },
  {
    at: "intake/dead",
    ids: serverless("SQSRedrivePolicy"),
    reason: "It is where messages go that the queue gave up; an alarm watches its depth.",
  },
  {
    at: "intake/stranded",
    ids: [...nag("SQS3"), ...serverless("SQSRedrivePolicy")],
    reason:
      "It is where messages go that no rule could deliver, and nothing reads it but a person; an alarm watches its depth.",
  },
  {
    at: "missed",
    ids: [...nag("SQS3"), ...serverless("SQSRedrivePolicy")],
    reason: "It is where records of the stream and calls go that failed for good; an alarm watches its depth.",
  },
  {
    at: "",
    ids: serverless("LambdaDLQ"),
    reason:
      "Nothing calls these functions without waiting but the schedule, whose target has its own dead-letter queue; so have the queue and the streams.",
  },
  {
    at: "",
    ids: serverless("LambdaTracing"),
    reason:
      "An event carries its trace from the camera on (W3C traceparent); X-Ray would begin a second one that knows nothing of the camera, and its SDK ends in February 2027.",
  },
  {
    at: "ingest-door",
    ids: serverless("LambdaEventSourceMappingDestination"),
    reason: "The queue has a dead-letter queue, which is the destination that sources of SQS have.",
  },
  {
    at: "operators",
    ids: serverless("SNSRedrivePolicy"),
    reason:
      "Mail that is not taken shows on the topic's own metrics; alarms stay visible in CloudWatch until they are over.",
  },
];

export const edgeFindings = ({ account, name }: Parameters): readonly Finding[] => [
  {
    at: "distribution",
    ids: nag("CFR1"),
    reason: "Plants, and the people who look after them, are wherever they are.",
  },
  {
    at: "functions",
    ids: nag(`IAM5[Resource::arn:aws:logs:*:${account}:log-group:/aws/lambda/us-east-1.${name}-*]`),
    reason: "A function at the edge writes its log in whichever region is nearest, under its own name alone.",
  },
  {
    at: "",
    ids: serverless("LambdaDLQ"),
    reason: "CloudFront, and CloudFormation for the upload, wait for the answer: a failure is theirs to tell.",
  },
  {
    at: "",
    ids: serverless("LambdaTracing"),
    reason: "Lambda@Edge has no tracing, and the upload of the dashboard needs none.",
  },
  {
    at: "Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C",
    ids: [
      ...nag("L1", "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]"),
      ...nag("IAM5[Action::s3:GetBucket*]", "IAM5[Action::s3:GetObject*]", "IAM5[Action::s3:List*]"),
      ...nag("IAM5[Action::s3:Abort*]", "IAM5[Action::s3:DeleteObject*]", "IAM5[Resource::*]"),
      ...nag(
        `IAM5[Resource::arn:aws:s3:::cdk-hnb659fds-assets-${account}-us-east-1/*]`,
        "IAM5[Resource::<files6F97A25D.Arn>/*]",
      ),
      ...serverless("LambdaLatestVersion"),
    ],
    reason:
      "The CDK's own function that uploads the dashboard: it runs during a deployment alone, and reaches the dashboard's bucket and the CDK's; its runtime is the CDK's choice.",
  },
];

/** What CloudFormation's own validator says of any template that the CDK writes. */
export const HABITS: Readonly<Record<string, string>> = {
  W3005: "The CDK names dependencies that follow already from what refers to what; twice is no harm.",
  I1022: "The CDK joins texts with Fn::Join; Fn::Sub would read better, and the CDK is what people read.",
  I9001: "Names and keys of things that hold data can only be given once, which is as it should be.",
};

/** Acknowledges what is to be found in a stack. Throws for a path at which nothing is. */
export function explain(stack: Stack, findings: readonly Finding[]): void {
  for (const { at, ids, reason } of findings) {
    const place = `${stack.node.path}/${at}`.replace(/\/$/, "");
    const construct = stack.node.findAll().find(({ node }) => node.path === place);
    if (!construct) throw new Error(`${place}: there is nothing of that name; correct findings.ts`);
    for (const id of ids) Validations.of(construct).acknowledge({ id, reason });
  }
}
