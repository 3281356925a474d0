import type { Synthesised } from "./synthesise.js";

export interface Statement {
  /** Logical id of the policy. */
  readonly policy: string;
  readonly actions: readonly string[];
  /** References as JSON. */
  readonly resources: readonly string[];
}

interface Document {
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: string | string[];
    readonly Resource: unknown;
  }[];
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** Every statement that allows something, of every policy of the stack. */
export function allowed({ resources }: Synthesised): readonly Statement[] {
  return Object.entries(resources("AWS::IAM::Policy")).flatMap(([policy, { Properties }]) =>
    (Properties.PolicyDocument as Document).Statement.filter((statement) => statement.Effect === "Allow").map(
      (statement) => ({
        policy,
        actions: list(statement.Action) as string[],
        resources: list(statement.Resource).map((resource) =>
          typeof resource === "string" ? resource : JSON.stringify(resource),
        ),
      }),
    ),
  );
}
