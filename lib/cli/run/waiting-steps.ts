import { basename, dirname, join } from "node:path";
import { readReleaseFolder } from "../../adapters/local/release-folder.js";
import { type PlanStep, planStepOf } from "../../core/migration/plan-step.js";
import type { Release } from "../../core/migration/release.js";
import type { Standing } from "../../steps/catalog/fleet-standing.js";

/** Where contract steps of `schema-gate rewrite` wait: no framework looks there. */
export function laterFolder(folder: string): string {
  return join(dirname(folder), `${basename(folder)}-contract`);
}

/** A contract step that waits for a later release. */
export interface WaitingStep {
  /** Within the folder of such steps. */
  readonly file: string;
  readonly plan: string;
  readonly condition: string;
  /** Every tenant has the steps before it, so that only the condition is left. */
  readonly due: boolean;
}

/** The contract steps beside a folder of migrations; none where there is no such folder. */
export async function waitingSteps(
  folder: string,
  release: Release,
  standings: readonly Standing[],
): Promise<readonly WaitingStep[]> {
  const files = await readReleaseFolder(laterFolder(folder), []).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return files.flatMap(({ path, bytes }) => {
    const step = path.endsWith(".sql") ? planStepOf({ text: Buffer.from(bytes).toString("utf8") }) : null;
    if (step?.condition == null) return [];
    return [{ file: path, plan: step.plan, condition: step.condition, due: isDue(step, release, standings) }];
  });
}

function isDue({ plan, number }: PlanStep, release: Release, standings: readonly Standing[]): boolean {
  const earlier = release.migrations.filter(({ up }) => {
    const step = planStepOf(up);
    return step?.plan === plan && step.number < number;
  });
  const has = ({ pending, reason }: Standing, version: string) =>
    reason === null && pending?.includes(version) === false;
  return standings.every((standing) => earlier.every(({ version }) => has(standing, version)));
}
