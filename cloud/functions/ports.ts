import { ApiGatewayManagementApiClient } from "@aws-sdk/client-apigatewaymanagementapi";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import type { Clock } from "../core/clock.ts";
import type { Notifier } from "../core/notifier.ts";
import type { Channel } from "../core/people.ts";
import { EmailNotifier } from "../notifiers/email.ts";
import { SmsNotifier } from "../notifiers/sms.ts";
import { WebhookNotifier } from "../notifiers/webhook.ts";
import { DynamoStore } from "../stores/dynamo-store.ts";
import { GatewayPush } from "../stores/gateway-push.ts";
import { S3Blobs } from "../stores/s3-blobs.ts";
import { STREAMED } from "../stores/streamed-push.ts";
import { DOORS, type DoorName, type Variable, valuesOf } from "./environment.ts";

/** The parts of the cloud on AWS, from a function's environment; each function builds those that it needs, once. */
const clock: Clock = { now: () => Date.now() };

/** What `environment.ts` says that a door needs. Throws an Error that names what is missing. */
export function settingsOf<Name extends DoorName>(door: Name): Record<(typeof DOORS)[Name]["needs"][number], string> {
  return valuesOf(DOORS[door].needs as readonly Variable[], process.env);
}

export function tablePorts(table: string) {
  return { store: new DynamoStore(new DynamoDBClient({}), table), push: STREAMED, clock };
}

export function bucketBlobs(bucket: string): S3Blobs {
  return new S3Blobs(new S3Client({ requestChecksumCalculation: "WHEN_REQUIRED" }), bucket, clock);
}

export function gatewayPush(ports: ReturnType<typeof tablePorts>, endpoint: string): GatewayPush {
  return new GatewayPush(ports, new ApiGatewayManagementApiClient({ endpoint }));
}

/** Mail only where a server for it is named. */
export function notifiers(): Partial<Record<Channel, Notifier>> {
  const { SPOTTER_MAIL_URL: url, SPOTTER_MAIL_FROM: from } = process.env;
  if (url && !from) throw new Error("environment: SPOTTER_MAIL_URL is set, and SPOTTER_MAIL_FROM is not; set both");
  return {
    webhook: new WebhookNotifier(clock),
    sms: new SmsNotifier(new SNSClient({})),
    ...(url && from ? { email: new EmailNotifier(url, from) } : {}),
  };
}
