import type { QualifiedName } from "../sql/qualified-name.js";
import type { ColumnRequirement, IndexRequirement, Requirement } from "./contract.js";

/**
 * Brings the requirements of successive statements together: what an earlier statement makes needs not be there before
 * the release, and what a later one changes or drops no longer holds after it.
 */
export function foldRequirements(requirements: readonly Requirement[]): readonly Requirement[] {
  const before = new Map<string, Requirement>();
  const after = new Map<string, Requirement>();
  for (const requirement of requirements) {
    if (requirement.when !== "after" && !madeEarlier(requirement, after)) {
      const key = keyOf(requirement);
      const earlier = before.get(key);
      before.set(key, earlier ? merged(earlier, requirement, "before") : { ...requirement, when: "before" });
    }
    if (requirement.when !== "before") keep(requirement, after);
  }
  return [...before.values(), ...after.values()];
}

function keep(requirement: Requirement, after: Map<string, Requirement>): void {
  const key = keyOf(requirement);
  const earlier = after.get(key);
  if (requirement.kind === "table" && !requirement.present) forget(requirement.table, after);
  after.set(key, earlier ? merged(earlier, requirement, "after") : { ...requirement, when: "after" });
}

/** A dropped table takes what stood on it along. */
function forget(table: QualifiedName, after: Map<string, Requirement>): void {
  for (const [key, each] of after) {
    if (each.kind === "index" ? each.on.some((on) => same(on.table, table)) : same(each.table, table))
      after.delete(key);
  }
}

/** True when the release itself says something of it, or makes its table, before this statement. */
function madeEarlier(requirement: Requirement, after: ReadonlyMap<string, Requirement>): boolean {
  if (after.has(keyOf(requirement))) return true;
  if (requirement.kind === "index") return false;
  return after.get(tableKey(requirement.table))?.present === true;
}

function merged(earlier: Requirement, later: Requirement, when: "before" | "after"): Requirement {
  if (earlier.kind === "column" && later.kind === "column") return mergedColumn(earlier, later, when);
  if (earlier.kind === "index" && later.kind === "index") return mergedIndex(earlier, later, when);
  return when === "before" ? earlier : { ...later, when };
}

/** Before: the first thing said counts. After: the last. What one does not say, the other may. */
function mergedColumn(
  earlier: ColumnRequirement,
  later: ColumnRequirement,
  when: "before" | "after",
): ColumnRequirement {
  if (earlier.present !== later.present) return when === "before" ? earlier : { ...later, when };
  const [first, second] = when === "before" ? [earlier, later] : [later, earlier];
  const value = first.default === undefined ? second.default : first.default;
  return {
    ...first,
    when,
    type: first.type ?? second.type,
    nullable: first.nullable ?? second.nullable,
    ...(value === undefined ? {} : { default: value }),
  };
}

/** One index name may stand once in each schema, so further tables are added. */
function mergedIndex(earlier: IndexRequirement, later: IndexRequirement, when: "before" | "after"): IndexRequirement {
  if (!later.present || !earlier.present) return when === "before" ? earlier : { ...later, when };
  const others = later.on.filter((on) => !earlier.on.some((each) => same(each.table, on.table)));
  return {
    ...earlier,
    when,
    on: [...earlier.on, ...others],
    unique: earlier.unique === later.unique ? earlier.unique : null,
  };
}

function keyOf(requirement: Requirement): string {
  switch (requirement.kind) {
    case "column":
      return JSON.stringify(["column", text(requirement.table), requirement.column]);
    case "index":
      return JSON.stringify(["index", requirement.name]);
    case "foreign key":
      return JSON.stringify(["foreign key", text(requirement.table), requirement.columns]);
    case "constraint":
      return JSON.stringify([
        "constraint",
        text(requirement.table),
        requirement.name,
        requirement.type,
        requirement.columns,
      ]);
    case "table":
      return tableKey(requirement.table);
  }
}

function tableKey(table: QualifiedName): string {
  return JSON.stringify(["table", text(table)]);
}

function text(table: QualifiedName): string {
  return JSON.stringify([table.schema, table.name]);
}

function same(a: QualifiedName, b: QualifiedName): boolean {
  return a.schema === b.schema && a.name === b.name;
}
