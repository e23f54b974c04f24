import { Duration } from "aws-cdk-lib";
import { CfnBudget } from "aws-cdk-lib/aws-budgets";
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";

interface Watched {
  readonly metric: IMetric;
  /** Alarms from this value on. */
  readonly from: number;
  /** In so many of as many periods. */
  readonly periods?: number;
  /** For whoever is woken: what it means and what to do. */
  readonly means: string;
}

/** Watches over the cloud itself and tells its operators. */
export class Watch extends Construct {
  readonly #operators: Topic;

  constructor(scope: Construct, operators: Topic) {
    super(scope, "watch");
    this.#operators = operators;
  }

  alarm(id: string, { metric, from, periods = 1, means }: Watched): void {
    const alarm = new Alarm(this, id, {
      metric,
      threshold: from,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: means,
    });
    alarm.addAlarmAction(new SnsAction(this.#operators));
    alarm.addOkAction(new SnsAction(this.#operators));
  }

  /** Costs of everything tagged with this name, before they are spent. */
  budget(name: string, usd: number, email: string): void {
    const tell = (notificationType: "ACTUAL" | "FORECASTED", threshold: number) => ({
      notification: { notificationType, threshold, thresholdType: "PERCENTAGE", comparisonOperator: "GREATER_THAN" },
      subscribers: [{ subscriptionType: "EMAIL", address: email }],
    });
    new CfnBudget(this, "budget", {
      budget: {
        budgetName: `${name}-monthly`,
        budgetType: "COST",
        timeUnit: "MONTHLY",
        budgetLimit: { amount: usd, unit: "USD" },
        costFilters: { TagKeyValue: [`user:application$${name}`] },
      },
      notificationsWithSubscribers: [tell("ACTUAL", 80), tell("ACTUAL", 100), tell("FORECASTED", 100)],
    });
  }
}

export const MINUTE = Duration.minutes(1);
