import { Stack } from "aws-cdk-lib";
import { type ISecurityGroup, Port, SecurityGroup } from "aws-cdk-lib/aws-ec2";
import type { IRole } from "aws-cdk-lib/aws-iam";
import type { IKey, Key } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";
import type { GateNetwork } from "./gate-network.js";
import { permit } from "./permit.js";

/** What the state machine may copy if the config says `staging.mode: snapshot`. */
export interface StagingProps {
  /** Identifiers of Aurora clusters that may be cloned. */
  readonly clusters?: readonly string[];
  /** Identifiers of RDS instances that may be snapshotted. */
  readonly instances?: readonly string[];
  /** Name of the DB subnet group of the copies: subnets that the functions reach. */
  readonly subnetGroup: string;
  /**
   * Default: the class of the source, whose parameter group may ask for memory that a smaller class lacks. An instance of another class
   * takes another time for the same statement.
   */
  readonly instanceClass?: string;
  /** Port of the copies, which is the port of their sources. Default: 5432. */
  readonly port?: number;
  /** Customer keys that the sources are encrypted with. */
  readonly keys?: readonly (IKey | Key)[];
}

/** Copies of production for dry runs: how they are reached, and who may make and remove them. */
export class Staging extends Construct {
  /** For the placeholders of the state machine. */
  readonly substitutions: Readonly<Record<string, string>>;
  private readonly securityGroup: ISecurityGroup;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: StagingProps,
    network: GateNetwork,
  ) {
    super(scope, id);
    const port = Port.tcp(props.port ?? 5432);
    const securityGroup = new SecurityGroup(this, "Copies", {
      vpc: network.vpc,
      description: "Schema Gate: copies for dry runs",
      allowAllOutbound: false,
    });
    securityGroup.addIngressRule(network.securityGroup, port, "functions");
    this.securityGroup = securityGroup;
    this.substitutions = {
      StagingSubnetGroup: props.subnetGroup,
      StagingSecurityGroup: this.securityGroup.securityGroupId,
      StagingInstanceClass: props.instanceClass ?? "source",
    };
  }

  /** Lets the state machine copy the sources, and nothing else, to names that begin with `schema-gate-`. */
  permitMaking(role: IRole): void {
    const { clusters = [], instances = [], keys = [], subnetGroup } = this.props;
    const arn = (kind: string, name: string) => rdsArn(role, kind, name);
    const parameters = ["pg", "cluster-pg"].map((kind) => arn(kind, "*"));
    const groups = [arn("subgrp", subnetGroup), ...parameters, arn("og", "default*")];
    permit(role, {
      actions: ["rds:DescribeDBClusters", "rds:DescribeDBInstances"],
      resources: [...clusters.map((name) => arn("cluster", name)), arn("db", "*")],
      wildcard: "A cluster's writer is an instance of any name. It is read for its class and its parameter group.",
    });
    if (clusters.length > 0)
      permit(role, {
        actions: ["rds:RestoreDBClusterToPointInTime"],
        resources: [...clusters.map((name) => arn("cluster", name)), arn("cluster", OWN), ...groups],
        wildcard: NAMES,
      });
    if (instances.length > 0)
      permit(role, {
        actions: ["rds:CreateDBSnapshot"],
        resources: [...instances.map((name) => arn("db", name)), arn("snapshot", OWN)],
        wildcard: NAMES,
      });
    permit(role, {
      actions: [
        "rds:AddTagsToResource",
        "rds:CreateDBInstance",
        "rds:DescribeDBSnapshots",
        "rds:RestoreDBInstanceFromDBSnapshot",
      ],
      resources: [arn("cluster", OWN), arn("db", OWN), arn("snapshot", OWN), ...groups],
      wildcard: NAMES,
    });
    if (keys.length > 0)
      permit(role, {
        actions: ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"],
        resources: keys.map((key) => key.keyArn),
        conditions: { StringLike: { "kms:ViaService": "rds.*.amazonaws.com" } },
      });
    permitRemoval(role);
  }
}

const OWN = "schema-gate-*";
const NAMES =
  "Copies are named when they are made; only names that begin with schema-gate- can be made or removed. They use the parameter groups of their sources, whose names are read.";

/** Allows removing what a gate made, recognised by its name. */
export function permitRemoval(role: IRole): void {
  permit(role, {
    actions: ["rds:DeleteDBCluster", "rds:DeleteDBInstance", "rds:DeleteDBSnapshot"],
    resources: ["cluster", "db", "snapshot"].map((kind) => rdsArn(role, kind, OWN)),
    wildcard: NAMES,
  });
}

function rdsArn(scope: IRole, kind: string, name: string): string {
  return Stack.of(scope).formatArn({ service: "rds", resource: `${kind}:${name}` });
}

/** For a gate without copies: the state machine's placeholders need a text, and its config takes the other branch. */
export const NO_STAGING: Readonly<Record<string, string>> = {
  StagingSubnetGroup: "none",
  StagingSecurityGroup: "none",
  StagingInstanceClass: "none",
};
