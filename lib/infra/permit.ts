import { Stack } from "aws-cdk-lib";
import { type IRole, Policy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { acknowledge } from "./acknowledge.js";

export interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  /** Why a resource of this statement is a wildcard or ends in one. Without a reason cdk-nag reports it. */
  readonly wildcard?: string;
}

/** Adds one statement to a role or a policy, and acknowledges its wildcards with the caller's reason. */
export function permit(target: IRole | Policy, permission: Permission): void {
  const { actions, resources, conditions, wildcard } = permission;
  const statement = new PolicyStatement({
    actions: [...actions],
    resources: [...resources],
    ...(conditions ? { conditions: { ...conditions } } : {}),
  });
  if (target instanceof Policy) target.addStatements(statement);
  else target.addToPrincipalPolicy(statement);
  if (wildcard === undefined) return;
  for (const resource of resources) {
    const finding = flatten(Stack.of(target).resolve(resource));
    if (finding.includes("*")) acknowledge(target, { id: `AwsSolutions-IAM5[Resource::${finding}]`, reason: wildcard });
  }
}

/** How cdk-nag spells a reference: `<LogicalId.Arn>`. */
function flatten(reference: unknown): string {
  if (typeof reference === "string") return reference.replaceAll("${", "<").replaceAll("}", ">");
  const {
    Ref,
    "Fn::GetAtt": attribute,
    "Fn::Join": join,
  } = reference as {
    Ref?: string;
    "Fn::GetAtt"?: [string, string];
    "Fn::Join"?: [string, unknown[]];
  };
  if (join) return join[1].map(flatten).join(join[0]);
  if (attribute) return `<${attribute[0]}.${attribute[1]}>`;
  if (Ref !== undefined) return `<${Ref}>`;
  return JSON.stringify(reference);
}
