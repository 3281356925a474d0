import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";

const env = { account: "123456789012", region: "eu-central-1" };
const SUBNETS = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];

/** The examples deploy what the package brings. */
beforeAll(() => {
  const bundled = existsSync(join(packageRoot(), "dist", "lambda", "load.mjs"));
  if (!bundled) execFileSync(process.execPath, ["scripts/bundle-lambda.mjs"], { cwd: packageRoot() });
});

describe("examples/cdk", () => {
  it("makes a gate in the VPC that is there, let in at the databases, with clones of its cluster", async () => {
    const { GateStack } = await import("../../examples/cdk/gate-stack.js");
    const stack = new GateStack(new App(), "Gate", {
      env,
      vpc: {
        vpcId: "vpc-0123456789abcdef0",
        availabilityZones: ["eu-central-1a", "eu-central-1b"],
        privateSubnetIds: SUBNETS,
      },
      databaseSecurityGroup: "sg-0123456789abcdef0",
      cluster: "tenants",
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs("AWS::EC2::VPC", 0);
    template.hasResourceProperties("AWS::EC2::SecurityGroupIngress", {
      GroupId: "sg-0123456789abcdef0",
      FromPort: 5432,
    });
    template.hasResourceProperties("AWS::Lambda::Function", {
      Handler: "migrate.handler",
      VpcConfig: { SubnetIds: SUBNETS },
    });
    template.hasResourceProperties("AWS::IAM::Policy", {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Action: "rds:RestoreDBClusterToPointInTime" })]),
      },
    });
  });
});

describe("examples/codepipeline", () => {
  it("has the gate between two stages, and hands it what was packed", async () => {
    const { PipelineStack } = await import("../../examples/codepipeline/pipeline-stack.js");
    const stack = new PipelineStack(new App(), "Pipeline", {
      env,
      connectionArn: "arn:aws:codeconnections:eu-central-1:123456789012:connection/1",
      owner: "example",
      repo: "billing",
    });
    const template = Template.fromStack(stack);
    const [pipeline] = Object.values(template.findResources("AWS::CodePipeline::Pipeline"));
    const stages = ((pipeline?.Properties ?? { Stages: [] }) as { Stages: { Name: string; Actions: Action[] }[] })
      .Stages;
    expect(stages.map((stage) => stage.Name)).toEqual(["Source", "Staging", "Gate", "Production"]);
    const [pack, gate] = stages[2]?.Actions ?? [];
    expect(pack?.Namespace).toBe("Pack");
    expect(gate).toMatchObject({
      ActionTypeId: { Category: "Invoke", Provider: "StepFunctions" },
      Configuration: { Input: "Packed::execution.json", InputType: "FilePath" },
      InputArtifacts: pack?.OutputArtifacts,
      Namespace: "Gate",
    });
    expect(pack?.RunOrder).toBeLessThan(gate?.RunOrder ?? 0);
  });
});

interface Action {
  readonly Namespace?: string;
  readonly RunOrder: number;
  readonly OutputArtifacts?: unknown;
  readonly [property: string]: unknown;
}
