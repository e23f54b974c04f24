import { join } from "node:path";
import { CfnOutput, Duration, Stack, type StackProps, Stage, Tags } from "aws-cdk-lib";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  AllowedMethods,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  type EdgeLambda,
  HttpVersion,
  LambdaEdgeEventType,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  PriceClass,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin, S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { CompositePrincipal, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, type IVersion, Function as Lambda, Runtime } from "aws-cdk-lib/aws-lambda";
import { Bucket, type IBucket, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { CfnWebACL } from "aws-cdk-lib/aws-wafv2";
import type { Construct } from "constructs";
import { bundle } from "./bundle.ts";
import { Dashboard } from "./dashboard.ts";
import { edgeConfigOf, type Parameters } from "./parameters.ts";
import { CLOSED } from "./storage.ts";

/** Requests of one address in five minutes. */
const PER_ADDRESS = 3_000;
/** How CloudFront tells kinds of devices. */
const DEVICES = ["CloudFront-Is-Mobile-Viewer", "CloudFront-Is-Tablet-Viewer", "CloudFront-Is-SmartTV-Viewer"];

interface EdgeStackProps extends StackProps {
  /** Folder with the built dashboard. */
  readonly dashboard: string;
}

/** What viewers reach first. Must lie in us-east-1: CloudFront takes functions, certificates and firewalls from nowhere else. */
export class EdgeStack extends Stack {
  constructor(scope: Construct, id: string, parameters: Parameters, { dashboard, ...props }: EdgeStackProps) {
    super(scope, id, props);
    const { name, domain, siteCertificate, api, logDays } = parameters;
    Tags.of(this).add("application", name);
    const functions = this.#functions(name, parameters);
    const logs = new Bucket(this, "logs", {
      ...CLOSED,
      // CloudFront writes its logs by access list.
      objectOwnership: ObjectOwnership.OBJECT_WRITER,
      lifecycleRules: [{ expiration: Duration.days(logDays), abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    }) as IBucket;
    const files = new Bucket(this, "files", {
      ...CLOSED,
      versioned: true,
      serverAccessLogsBucket: logs,
      serverAccessLogsPrefix: "files/",
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    }) as IBucket;
    const origin = new HttpOrigin(api.domain, {
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [OriginSslPolicy.TLS_V1_2],
      readTimeout: Duration.seconds(30),
    });
    const always = { viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS, compress: true } as const;
    const both = [functions.viewerRequest, functions.viewerResponse];
    const computed = (id: string, headers: readonly string[]) => ({
      ...always,
      origin,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
      // The viewer's cookies go along without being part of the key: the address names the tenant by then.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      cachePolicy: new CachePolicy(this, id, {
        minTtl: Duration.seconds(0),
        defaultTtl: Duration.seconds(0),
        maxTtl: Duration.minutes(10),
        cookieBehavior: CacheCookieBehavior.none(),
        queryStringBehavior: CacheQueryStringBehavior.allowList("days"),
        headerBehavior: headers.length === 0 ? CacheHeaderBehavior.none() : CacheHeaderBehavior.allowList(...headers),
        enableAcceptEncodingBrotli: true,
        enableAcceptEncodingGzip: true,
      }),
      edgeLambdas: [...both, functions.originRequest, functions.originResponse],
    });
    const passed = {
      ...always,
      origin,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      edgeLambdas: [...both, functions.originRequest],
    };
    const distribution = new Distribution(this, "distribution", {
      comment: name,
      domainNames: [domain, `*.${domain}`],
      certificate: Certificate.fromCertificateArn(this, "certificate", siteCertificate),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      enableIpv6: true,
      enableLogging: true,
      logBucket: logs,
      logFilePrefix: "cdn/",
      webAclId: this.#firewall(name).attrArn,
      defaultBehavior: {
        ...always,
        origin: S3BucketOrigin.withOriginAccessControl(files),
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        edgeLambdas: both,
      },
      additionalBehaviors: {
        "/edge/*/thumbnail.svg": computed("thumbnails", DEVICES),
        "/edge/*": computed("computed", []),
        "/api/*": passed,
        "/blobs/*": passed,
      },
      // An error that one viewer gets is not kept for the next.
      errorResponses: [400, 403, 404, 405, 500, 502, 503, 504].map((httpStatus) => ({
        httpStatus,
        ttl: Duration.seconds(0),
      })),
    });
    new Dashboard(this, { dir: dashboard, media: edgeConfigOf(parameters).media, files, distribution });
    new CfnOutput(this, "dns", {
      value: distribution.distributionDomainName,
      description: `Where ${domain} and *.${domain} must lead`,
    });
  }

  /** One bundle, four functions; without environment, on x86-64, as Lambda@Edge wants them. */
  #functions(name: string, parameters: Parameters) {
    const outdir = join(Stage.of(this)?.outdir ?? "cdk.out", "bundles", "edge");
    bundle(join(import.meta.dirname, "../edge/lambda.ts"), outdir, { SPOTTER_EDGE: edgeConfigOf(parameters) });
    const role = new Role(this, "functions", {
      assumedBy: new CompositePrincipal(
        new ServicePrincipal("lambda.amazonaws.com"),
        new ServicePrincipal("edgelambda.amazonaws.com"),
      ),
    });
    // Each location writes logs in its own nearest region, under a name that begins so.
    role.addToPolicy(
      new PolicyStatement({
        actions: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [`arn:${this.partition}:logs:*:${this.account}:log-group:/aws/lambda/us-east-1.${name}-*`],
      }),
    );
    const code = Code.fromAsset(outdir);
    const made = (handler: string, eventType: LambdaEdgeEventType, timeoutS: number): EdgeLambda => {
      const lambda = new Lambda(this, handler, {
        functionName: `${name}-${eventType}`,
        code,
        handler: `index.${handler}`,
        runtime: Runtime.NODEJS_24_X,
        architecture: Architecture.X86_64,
        memorySize: 128,
        timeout: Duration.seconds(timeoutS),
        role,
      });
      return { functionVersion: lambda.currentVersion as IVersion, eventType };
    };
    return {
      viewerRequest: made("viewerRequest", LambdaEdgeEventType.VIEWER_REQUEST, 5),
      originRequest: made("originRequest", LambdaEdgeEventType.ORIGIN_REQUEST, 10),
      originResponse: made("originResponse", LambdaEdgeEventType.ORIGIN_RESPONSE, 10),
      viewerResponse: made("viewerResponse", LambdaEdgeEventType.VIEWER_RESPONSE, 5),
    };
  }

  /** Holds back addresses that ask too much or are known to attack; what they ask for, the functions judge themselves. */
  #firewall(name: string): CfnWebACL {
    const visibility = (metricName: string) => ({
      metricName,
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: true,
    });
    return new CfnWebACL(this, "firewall", {
      name: `${name}-edge`,
      scope: "CLOUDFRONT",
      defaultAction: { allow: {} },
      visibilityConfig: visibility(name),
      rules: [
        {
          name: "too-much",
          priority: 0,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: PER_ADDRESS, aggregateKeyType: "IP" } },
          visibilityConfig: visibility("too-much"),
        },
        {
          name: "known-attackers",
          priority: 1,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: { vendorName: "AWS", name: "AWSManagedRulesAmazonIpReputationList" },
          },
          visibilityConfig: visibility("known-attackers"),
        },
      ],
    });
  }
}
