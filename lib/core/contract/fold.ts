import type { QualifiedName } from "../sql/qualified-name.js";
import { carried, same } from "./carry.js";
import type { Happening } from "./change.js";
import type { ColumnRequirement, ConstraintRequirement, IndexRequirement, Requirement } from "./contract.js";
import { tablesOf } from "./qualify.js";

/** What a release says, in order. */
export type Told = Requirement | Happening;

/**
 * Merges the requirements of successive statements: what an earlier statement creates need not exist before the release, what a later one changes or
 * drops no longer holds after it, and what it renames holds under the new name.
 */
export function foldRequirements(told: readonly Told[]): readonly Requirement[] {
  const before = new Map<string, Requirement>();
  let after = new Map<string, Requirement>();
  const temporary: QualifiedName[] = [];
  for (const each of told) {
    if (each.kind === "happening") {
      after = afterChange(after, each);
      if (each.change.change === "table temporary") temporary.push(each.change.table);
      continue;
    }
    if (isTemporary(each, temporary)) continue;
    if (each.when !== "after" && !madeEarlier(each, after)) {
      const key = keyOf(each);
      const earlier = before.get(key);
      before.set(key, earlier ? merged(earlier, each, "before") : { ...each, when: "before" });
    }
    if (each.when !== "before") keep(each, after);
  }
  return [...before.values(), ...after.values()];
}

function isTemporary(requirement: Requirement, temporary: readonly QualifiedName[]): boolean {
  return tablesOf(requirement).some((table) => temporary.some((each) => same(each, table)));
}

/** What is said of a moved object replaces what was said of its new name before. */
function afterChange(after: ReadonlyMap<string, Requirement>, happening: Happening): Map<string, Requirement> {
  const left = new Map<string, Requirement>();
  const moved: Requirement[] = [];
  for (const [key, each] of after) {
    const now = carried(each, happening);
    if (now === null) continue;
    if (keyOf(now) === key) left.set(key, now);
    else moved.push(now);
  }
  for (const each of moved) left.set(keyOf(each), each);
  return left;
}

function keep(requirement: Requirement, after: Map<string, Requirement>): void {
  const key = keyOf(requirement);
  const earlier = after.get(key);
  after.set(key, earlier ? merged(earlier, requirement, "after") : { ...requirement, when: "after" });
  if (requirement.kind !== "constraint" || !requirement.present) return;
  takeIndexName(requirement, after);
  if (requirement.type !== "primary key") return;
  for (const [of, each] of after) {
    if (each.kind !== "column" || !same(each.table, requirement.table) || !each.nullable) continue;
    if (requirement.columns.includes(each.column)) after.set(of, { ...each, nullable: false });
  }
}

/** A key creates an index of its own name, perhaps the name of one that was dropped; an unnamed key's index name begins with the table's. */
function takeIndexName({ name, table }: ConstraintRequirement, after: Map<string, Requirement>): void {
  for (const [key, each] of after) {
    if (each.kind !== "index" || each.present) continue;
    if (name === null ? each.name.startsWith(`${table.name}_`) : each.name === name) after.delete(key);
  }
}

/** True when the release itself says something about it, or creates its table, before this statement. */
function madeEarlier(requirement: Requirement, after: ReadonlyMap<string, Requirement>): boolean {
  if (after.has(keyOf(requirement))) return true;
  if (requirement.kind === "index") return false;
  return after.get(tableKey(requirement.table))?.present === true;
}

function merged(earlier: Requirement, later: Requirement, when: "before" | "after"): Requirement {
  const both = joined(earlier, later, when);
  return earlier.stated || later.stated ? { ...both, stated: true } : both;
}

function joined(earlier: Requirement, later: Requirement, when: "before" | "after"): Requirement {
  if (earlier.kind === "column" && later.kind === "column") return mergedColumn(earlier, later, when);
  if (earlier.kind === "index" && later.kind === "index") return mergedIndex(earlier, later, when);
  return when === "before" ? earlier : { ...later, when };
}

/** Before: the first statement counts. After: the last. What one leaves open, the other may say. */
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

/** An index name may exist once per schema, so further tables are added. */
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
