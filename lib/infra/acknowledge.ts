import * as cdk from "aws-cdk-lib";
import type { IConstruct } from "constructs";

export interface Acknowledged {
  /** Of cdk-nag's finding. */
  readonly id: string;
  readonly reason: string;
}

/** Says why a finding of cdk-nag is none. A CDK that is too old for it has nobody who would ask. */
export function acknowledge(scope: IConstruct, said: Acknowledged): void {
  const { Validations } = cdk as Partial<Pick<typeof cdk, "Validations">>;
  const of = Validations?.of(scope) as { acknowledge?: (said: Acknowledged) => void } | undefined;
  of?.acknowledge?.(said);
}
