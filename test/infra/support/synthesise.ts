import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { AwsSolutionsChecks } from "cdk-nag";
import { SafetyGate } from "../../../lib/infra/safety-gate.js";
import type { SafetyGateProps } from "../../../lib/infra/safety-gate-props.js";

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
}

export interface Synthesised {
  readonly gate: SafetyGate;
  readonly template: Template;
  /** Resources of one type by their logical id. */
  resources(type: string): Readonly<Record<string, Resource>>;
  /** What cdk-nag says that nobody acknowledged, one line each. */
  violations(): readonly string[];
}

/** A stack with one gate; its functions' code is a folder that holds nothing of interest. */
export function synthesise(
  props: Partial<SafetyGateProps> = {},
  around: (stack: Stack) => void = () => {},
): Synthesised {
  const code = mkdtempSync(join(tmpdir(), "infra-"));
  writeFileSync(join(code, "load.mjs"), "");
  try {
    const app = new App({ context: { "@aws-cdk/aws-iam:minimizePolicies": true } });
    const stack = new Stack(app, "Test");
    const gate = new SafetyGate(stack, "Gate", {
      databases: { secretPrefixes: ["tenants/"] },
      policy: { approvers: [], signers: [] },
      bundle: code,
      ...props,
    });
    around(stack);
    const template = Template.fromStack(stack);
    return {
      gate,
      template,
      resources: (type) => template.findResources(type) as Record<string, Resource>,
      violations: () => violationsOf(stack),
    };
  } finally {
    rmSync(code, { recursive: true });
  }
}

/** What AwsSolutions says of everything below `scope` that carries no reason of its own. */
export function violationsOf(scope: Stack): readonly string[] {
  const report = new AwsSolutionsChecks(scope).validateScope(scope);
  return report.violations.flatMap((violation) =>
    violation.violatingResources.map((resource) => `${violation.ruleName} ${resource.resourceLogicalId}`),
  );
}
