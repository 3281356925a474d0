import type { IVpc, Vpc } from "aws-cdk-lib/aws-ec2";
import type { ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";

// The CDK's classes do not fit its own interfaces where TypeScript's exactOptionalPropertyTypes is on, so both are named.

export type AnySecret = ISecret | Secret;
export type AnyVpc = IVpc | Vpc;
