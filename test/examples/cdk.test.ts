import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
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

/** Before a command: takes the network from it, where the system lets us; everywhere a proxy that nobody answers at. */
const OFFLINE = ["unshare", "--map-root-user", "--net"];
const networkless = spawnSync(OFFLINE[0] ?? "", [...OFFLINE.slice(1), "true"]).status === 0 ? OFFLINE : ["env"];
const NOWHERE = "http://127.0.0.1:9";

describe("npx cdk synth", () => {
  it("needs neither network nor account, and cdk-nag has nothing to say", () => {
    const output = mkdtempSync(join(tmpdir(), "schema-gate-synth-"));
    try {
      const [command = "", ...before] = networkless;
      const cdk = join(packageRoot(), "node_modules", "aws-cdk", "bin", "cdk");
      const args = [process.execPath, cdk, "synth", "--quiet", "--app", "node dist/bin/app.js", "--output", output];
      const said = spawnSync(command, [...before, ...args], {
        cwd: packageRoot(),
        encoding: "utf8",
        env: { PATH: process.env.PATH, HOME: output, HTTP_PROXY: NOWHERE, HTTPS_PROXY: NOWHERE, CI: "true" },
      });
      expect(said.status, said.stderr).toBe(0);
      expect(said.stdout + said.stderr).not.toContain("AwsSolutions-");
      const template = JSON.parse(readFileSync(join(output, "SchemaGate.template.json"), "utf8")) as {
        Resources: object;
      };
      const types = Object.values(template.Resources as Record<string, { Type: string }>).map(({ Type }) => Type);
      expect(types).toContain("AWS::StepFunctions::StateMachine");
    } finally {
      rmSync(output, { recursive: true, force: true });
    }
  }, 300_000);
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
    // A second try of the stage finds the object that the first one packed, and may look at it.
    const policies = Object.entries(template.findResources("AWS::IAM::Policy")).filter(([id]) =>
      id.startsWith("PackRole"),
    );
    expect(JSON.stringify(policies)).toMatch(/"s3:GetObject\*".*inputs\/\*/);
  });
});

interface Action {
  readonly Namespace?: string;
  readonly RunOrder: number;
  readonly OutputArtifacts?: unknown;
  readonly [property: string]: unknown;
}
