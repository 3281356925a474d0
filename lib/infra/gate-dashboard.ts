import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IWidget,
  MathExpression,
  type Metric,
  TextWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import type { Alarms } from "./alarms.js";
import type { ReviewEndpoint } from "./review-endpoint.js";

export interface GateDashboardProps {
  readonly machine: StateMachine;
  readonly review: ReviewEndpoint;
  readonly alarms: Alarms;
  readonly runbook: string;
}

/** One page: do runs pass, what is slow, what fails, does the review page answer. */
export class GateDashboard extends Construct {
  constructor(scope: Construct, id: string, { machine, review, alarms, runbook }: GateDashboardProps) {
    super(scope, id);
    const page = review.function.lambda;
    new Dashboard(this, "Dashboard", {
      widgets: [
        [
          new TextWidget({ markdown: `# Schema Gate\nWhat to do: [runbook](${runbook})`, width: 6, height: 4 }),
          new AlarmStatusWidget({ alarms: [...alarms.all], width: 18, height: 4 }),
        ],
        [
          graph("Runs", machine.metricStarted(), machine.metricSucceeded(), machine.metricFailed()),
          graph("Duration of a run", machine.metricTime({ statistic: "Maximum" })),
          graph("Failed tasks", alarms.failedTasks),
        ],
        [
          graph("Steps, p95 in ms", searched('{SchemaGate,service,step} MetricName="Duration"', "p95")),
          graph("Review page: errors and throttles", page.metricErrors(), page.metricThrottles()),
          graph("Review page", page.metric("UrlRequestCount"), page.metric("Url4xxCount"), page.metric("Url5xxCount")),
        ],
      ],
    });
  }
}

function graph(title: string, ...left: (Metric | MathExpression)[]): IWidget {
  return new GraphWidget({ title, left, width: 8, height: 6 });
}

function searched(terms: string, statistic: string): MathExpression {
  return new MathExpression({ expression: `SEARCH('${terms}', '${statistic}', 300)`, label: "", usingMetrics: {} });
}
