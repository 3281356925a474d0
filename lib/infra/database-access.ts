import { Stack } from "aws-cdk-lib";
import type { IRole } from "aws-cdk-lib/aws-iam";
import type { AnyKey, AnySecret } from "./cdk-types.js";
import { permit } from "./permit.js";

/** How the gate logs in to the tenants' databases. Anything not named here cannot be read. */
export interface DatabaseAccess {
  /** Secrets with passwords or URLs, one by one. */
  readonly secrets?: readonly AnySecret[];
  /** Name prefixes of secrets, such as `tenants/`, for fleets where tenants come and go. */
  readonly secretPrefixes?: readonly string[];
  /** Customer keys of secrets below those prefixes, which do not say which key they are encrypted with. */
  readonly secretKeys?: readonly AnyKey[];
  /** ARNs of roles in other accounts that the registry's column `account` may name; each must trust the account of the gate. */
  readonly accounts?: readonly string[];
  /** Roles that log in with an RDS IAM token. */
  readonly iamUsers?: readonly RdsIamUser[];
  /** Aurora clusters that are reached through the RDS Data API, each with its secret. */
  readonly dataApiClusters?: readonly DataApiCluster[];
}

export interface RdsIamUser {
  /** Resource id of the instance (`db-…`), the cluster (`cluster-…`) or the proxy (`prx-…`), which is not its name. */
  readonly resourceId: string;
  /** Role in PostgreSQL, with `rds_iam`. */
  readonly user: string;
}

export interface DataApiCluster {
  readonly clusterArn: string;
  readonly secret: AnySecret;
}

/** Lets a function log in as `access` says, and nowhere else. */
export function grantDatabases(role: IRole, access: DatabaseAccess): void {
  const stack = Stack.of(role);
  const clusters = access.dataApiClusters ?? [];
  readSecrets(role, [...(access.secrets ?? []), ...clusters.map((cluster) => cluster.secret)]);
  const prefixes = access.secretPrefixes ?? [];
  if (prefixes.length > 0)
    permit(role, {
      actions: ["secretsmanager:GetSecretValue"],
      resources: prefixes.map((prefix) =>
        stack.formatArn({ service: "secretsmanager", resource: `secret:${prefix}*` }),
      ),
      wildcard: "Tenants' secrets come and go between deployments; the prefix is the team's own.",
    });
  const keys = access.secretKeys ?? [];
  if (keys.length > 0)
    permit(role, {
      actions: ["kms:Decrypt"],
      resources: keys.map((key) => key.keyArn),
      conditions: { StringLike: { "kms:ViaService": "secretsmanager.*.amazonaws.com" } },
    });
  const accounts = access.accounts ?? [];
  if (accounts.length > 0) permit(role, { actions: ["sts:AssumeRole"], resources: accounts });
  const users = access.iamUsers ?? [];
  if (users.length > 0)
    permit(role, {
      actions: ["rds-db:connect"],
      resources: users.map(({ resourceId, user }) =>
        stack.formatArn({ service: "rds-db", resource: `dbuser:${resourceId}/${user}` }),
      ),
    });
  if (clusters.length > 0)
    permit(role, {
      actions: [
        "rds-data:BeginTransaction",
        "rds-data:CommitTransaction",
        "rds-data:ExecuteStatement",
        "rds-data:RollbackTransaction",
      ],
      resources: clusters.map((cluster) => cluster.clusterArn),
    });
}

/** Reads the values of these secrets, and decrypts those that have their own key. */
export function readSecrets(role: IRole, secrets: readonly AnySecret[]): void {
  if (secrets.length === 0) return;
  const imported = secrets.some((secret) => secret.secretFullArn === undefined);
  permit(role, {
    actions: ["secretsmanager:GetSecretValue"],
    resources: secrets.map((secret) => secret.secretFullArn ?? `${secret.secretArn}-??????`),
    ...(imported ? { wildcard: "Secrets Manager ends each ARN with six characters that a name does not tell." } : {}),
  });
  const keys = secrets.flatMap((secret) => (secret.encryptionKey ? [secret.encryptionKey.keyArn] : []));
  if (keys.length > 0) permit(role, { actions: ["kms:Decrypt"], resources: [...new Set(keys)] });
}
