import { Duration, Stack } from "aws-cdk-lib";
import { Rule } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { type IQueue, Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { environmentOf } from "./environment-of.js";
import { type GateResources, grant, grantArtifacts } from "./function-grants.js";
import { type FunctionSetting, GateFunction } from "./gate-function.js";
import type { HandlerSpec } from "./handlers.js";
import { permit } from "./permit.js";

/** It is not a state of the machine. */
const RECORD_END: HandlerSpec = {
  entry: "record-end",
  memory: 1024,
  minutes: 15,
  grants: ["audit", "read approvals", "notify", "sign"],
};

/** How long a function of the execution may still be at work after the end; the longest delay of SQS. */
const AFTER = Duration.minutes(15);

export interface EndRecorderProps {
  readonly setting: FunctionSetting;
  readonly resources: GateResources;
  readonly machine: StateMachine;
  readonly undelivered: IQueue;
}

/** Records and seals the runs of executions that were stopped, timed out or failed before they could do so themselves. */
export class EndRecorder extends Construct {
  constructor(scope: Construct, id: string, { setting, resources, machine, undelivered }: EndRecorderProps) {
    super(scope, id);
    const record = new GateFunction(this, "Record", {
      ...setting,
      spec: RECORD_END,
      description: "record of executions that ended without one",
      environment: environmentOf(RECORD_END.grants, resources),
    });
    grantArtifacts(record.role, resources);
    for (const what of RECORD_END.grants) grant(record.role, what, resources);
    permit(record.role, {
      actions: ["states:DescribeExecution"],
      resources: [Stack.of(this).formatArn({ service: "states", resource: `execution:${machine.stateMachineName}:*` })],
      wildcard: "Executions are named when they are started.",
    });
    const queue = new Queue(this, "Ended", {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: resources.key,
      enforceSSL: true,
      deliveryDelay: AFTER,
      // Six times the function's own time, as Lambda asks of its queues.
      visibilityTimeout: Duration.minutes(6 * RECORD_END.minutes),
      deadLetterQueue: { queue: undelivered, maxReceiveCount: 5 },
    });
    record.lambda.addEventSource(new SqsEventSource(queue, { batchSize: 1 }));
    new Rule(this, "Rule", {
      description: "Schema Gate: an execution ended badly",
      eventPattern: {
        source: ["aws.states"],
        detailType: ["Step Functions Execution Status Change"],
        detail: { stateMachineArn: [machine.stateMachineArn], status: ["ABORTED", "FAILED", "TIMED_OUT"] },
      },
      targets: [new SqsQueue(queue, { deadLetterQueue: undelivered })],
    });
  }
}
