import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { BuildSpec, ComputeType, LinuxArmBuildImage, Project, Source } from "aws-cdk-lib/aws-codebuild";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.js";
import type { GateNetwork } from "./gate-network.js";
import { permit } from "./permit.js";

export interface LongTasksProps {
  /** Folder of the functions' bundle; its `task.mjs` runs the same handlers. */
  readonly bundle: string;
  readonly network: GateNetwork | null;
  readonly key: IKey;
  readonly retention: RetentionDays;
  readonly environment: Readonly<Record<string, string>>;
}

/** Where a batch continues that needs more than a function's 15 minutes: a build that needs no image, and ends after at most 36 hours. */
export class LongTasks extends Construct {
  readonly project: Project;
  readonly role: Role;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, props: LongTasksProps) {
    super(scope, id);
    const { network, key } = props;
    this.logs = new LogGroup(this, "Logs", {
      retention: props.retention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("codebuild.amazonaws.com"),
      description: "Schema Gate: long tasks",
    });
    const source = new Asset(this, "Bundle", { path: props.bundle });
    this.project = new Project(this, "Project", {
      description: "Schema Gate: steps that need more than a function's 15 minutes",
      source: Source.s3({ bucket: source.bucket, path: source.s3ObjectKey }),
      buildSpec: BuildSpec.fromObject({
        version: "0.2",
        phases: {
          install: { "runtime-versions": { nodejs: 22 } },
          build: { commands: ["node --enable-source-maps task.mjs"] },
        },
      }),
      environment: {
        buildImage: LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0,
        computeType: ComputeType.SMALL,
        environmentVariables: Object.fromEntries(
          Object.entries(props.environment).map(([name, value]) => [name, { value }]),
        ),
      },
      timeout: Duration.hours(36),
      queuedTimeout: Duration.hours(8),
      encryptionKey: key,
      grantReportGroupPermissions: false,
      // The CDK would add wildcards; what a build needs is written below.
      role: this.role.withoutPolicyUpdates(),
      logging: { cloudWatch: { logGroup: this.logs } },
      ...(network
        ? { vpc: network.vpc, subnetSelection: network.subnets, securityGroups: [network.securityGroup] }
        : {}),
    });
    this.permitBuild(source, network);
    acknowledge(this.project, {
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "CodeBuild makes its network interfaces with the project's role; their ids are not known in advance.",
    });
  }

  private permitBuild(source: Asset, network: GateNetwork | null): void {
    permit(this.role, {
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      resources: [source.bucket.arnForObjects(source.s3ObjectKey)],
    });
    permit(this.role, { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [this.logs.logGroupArn] });
    if (network) permitNetwork(this.role, network);
  }

  /** What `codebuild:startBuild.sync` needs; Step Functions learns of the end through a rule that it manages itself. */
  permitStart(role: Role): void {
    permit(role, {
      actions: ["codebuild:StartBuild", "codebuild:StopBuild", "codebuild:BatchGetBuilds"],
      resources: [this.project.projectArn],
    });
    permit(role, {
      actions: ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
      resources: [
        Stack.of(this).formatArn({
          service: "events",
          resource: "rule",
          resourceName: "StepFunctionsGetEventForCodeBuildStartBuildRule",
        }),
      ],
    });
  }
}

/** https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html */
function permitNetwork(role: Role, { vpc, subnets }: GateNetwork): void {
  const stack = Stack.of(role);
  permit(role, {
    actions: [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeDhcpOptions",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs",
    ],
    resources: ["*"],
    wildcard: "CodeBuild makes its network interfaces with the project's role; their ids are not known in advance.",
  });
  permit(role, {
    actions: ["ec2:CreateNetworkInterfacePermission"],
    resources: [stack.formatArn({ service: "ec2", resource: "network-interface", resourceName: "*" })],
    conditions: {
      StringEquals: {
        "ec2:AuthorizedService": "codebuild.amazonaws.com",
        "ec2:Subnet": vpc
          .selectSubnets(subnets)
          .subnetIds.map((id) => stack.formatArn({ service: "ec2", resource: "subnet", resourceName: id })),
      },
    },
    wildcard: "CodeBuild makes its network interfaces with the project's role; their ids are not known in advance.",
  });
}
