import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  HttpMethods,
  type IBucket,
  ObjectOwnership,
  StorageClass,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { blobsOf, type Parameters } from "./parameters.ts";

/** What a bucket of ours always is. */
export const CLOSED = {
  encryption: BucketEncryption.S3_MANAGED,
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  removalPolicy: RemovalPolicy.RETAIN,
} as const;

/** The table of `cloud/stores/dynamo-store.ts` and the bucket of `s3-blobs.ts`. Nothing here is deleted with the stack. */
export class Storage extends Construct {
  readonly table: Table;
  readonly blobs: Bucket;

  constructor(scope: Construct, parameters: Parameters) {
    super(scope, "storage");
    const { domain, region, keepDays, logDays } = parameters;
    this.table = new Table(this, "table", {
      partitionKey: { name: "pk", type: AttributeType.STRING },
      sortKey: { name: "sk", type: AttributeType.STRING },
      timeToLiveAttribute: "ttl",
      billingMode: BillingMode.PAY_PER_REQUEST,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      encryption: TableEncryption.AWS_MANAGED,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const logs = new Bucket(this, "access-logs", {
      ...CLOSED,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ expiration: Duration.days(logDays), abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    }) as IBucket;
    this.blobs = new Bucket(this, "blobs", {
      bucketName: blobsOf(parameters, region).bucket,
      ...CLOSED,
      versioned: true,
      // Lets a legal hold be put on a single clip (s3:PutObjectLegalHold); nothing is held unless somebody says so.
      objectLockEnabled: true,
      serverAccessLogsBucket: logs,
      serverAccessLogsPrefix: "blobs/",
      cors: [{ allowedOrigins: [`https://${domain}`, `https://*.${domain}`], allowedMethods: [HttpMethods.GET] }],
      lifecycleRules: [
        {
          // Floor plans stay; what was seen of people goes.
          prefix: "clips/",
          expiration: Duration.days(keepDays),
          ...(keepDays > 30
            ? { transitions: [{ storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(30) }] }
            : {}),
        },
        { noncurrentVersionExpiration: Duration.days(7), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
  }
}
