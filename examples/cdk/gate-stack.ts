import { Duration, Stack, type StackProps } from "aws-cdk-lib";
import { Port, SecurityGroup, Vpc } from "aws-cdk-lib/aws-ec2";
import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { SafetyGate } from "schema-gate/cdk";

export interface GateStackProps extends StackProps {
  readonly vpc: { readonly vpcId: string; readonly availabilityZones: string[]; readonly privateSubnetIds: string[] };
  /** Security group of the tenants' Aurora cluster. */
  readonly databaseSecurityGroup: string;
  /** Identifier of that cluster. */
  readonly cluster: string;
}

/** A gate in the VPC of an Aurora cluster, with dry runs on clones of it. */
export class GateStack extends Stack {
  readonly gate: SafetyGate;
  /** What releases are signed with: `SCHEMA_GATE_PACK_KEY=kms:ARN`. */
  readonly packKey: Key;

  constructor(scope: Construct, id: string, props: GateStackProps) {
    super(scope, id, props);
    // Whoever may sign with it may hand in releases: give kms:Sign and kms:GetPublicKey to the pipeline's role alone.
    this.packKey = new Key(this, "PackKey", { keySpec: KeySpec.ECC_NIST_P256, keyUsage: KeyUsage.SIGN_VERIFY });
    const vpc = Vpc.fromVpcAttributes(this, "Vpc", props.vpc);
    this.gate = new SafetyGate(this, "Gate", {
      network: { vpc, subnets: { subnets: vpc.privateSubnets } },
      databases: { secretPrefixes: ["tenants/"] },
      staging: { clusters: [props.cluster], subnetGroup: "tenants-private" },
      policy: {
        approvers: [
          { id: "ada", email: "ada@example.com", aliases: ["ada-on-github"] },
          { id: "grace", email: "grace@example.com", slack: "U024BE7LH" },
        ],
        thresholds: { ask: 0, quorum: 0.4, block: 0.7 },
        registryFile: "tenants.csv",
        signers: [{ id: "release-pipeline", kmsKey: this.packKey, namesAuthor: true }],
      },
      emails: ["platform-team@example.com"],
      slackSecret: Secret.fromSecretNameV2(this, "Slack", "schema-gate/slack"),
      auditLock: { mode: "COMPLIANCE", days: 365 },
      keepArtifacts: Duration.days(90),
      runbook: "https://wiki.example.com/schema-gate/runbook",
    });
    const databases = SecurityGroup.fromSecurityGroupId(this, "Databases", props.databaseSecurityGroup);
    if (this.gate.network) databases.addIngressRule(this.gate.network.securityGroup, Port.tcp(5432), "Schema Gate");
  }
}
