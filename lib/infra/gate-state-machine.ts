import { Names, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Policy, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.js";
import type { GateFunction } from "./gate-function.js";
import { packageFile } from "./package-file.js";
import { permit } from "./permit.js";

export interface GateStateMachineProps {
  /** Functions by the placeholder that calls them. */
  readonly functions: Readonly<Record<string, GateFunction>>;
  /** Values of the other placeholders. */
  readonly substitutions: Readonly<Record<string, string>>;
  readonly retention: RetentionDays;
}

/** `state-machines/safety-gate.asl.json`, unchanged, with the functions in place of its placeholders. */
export class GateStateMachine extends Construct {
  readonly machine: StateMachine;
  readonly role: Role;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, props: GateStateMachineProps) {
    super(scope, id);
    const { functions } = props;
    this.logs = new LogGroup(this, "Logs", {
      // CloudWatch delivers to a group under this prefix without a resource policy, of which an account may have only ten.
      logGroupName: `/aws/vendedlogs/states/${Names.uniqueResourceName(this, { maxLength: 80 })}`,
      retention: props.retention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("states.amazonaws.com"),
      description: "Schema Gate: the state machine",
    });
    permit(this.role, {
      actions: ["lambda:InvokeFunction"],
      resources: Object.values(functions).map((each) => each.lambda.functionArn),
    });
    this.machine = new StateMachine(this, "StateMachine", {
      comment: "Schema Gate",
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromFile(packageFile("state-machines/safety-gate.asl.json")),
      definitionSubstitutions: {
        ...Object.fromEntries(Object.entries(functions).map(([name, each]) => [name, each.lambda.functionArn])),
        ...props.substitutions,
      },
      role: this.role,
      tracingEnabled: true,
      // Inputs and outputs stay in the execution's history: a task token must not get into a log.
      logs: { destination: this.logs, level: LogLevel.ALL, includeExecutionData: false },
    });
    acknowledge(this.role, {
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "X-Ray and CloudWatch's log delivery know no resources for what Step Functions asks of them.",
    });
    this.permitDistributedMaps();
  }

  /** A separate policy: as part of the role's it would have to exist before the state machine that it names. */
  private permitDistributedMaps(): void {
    const stack = Stack.of(this);
    const executions = (rest: string) =>
      stack.formatArn({ service: "states", resource: `execution:${this.machine.stateMachineName}${rest}` });
    const policy = new Policy(this, "DistributedMaps", { roles: [this.role] });
    permit(policy, { actions: ["states:StartExecution"], resources: [this.machine.stateMachineArn] });
    permit(policy, {
      actions: ["states:DescribeExecution", "states:StopExecution"],
      resources: [executions(":*")],
      wildcard: "Step Functions names the child executions of a Distributed Map.",
    });
    permit(policy, {
      actions: ["states:RedriveExecution"],
      resources: [executions("/*")],
      wildcard: "Step Functions names the child executions of a Distributed Map.",
    });
  }
}
