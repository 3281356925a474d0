import { Duration } from "aws-cdk-lib";
import { Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { CfnBucket, IBucket } from "aws-cdk-lib/aws-s3";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { environmentOf } from "./environment-of.js";
import { type GateResources, grantArtifacts } from "./function-grants.js";
import { type FunctionSetting, GateFunction } from "./gate-function.js";
import { permit } from "./permit.js";

export interface StartOnUploadProps {
  readonly setting: FunctionSetting;
  readonly resources: GateResources;
  readonly machine: StateMachine;
  readonly undelivered: IQueue;
}

/** Starts a run for every release that is packed into `inputs/`, once, however often EventBridge delivers the event. */
export class StartOnUpload extends Construct {
  constructor(scope: Construct, id: string, { setting, resources, machine, undelivered }: StartOnUploadProps) {
    super(scope, id);
    const { bucket } = resources;
    const start = new GateFunction(this, "Start", {
      ...setting,
      spec: { entry: "start", memory: 512, minutes: 1, grants: [] },
      description: "start of a run for an uploaded release",
      environment: { ...environmentOf([], resources), SCHEMA_GATE_STATE_MACHINE: machine.stateMachineArn },
    });
    grantArtifacts(start.role, resources);
    permit(start.role, { actions: ["states:StartExecution"], resources: [machine.stateMachineArn] });
    sendEvents(bucket);
    new Rule(this, "Uploaded", {
      description: "Schema Gate: a release was packed",
      eventPattern: {
        source: ["aws.s3"],
        detailType: ["Object Created"],
        detail: { bucket: { name: [bucket.bucketName] }, object: { key: [{ prefix: "inputs/" }] } },
      },
      targets: [
        new LambdaFunction(start.lambda, {
          deadLetterQueue: undelivered,
          retryAttempts: 10,
          maxEventAge: Duration.hours(2),
        }),
      ],
    });
  }
}

/**
 * An imported bucket sends its events already. As a property: the CDK's own switch deploys an extra function with a managed policy, to set it
 * after the bucket is created.
 */
function sendEvents(bucket: IBucket): void {
  const resource = bucket.node.defaultChild as CfnBucket | undefined;
  if (resource === undefined) return;
  resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
}
