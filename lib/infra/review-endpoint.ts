import { Duration } from "aws-cdk-lib";
import { Policy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { type FunctionUrl, FunctionUrlAuthType, InvokeMode } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { type FunctionSetting, type FunctionSize, GateFunction } from "./gate-function.js";
import type { HandlerSpec } from "./handlers.js";
import { permit } from "./permit.js";

/** The review page. It is not a state of the machine. */
export const REVIEW: HandlerSpec = {
  entry: "review",
  memory: 1024,
  minutes: 1,
  grants: ["audit", "approvals", "links", "notify", "policy"],
};

export interface ReviewEndpointProps extends FunctionSetting {
  readonly environment: Readonly<Record<string, string>>;
  readonly size?: FunctionSize;
  /** Gets what was pressed in Slack and could not be decided. */
  readonly undelivered: IQueue;
  /** False: nothing of ours is in front of the page. */
  readonly functionUrl: boolean;
}

/** The page on which people decide, at a Function URL or behind a team's own front. The signed link, not IAM, says who may decide. */
export class ReviewEndpoint extends Construct {
  readonly function: GateFunction;
  readonly url: FunctionUrl | null;

  constructor(scope: Construct, id: string, props: ReviewEndpointProps) {
    super(scope, id);
    this.function = new GateFunction(this, "Page", { ...props, spec: REVIEW, description: "review page" });
    this.url = props.functionUrl
      ? this.function.lambda.addFunctionUrl({ authType: FunctionUrlAuthType.NONE, invokeMode: InvokeMode.BUFFERED })
      : null;
    // Slack has its answer first. A separate policy, since the role exists before the function that this names.
    new Policy(this, "DecideLater", {
      roles: [this.function.role],
      statements: [
        new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [this.function.lambda.functionArn] }),
      ],
    });
    this.function.lambda.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.minutes(30),
      // The CDK's own destination would grant actions by wildcards.
      onFailure: { bind: () => ({ destination: props.undelivered.queueArn }) },
    });
    permit(this.function.role, { actions: ["sqs:SendMessage"], resources: [props.undelivered.queueArn] });
  }

  /**
   * Lets the page continue a run. A separate policy: `grantTaskResponse` would make the function wait for the state machine, which waits
   * for the functions that know the page's address.
   */
  continues(machine: IStateMachine): void {
    new Policy(this, "ContinueRun", {
      roles: [this.function.role],
      statements: [
        new PolicyStatement({
          actions: ["states:SendTaskSuccess"],
          resources: [machine.stateMachineArn],
        }),
      ],
    });
  }
}
