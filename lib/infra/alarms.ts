import { Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { FilterPattern, type LogGroup, MetricFilter } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { REMIND_EVERY } from "./approval-reminder.js";
import type { LongTasks } from "./long-tasks.js";
import type { ReviewEndpoint } from "./review-endpoint.js";

export interface AlarmsProps {
  readonly machine: StateMachine;
  readonly logs: LogGroup;
  readonly review: ReviewEndpoint;
  readonly undelivered: IQueue;
  readonly longTasks: LongTasks | null;
  /** Null if nothing is copied. */
  readonly sweep: StateMachine | null;
  readonly topic: ITopic;
  /** Where docs/runbook.md can be read. */
  readonly runbook: string;
}

interface AlarmSpec {
  readonly metric: Metric;
  /** Of the metric's own statistic and period: where it rings. */
  readonly threshold: number;
  readonly meaning: string;
  /** Section of docs/runbook.md. */
  readonly section: string;
}

const period = Duration.minutes(5);

/** What somebody is woken for. Every alarm names the section of the runbook that says what to do. */
export class Alarms extends Construct {
  /** Steps that failed, even if a later try succeeded. */
  readonly failedTasks: Metric;
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.failedTasks = new MetricFilter(this, "FailedTasks", {
      logGroup: props.logs,
      filterPattern: FilterPattern.stringValue("$.type", "=", "TaskFailed"),
      metricNamespace: "SchemaGate",
      metricName: "FailedTasks",
    }).metric({ statistic: "Sum", period });
    const action = new SnsAction(props.topic);
    this.all = Object.entries(this.specs(props)).map(([name, { metric, threshold, meaning, section }]) => {
      const alarm = new Alarm(this, name, {
        metric,
        threshold,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        alarmDescription: `${meaning} Runbook: ${props.runbook}#${section}`,
      });
      alarm.addAlarmAction(action);
      return alarm;
    });
  }

  private specs({ machine, review, undelivered, longTasks, sweep }: AlarmsProps): Readonly<Record<string, AlarmSpec>> {
    const url = (metricName: string) => review.function.lambda.metric(metricName, { statistic: "Sum", period });
    return {
      RunDidNotPass: {
        metric: machine.metricFailed({ period }),
        threshold: 1,
        meaning: "A run was blocked or could not finish.",
        section: "aws-a-run-did-not-pass",
      },
      RunTimedOut: {
        metric: machine.metricTimedOut({ period }),
        threshold: 1,
        meaning: "A run took longer than two weeks.",
        section: "aws-a-run-timed-out-or-was-stopped",
      },
      RunStopped: {
        metric: machine.metricAborted({ period }),
        threshold: 1,
        meaning: "Somebody stopped a run.",
        section: "aws-a-run-timed-out-or-was-stopped",
      },
      TasksFail: {
        metric: this.failedTasks,
        threshold: 20,
        meaning: "Steps fail again and again.",
        section: "aws-steps-fail",
      },
      ApprovalLate: {
        metric: new Metric({
          namespace: "SchemaGate",
          metricName: "ApprovalsLate",
          dimensionsMap: { service: "schema-gate" },
          statistic: "Maximum",
          period: REMIND_EVERY,
        }),
        threshold: 1,
        meaning: "A run waits for an approval that is about to expire.",
        section: "aws-an-approval-is-about-to-expire",
      },
      ReviewPageFails: {
        // A front of the team's own counts its answers itself.
        metric: review.url ? url("Url5xxCount") : url("Errors"),
        threshold: 1,
        meaning: "The review page could not answer.",
        section: "aws-the-review-page-fails",
      },
      ReviewPageFlooded: {
        metric: review.url ? url("UrlRequestCount") : url("Invocations"),
        threshold: 2000,
        meaning: "Somebody calls the review page far more often than approvers would.",
        section: "aws-the-review-page-is-flooded",
      },
      Undelivered: {
        metric: undelivered.metricApproximateNumberOfMessagesVisible({ statistic: "Maximum", period }) as Metric,
        threshold: 1,
        meaning: "An event or a schedule started nothing.",
        section: "aws-an-event-was-not-delivered",
      },
      ...(longTasks && {
        LongTaskFailed: {
          metric: longTasks.project.metricFailedBuilds({ period }) as Metric,
          threshold: 1,
          meaning: "A batch that needed more than 15 minutes failed.",
          section: "aws-a-long-task-failed",
        },
      }),
      ...(sweep && {
        CopiesLeft: {
          metric: sweep.metricFailed({ period }),
          threshold: 1,
          meaning: "A copy of production could not be removed.",
          section: "aws-a-copy-was-left-behind",
        },
      }),
    };
  }
}
