import { Policy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { type FunctionUrl, FunctionUrlAuthType, InvokeMode } from "aws-cdk-lib/aws-lambda";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { type FunctionSetting, type FunctionSize, GateFunction } from "./gate-function.js";
import type { HandlerSpec } from "./handlers.js";

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
}

/** The page on which people decide, at a Function URL. The signed link, not IAM, says who may decide. */
export class ReviewEndpoint extends Construct {
  readonly function: GateFunction;
  readonly url: FunctionUrl;

  constructor(scope: Construct, id: string, props: ReviewEndpointProps) {
    super(scope, id);
    this.function = new GateFunction(this, "Page", { ...props, spec: REVIEW, description: "review page" });
    this.url = this.function.lambda.addFunctionUrl({
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.BUFFERED,
    });
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
