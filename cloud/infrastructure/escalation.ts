import { join } from "node:path";
import { Aws, RemovalPolicy } from "aws-cdk-lib";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Topic } from "aws-cdk-lib/aws-sns";
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import type { Door } from "./door.ts";

export const DEFINITION = join(import.meta.dirname, "escalation.asl.json");

/** Known before the machine exists, so that the function which starts it need not wait for it. */
export const machineArn = (name: string) =>
  `arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:stateMachine:${name}-escalation`;

/** One execution per escalation; `escalation.asl.json` says what it does. */
export class Escalation extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, name: string, follow: Door, operators: Topic, logDays: number) {
    super(scope, "escalation");
    this.machine = new StateMachine(this, "machine", {
      stateMachineName: `${name}-escalation`,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromFile(DEFINITION),
      definitionSubstitutions: { Follow: follow.lambda.functionArn, Operators: operators.topicArn },
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        destination: new LogGroup(this, "log", {
          retention: logDays as RetentionDays,
          removalPolicy: RemovalPolicy.RETAIN,
        }),
      },
    });
    follow.lambda.grantInvoke(this.machine);
    operators.grantPublish(this.machine);
  }
}
