import { Match } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, it } from "vitest";
import { allowed } from "./support/policies.js";
import { type Synthesised, synthesise } from "./support/synthesise.js";

const BARE = { network: "none", longTasks: "none", observability: "none" } as const;

let made: Synthesised;
beforeAll(() => {
  made = synthesise(BARE);
});

describe("the record of executions that ended badly", () => {
  it("is made by a rule on their status, through a queue that waits until no function of theirs is at work", () => {
    made.template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        detail: { status: ["ABORTED", "FAILED", "TIMED_OUT"], stateMachineArn: [Match.anyValue()] },
      },
      Targets: [Match.objectLike({ DeadLetterConfig: Match.anyValue() })],
    });
    made.template.hasResourceProperties("AWS::SQS::Queue", {
      DelaySeconds: 900,
      VisibilityTimeout: 5400,
      KmsMasterKeyId: Match.anyValue(),
      RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: Match.anyValue() },
    });
    made.template.hasResourceProperties("AWS::Lambda::EventSourceMapping", { BatchSize: 1 });
  });

  it("may sign and describe executions, and neither forge an approval, continue a run nor reach a database", () => {
    const actions = allowed(made)
      .filter(({ policy }) => policy.includes("EndRecorder"))
      .flatMap((statement) => statement.actions);
    expect(actions).toEqual(expect.arrayContaining(["kms:Sign", "kms:VerifyMac", "states:DescribeExecution"]));
    for (const action of ["kms:GenerateMac", "states:SendTaskSuccess", "states:StartExecution", "rds-db:connect"])
      expect(actions).not.toContain(action);
  });

  it("is left out where the stack says so", () => {
    synthesise({ ...BARE, recordEnds: false }).template.resourceCountIs("AWS::Lambda::EventSourceMapping", 0);
  });
});
