import type { QualifiedName } from "../sql/qualified-name.js";
import type { Requirement } from "./contract.js";

/** Gives a name without a schema the schema of the only table of that name among `all`. */
export function qualifyNames(
  requirements: readonly Requirement[],
  all: readonly Requirement[],
): readonly Requirement[] {
  const schemas = new Map<string, Set<string>>();
  for (const { schema, name } of all.flatMap(tablesOf)) {
    if (schema === null) continue;
    const known = schemas.get(name) ?? new Set();
    schemas.set(name, known.add(schema));
  }
  const qualify = (table: QualifiedName): QualifiedName => {
    const found = [...(schemas.get(table.name) ?? [])];
    return table.schema === null && found.length === 1 ? { ...table, schema: found[0] ?? null } : table;
  };
  return requirements.map((requirement) => qualified(requirement, qualify));
}

function qualified(requirement: Requirement, qualify: (table: QualifiedName) => QualifiedName): Requirement {
  if (requirement.kind === "index") {
    return { ...requirement, on: requirement.on.map((each) => ({ ...each, table: qualify(each.table) })) };
  }
  if (requirement.kind === "foreign key") {
    return { ...requirement, table: qualify(requirement.table), references: qualify(requirement.references) };
  }
  return { ...requirement, table: qualify(requirement.table) };
}

/** The tables that a requirement names. */
export function tablesOf(requirement: Requirement): readonly QualifiedName[] {
  if (requirement.kind === "index") return requirement.on.map((each) => each.table);
  return requirement.kind === "foreign key" ? [requirement.table, requirement.references] : [requirement.table];
}
