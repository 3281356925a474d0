import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, type Code, Function as LambdaFunction, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.js";
import type { GateNetwork } from "./gate-network.js";
import type { HandlerSpec } from "./handlers.js";
import { permit } from "./permit.js";

/** What all functions of one gate have in common. */
export interface FunctionSetting {
  readonly code: Code;
  /** Null if nothing is in a VPC. */
  readonly network: GateNetwork | null;
  readonly retention: RetentionDays;
}

/** What a team may set of one function. */
export interface FunctionSize {
  /** MiB. */
  readonly memory?: number;
  /** Calls that may run at once. Left out: as many as the account allows. */
  readonly concurrency?: number;
}

export interface GateFunctionProps extends FunctionSetting {
  readonly spec: HandlerSpec;
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly size?: FunctionSize;
}

/** One function with its own role and log group; in the VPC only if it reaches databases. */
export class GateFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, props: GateFunctionProps) {
    super(scope, id);
    const { spec, network, size = {} } = props;
    this.logs = new LogGroup(this, "Logs", {
      retention: props.retention,
      // What must be kept of a run is in the bucket.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: `Schema Gate: ${props.description}`,
    });
    permit(this.role, {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [this.logs.logGroupArn],
    });
    const inVpc = network !== null && spec.grants.includes("databases") ? network : null;
    if (inVpc) permitVpc(this.role);
    this.lambda = new LambdaFunction(this, "Function", {
      description: `Schema Gate: ${props.description}`,
      code: props.code,
      handler: `${spec.entry}.handler`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: size.memory ?? spec.memory,
      timeout: Duration.minutes(spec.minutes),
      role: this.role,
      logGroup: this.logs,
      tracing: Tracing.ACTIVE,
      environment: { NODE_OPTIONS: "--enable-source-maps", ...props.environment },
      ...(size.concurrency === undefined ? {} : { reservedConcurrentExecutions: size.concurrency }),
      ...(inVpc ? { vpc: inVpc.vpc, vpcSubnets: inVpc.subnets, securityGroups: [inVpc.securityGroup] } : {}),
    });
    acknowledge(this.role, {
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "X-Ray knows no resources for the segments that are sent to it.",
    });
  }
}

/** What Lambda needs to be in a VPC. */
function permitVpc(role: Role): void {
  permit(role, {
    actions: [
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:UnassignPrivateIpAddresses",
    ],
    resources: ["*"],
    wildcard: "Lambda makes its network interfaces with the function's role; their ids are not known in advance.",
  });
}
