import { Duration, Stack } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { environmentOf } from "./environment-of.js";
import { type GateResources, grant, grantArtifacts } from "./function-grants.js";
import { type FunctionSetting, GateFunction } from "./gate-function.js";
import type { HandlerSpec } from "./handlers.js";
import { permit } from "./permit.js";

/** It is not a state of the machine. */
const REMIND: HandlerSpec = {
  entry: "remind",
  memory: 1024,
  minutes: 5,
  grants: ["audit", "approvals", "links", "notify", "policy"],
};

/** Questions that may be open for less than an hour may get no reminder. */
export const REMIND_EVERY = Duration.minutes(15);

export interface ApprovalReminderProps {
  readonly setting: FunctionSetting;
  readonly resources: GateResources;
  readonly machine: StateMachine;
  /** Where approvers decide, for their links. */
  readonly reviewUrl: string;
  readonly undelivered: IQueue;
}

/** Reminds approvers of a question that is about to expire, and counts such questions. */
export class ApprovalReminder extends Construct {
  constructor(scope: Construct, id: string, props: ApprovalReminderProps) {
    super(scope, id);
    const { setting, resources, machine, reviewUrl, undelivered } = props;
    const remind = new GateFunction(this, "Remind", {
      ...setting,
      spec: REMIND,
      description: "reminder of questions that are about to expire",
      environment: {
        ...environmentOf(REMIND.grants, resources),
        SCHEMA_GATE_STATE_MACHINE: machine.stateMachineArn,
        SCHEMA_GATE_APPROVAL_URL: reviewUrl,
      },
    });
    grantArtifacts(remind.role, resources);
    for (const what of REMIND.grants) grant(remind.role, what, resources);
    permit(remind.role, { actions: ["states:ListExecutions"], resources: [machine.stateMachineArn] });
    permit(remind.role, {
      actions: ["states:DescribeExecution"],
      resources: [Stack.of(this).formatArn({ service: "states", resource: `execution:${machine.stateMachineName}:*` })],
      wildcard: "Executions are named when they are started.",
    });
    new Rule(this, "Schedule", {
      description: "Schema Gate: approvals that are about to expire",
      schedule: Schedule.rate(REMIND_EVERY),
      targets: [new LambdaFunction(remind.lambda, { deadLetterQueue: undelivered, retryAttempts: 2 })],
    });
  }
}
