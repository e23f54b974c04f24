import { CfnOutput, RemovalPolicy } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  ApiMapping,
  DomainName,
  EndpointType,
  HttpApi,
  HttpMethod,
  HttpStage,
  type IAccessLogSettings,
  LogGroupLogDestination,
  SecurityPolicy,
  WebSocketApi,
  WebSocketStage,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Door } from "./door.ts";
import type { Parameters } from "./parameters.ts";

/** The stage of the WebSocket API. */
export const LIVE = "live";
/** Requests per second of all viewers together, and at once; the account's other functions go on. */
const [RATE, BURST] = [200, 400];

/** The HTTP API: any request goes to one function, which knows its routes itself. */
export class HttpGateway extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;

  constructor(scope: Construct, { api: { domain, certificate }, logDays }: Parameters, door: Door) {
    super(scope, "http");
    this.api = new HttpApi(this, "api", { disableExecuteApiEndpoint: true, createDefaultStage: false });
    this.api.addRoutes({
      path: "/{proxy+}",
      methods: [HttpMethod.ANY],
      integration: new HttpLambdaIntegration("function", door.lambda),
    });
    this.stage = new HttpStage(this, "stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: RATE, burstLimit: BURST },
      accessLogSettings: accessLog(this, logDays),
      domainMapping: { domainName: domainOf(this, domain, certificate) },
    });
  }
}

/** The WebSocket API. A page cannot send anything but its coming and going. */
export class SocketGateway extends Construct {
  readonly api: WebSocketApi;
  readonly stage: WebSocketStage;

  constructor(scope: Construct, { api: { sockets, certificate }, logDays }: Parameters) {
    super(scope, "socket");
    this.api = new WebSocketApi(this, "api");
    this.stage = new WebSocketStage(this, "stage", {
      webSocketApi: this.api,
      stageName: LIVE,
      autoDeploy: true,
      throttle: { rateLimit: RATE, burstLimit: BURST },
      accessLogSettings: accessLog(this, logDays),
    });
    const domainName = domainOf(this, sockets, certificate);
    new ApiMapping(this, "mapping", { api: this.api, domainName, stage: this.stage });
  }

  serve(door: Door): void {
    for (const route of ["$connect", "$disconnect", "$default"])
      this.api.addRoute(route, { integration: new WebSocketLambdaIntegration(route.slice(1), door.lambda) });
  }
}

function domainOf(scope: Construct, name: string, certificate: string): DomainName {
  const domain = new DomainName(scope, "domain", {
    domainName: name,
    certificate: Certificate.fromCertificateArn(scope, "certificate", certificate),
    endpointType: EndpointType.REGIONAL,
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  new CfnOutput(scope, "dns", { value: domain.regionalDomainName, description: `Where a CNAME of ${name} must lead` });
  return domain;
}

/** Who asked for what, and what came of it; no query, in which a signature may stand. */
function accessLog(scope: Construct, logDays: number): IAccessLogSettings {
  const group = new LogGroup(scope, "log", {
    retention: logDays as RetentionDays,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const fields = [
    "requestId",
    "requestTime",
    "identity.sourceIp",
    "routeKey",
    "status",
    "responseLatency",
    "error.message",
  ];
  return {
    destination: new LogGroupLogDestination(group),
    format: AccessLogFormat.custom(
      JSON.stringify(Object.fromEntries(fields.map((name) => [name, `$context.${name}`]))),
    ),
  };
}
