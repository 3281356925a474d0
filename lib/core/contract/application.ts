import type { ColumnRequirement, Requirement } from "./contract.js";
import type { Told } from "./fold.js";
import { qualifyNames, tablesOf } from "./qualify.js";

/**
 * What the application's code expects of a release: after it always; before it only for tables that the release does not mention, because what it
 * changes may be what the code waits for.
 */
export function applicationColumns(
  application: readonly ColumnRequirement[],
  release: readonly Requirement[],
  all: readonly Told[],
): readonly ColumnRequirement[] {
  const mentioned = new Set(release.flatMap(tablesOf).map((table) => table.name));
  return qualifyNames(application, all).flatMap((requirement) =>
    requirement.kind === "column"
      ? [{ ...requirement, when: mentioned.has(requirement.table.name) ? ("after" as const) : ("both" as const) }]
      : [],
  );
}
