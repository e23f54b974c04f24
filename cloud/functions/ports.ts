import { ApiGatewayManagementApiClient } from "@aws-sdk/client-apigatewaymanagementapi";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import type { Clock } from "../core/clock.ts";
import { DynamoStore } from "../stores/dynamo-store.ts";
import { GatewayPush } from "../stores/gateway-push.ts";
import { S3Blobs } from "../stores/s3-blobs.ts";
import { STREAMED } from "../stores/streamed-push.ts";
import { DOORS, type DoorName, type Variable, valuesOf } from "./environment.ts";

export const clock: Clock = { now: () => Date.now() };

/** What `environment.ts` says that a door needs. Throws an Error that names what is missing. */
export function settingsOf<Name extends DoorName>(door: Name): Record<(typeof DOORS)[Name]["needs"][number], string> {
  return valuesOf(DOORS[door].needs as readonly Variable[], process.env);
}

/** The parts of the cloud on AWS; each function builds those that it needs, once. */
export function tablePorts(table: string) {
  return { store: new DynamoStore(new DynamoDBClient({}), table), push: STREAMED, clock };
}

export function bucketBlobs(bucket: string): S3Blobs {
  return new S3Blobs(new S3Client({ requestChecksumCalculation: "WHEN_REQUIRED" }), bucket, clock);
}

export function gatewayPush(ports: ReturnType<typeof tablePorts>, endpoint: string): GatewayPush {
  return new GatewayPush(ports, new ApiGatewayManagementApiClient({ endpoint }));
}
