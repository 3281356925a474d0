import { createRequire } from "node:module";
import { Stack, type StackProps } from "aws-cdk-lib";
import { BuildSpec, LinuxArmBuildImage, PipelineProject } from "aws-cdk-lib/aws-codebuild";
import { Artifact, Pipeline, PipelineType } from "aws-cdk-lib/aws-codepipeline";
import {
  CodeBuildAction,
  CodeStarConnectionsSourceAction,
  StateMachineInput,
  StepFunctionInvokeAction,
} from "aws-cdk-lib/aws-codepipeline-actions";
import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import { SafetyGate } from "schema-gate/cdk";

/** The stack refuses what another version packed. */
const { version } = createRequire(import.meta.url)("schema-gate/package.json") as { version: string };

export interface PipelineStackProps extends StackProps {
  /** ARN of the connection to the source repository. */
  readonly connectionArn: string;
  readonly owner: string;
  readonly repo: string;
}

/**
 * Source → Staging → Gate → Production. The gate's stage packs the release and runs the state machine; a run that is blocked,
 * rejected or not approved in time fails its execution, and so the stage: production is not reached.
 */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, props: PipelineStackProps) {
    super(scope, id, props);
    const packKey = new Key(this, "PackKey", { keySpec: KeySpec.ECC_NIST_P256, keyUsage: KeyUsage.SIGN_VERIFY });
    const gate = new SafetyGate(this, "Gate", {
      databases: { secretPrefixes: ["tenants/"] },
      policy: {
        approvers: [
          { id: "ada", email: "ada@example.com" },
          { id: "grace", email: "grace@example.com" },
        ],
        signers: [{ id: "pipeline", kmsKey: packKey }],
      },
    });
    const source = new Artifact("Source");
    const packed = new Artifact("Packed");
    new Pipeline(this, "Pipeline", {
      pipelineType: PipelineType.V2,
      crossAccountKeys: false,
      stages: [
        { stageName: "Source", actions: [sourceAction(props, source)] },
        { stageName: "Staging", actions: [deploy(this, "DeployStaging", source)] },
        { stageName: "Gate", actions: [packAction(this, { gate, packKey }, source, packed), gateAction(gate, packed)] },
        { stageName: "Production", actions: [deploy(this, "DeployProduction", source)] },
      ],
    });
  }
}

function sourceAction({ connectionArn, owner, repo }: PipelineStackProps, output: Artifact) {
  return new CodeStarConnectionsSourceAction({
    actionName: "Source",
    connectionArn,
    owner,
    repo,
    branch: "main",
    output,
  });
}

/** Uploads migrations and config as one object, and keeps the input of the execution, whose name says release and time. */
function packAction(
  scope: Construct,
  { gate, packKey }: { gate: SafetyGate; packKey: Key },
  input: Artifact,
  packed: Artifact,
) {
  const project = new PipelineProject(scope, "Pack", {
    environment: { buildImage: LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0 },
    environmentVariables: {
      SCHEMA_GATE_BUCKET: { value: gate.bucket.bucketName },
      SCHEMA_GATE_PACK_KEY: { value: `kms:${packKey.keyArn}` },
    },
    buildSpec: BuildSpec.fromObject({
      version: "0.2",
      env: { "exported-variables": ["RUN", "RELEASE"] },
      phases: {
        install: { "runtime-versions": { nodejs: 22 } },
        build: {
          commands: [
            `npm install --no-save schema-gate@${version} @aws-sdk/client-kms@3 @aws-sdk/client-s3@3 @aws-sdk/client-sfn@3`,
            "npx schema-gate run --aws --upload-only > execution.json",
            "export RUN=$(node -p \"require('./execution.json').run\")",
            "export RELEASE=$(node -p \"require('./execution.json').release\")",
          ],
        },
      },
      artifacts: { files: ["execution.json"] },
    }),
  });
  // Nobody else signs, and so nobody else hands in a release.
  packKey.grant(project, "kms:Sign", "kms:GetPublicKey");
  gate.bucket.grantPut(project, "inputs/*");
  // A stage that is tried again packs the same object, and has to see that it is the same.
  gate.bucket.grantRead(project, "inputs/*");
  return new CodeBuildAction({
    actionName: "Pack",
    runOrder: 1,
    variablesNamespace: "Pack",
    project,
    input,
    outputs: [packed],
  });
}

/** Waits for the execution, approval included, for seven days at most. `#{Gate.ExecutionArn}` is for later stages. */
function gateAction(gate: SafetyGate, packed: Artifact) {
  return new StepFunctionInvokeAction({
    actionName: "Gate",
    runOrder: 2,
    variablesNamespace: "Gate",
    stateMachine: gate.stateMachine,
    executionNamePrefix: "pipeline",
    stateMachineInput: StateMachineInput.filePath(packed.atPath("execution.json")),
  });
}

/** Where your own deployment stands. */
function deploy(scope: Construct, name: string, input: Artifact) {
  const buildSpec = BuildSpec.fromObject({ version: "0.2", phases: { build: { commands: [`./deploy.sh ${name}`] } } });
  const project = new PipelineProject(scope, name, {
    environment: { buildImage: LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0 },
    buildSpec,
  });
  return new CodeBuildAction({ actionName: name, project, input });
}
