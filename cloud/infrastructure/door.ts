import { join } from "node:path";
import { Duration, RemovalPolicy, Stage } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function as Lambda, LoggingFormat, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { DOORS, type DoorName, type Variable } from "../functions/environment.ts";
import { bundle } from "./bundle.ts";

const FUNCTIONS = join(import.meta.dirname, "../functions");

interface DoorProps {
  readonly timeoutS: number;
  readonly memoryMb: number;
  readonly logDays: number;
  /** Values of the variables that the function says it needs or takes. */
  readonly environment: Readonly<Partial<Record<Variable, string | undefined>>>;
}

/** One function of cloud/functions with a role of its own, which may write its log and nothing else. */
export class Door extends Construct {
  readonly lambda: Lambda;
  readonly role: Role;

  constructor(scope: Construct, name: DoorName, { timeoutS, memoryMb, logDays, environment }: DoorProps) {
    super(scope, `${name}-door`);
    const { entry, needs, takes } = DOORS[name];
    const missing = needs.filter((variable) => environment[variable] === undefined);
    if (missing.length > 0)
      throw new Error(`function ${name}: nobody gives it ${missing.join(", ")}; see home-stack.ts`);
    const outdir = join(Stage.of(this)?.outdir ?? "cdk.out", "bundles", name);
    bundle(join(FUNCTIONS, entry), outdir);
    const logGroup = new LogGroup(this, "log", {
      retention: logDays as RetentionDays,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.role = new Role(this, "role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(this.role);
    this.lambda = new Lambda(this, "function", {
      code: Code.fromAsset(outdir),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memoryMb,
      timeout: Duration.seconds(timeoutS),
      role: this.role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment: {
        ...given(environment, [...needs, ...takes]),
        NODE_OPTIONS: "--enable-source-maps",
      },
    });
  }

  allow(actions: string[], resources: string[]): void {
    this.role.addToPolicy(new PolicyStatement({ actions, resources }));
  }
}

function given(environment: DoorProps["environment"], wanted: readonly Variable[]): Record<string, string> {
  return Object.fromEntries(
    wanted.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name] as string]])),
  );
}
