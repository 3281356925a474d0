import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import { SfnStateMachine } from "aws-cdk-lib/aws-events-targets";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { DefinitionBody, LogLevel, StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { packageFile } from "./package-file.js";
import { permit } from "./permit.js";
import { permitRemoval } from "./staging.js";

export interface SweepProps {
  /** The state machine whose executions make copies. */
  readonly gate: StateMachine;
  readonly undelivered: IQueue;
  readonly retention: RetentionDays;
}

/** Removes, every hour, the copies of runs that have ended without removing them. */
export class Sweep extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { gate, undelivered, retention }: SweepProps) {
    super(scope, id);
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("states.amazonaws.com"),
      description: "Schema Gate: sweep of copies",
    });
    this.machine = new StateMachine(this, "StateMachine", {
      comment: "Schema Gate: sweep of copies",
      definitionBody: DefinitionBody.fromFile(packageFile("state-machines/sweep-staging.asl.json")),
      role,
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, "Logs", { retention, removalPolicy: RemovalPolicy.DESTROY }),
        level: LogLevel.ALL,
        includeExecutionData: true,
      },
    });
    permit(role, {
      actions: ["tag:GetResources"],
      resources: ["*"],
      wildcard: "The tagging API, X-Ray and CloudWatch's log delivery know no resources for what is asked of them.",
    });
    permit(role, {
      actions: ["states:DescribeExecution"],
      resources: [Stack.of(this).formatArn({ service: "states", resource: `execution:${gate.stateMachineName}:*` })],
      wildcard: "Executions are named when they are started.",
    });
    permitRemoval(role);
    const rule = new Rule(this, "Hourly", { schedule: Schedule.rate(Duration.hours(1)) });
    rule.addTarget(
      new SfnStateMachine(this.machine, { input: RuleTargetInput.fromObject({}), deadLetterQueue: undelivered }),
    );
  }
}
