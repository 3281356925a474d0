import type { IVpc, Vpc } from "aws-cdk-lib/aws-ec2";
import type { IKey, Key } from "aws-cdk-lib/aws-kms";
import type { Bucket, IBucket } from "aws-cdk-lib/aws-s3";
import type { ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";

// With TypeScript's exactOptionalPropertyTypes on, the CDK's classes do not fit its own interfaces, so both are named.

export type AnyBucket = IBucket | Bucket;
export type AnyKey = IKey | Key;
export type AnySecret = ISecret | Secret;
export type AnyVpc = IVpc | Vpc;
