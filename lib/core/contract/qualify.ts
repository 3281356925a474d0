import type { QualifiedName } from "../sql/qualified-name.js";
import { withTables } from "./carry.js";
import type { Happening, NameChange } from "./change.js";
import type { Requirement } from "./contract.js";

/** Gives a name without a schema the schema of the only table of that name in `all`; a renamed table keeps its own. */
export function qualifyNames<T extends Requirement | Happening>(
  told: readonly T[],
  all: readonly (Requirement | Happening)[],
): readonly T[] {
  const schemas = new Map<string, Set<string>>();
  const known = (name: string) => [...(schemas.get(name) ?? [])];
  const learn = (name: string, schema: string) => schemas.set(name, (schemas.get(name) ?? new Set()).add(schema));
  const names = (each: Requirement | Happening) => (each.kind === "happening" ? tableOf(each.change) : tablesOf(each));
  for (const { schema, name } of all.flatMap(names)) if (schema !== null) learn(name, schema);
  for (const each of all) {
    if (each.kind !== "happening" || each.change.change !== "table moved") continue;
    const { table, to, schema } = each.change;
    const [only, ...others] = table.schema === null ? known(table.name) : [table.schema];
    const home = schema ?? (others.length === 0 ? only : undefined);
    if (home !== undefined) learn(to, home);
  }
  const qualify = (table: QualifiedName): QualifiedName => {
    const [schema, ...others] = table.schema === null ? known(table.name) : [];
    return schema !== undefined && others.length === 0 ? { ...table, schema } : table;
  };
  return told.map((each) => qualified(each, qualify) as T);
}

function qualified(
  told: Requirement | Happening,
  qualify: (table: QualifiedName) => QualifiedName,
): Requirement | Happening {
  if (told.kind !== "happening") return withTables(told, qualify);
  const { change } = told;
  return "table" in change ? { ...told, change: { ...change, table: qualify(change.table) } } : told;
}

function tableOf(change: NameChange): readonly QualifiedName[] {
  return "table" in change ? [change.table] : [];
}

/** The tables that a requirement names. */
export function tablesOf(requirement: Requirement): readonly QualifiedName[] {
  if (requirement.kind === "index") return requirement.on.map((each) => each.table);
  return requirement.kind === "foreign key" ? [requirement.table, requirement.references] : [requirement.table];
}
