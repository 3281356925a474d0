import type { QualifiedName } from "../sql/qualified-name.js";
import { formattedType } from "../sql/type-name.js";
import type { Happening, NameChange } from "./change.js";
import type { ColumnRequirement, Requirement } from "./contract.js";

/**
 * What a requirement turns into when names change later: the same requirement under the new names, or null when none is left. After a change that may
 * or may not take place, no requirement is left on what it would change.
 */
export function carried(requirement: Requirement, { change, certain }: Happening): Requirement | null {
  const after = requirementAfter(requirement, change);
  return certain || JSON.stringify(after) === JSON.stringify(requirement) ? after : null;
}

function requirementAfter(requirement: Requirement, change: NameChange): Requirement | null {
  switch (change.change) {
    case "table moved":
      return withTables(requirement, (table) =>
        same(table, change.table) ? { schema: change.schema ?? table.schema, name: change.to } : table,
      );
    case "schema renamed":
      return withTables(requirement, (table) =>
        table.schema === change.schema ? { ...table, schema: change.to } : table,
      );
    case "schema gone":
      return speaksOf(requirement, ({ schema }) => schema === change.schema) ? null : requirement;
    case "table gone":
      return outlivesTable(requirement, change.table, change.cascade) ? requirement : null;
    case "column renamed":
      return withColumns(requirement, change.table, (column) => (column === change.column ? change.to : column));
    case "column gone":
      return outlivesColumn(requirement, change.table, change.column) ? requirement : null;
    case "constraint renamed":
      return renamedConstraint(requirement, change);
    case "constraint gone":
      return outlivesConstraint(requirement, change) ? requirement : null;
    case "index renamed":
      return renamedIndex(requirement, change);
    case "type changed":
      return isOfType(requirement, change.name) ? { ...requirement, type: null } : requirement;
    case "type gone":
      return isOfType(requirement, change.name) ? null : requirement;
    case "key over index":
      return requirement.kind === "column" && same(requirement.table, change.table) && requirement.nullable
        ? { ...requirement, nullable: null }
        : requirement;
    case "table temporary":
      return requirement;
  }
}

export function same(a: QualifiedName, b: QualifiedName): boolean {
  return a.schema === b.schema && a.name === b.name;
}

/** Gives each table that the requirement names a new name; returns the requirement itself when none changes. */
export function withTables(requirement: Requirement, give: (table: QualifiedName) => QualifiedName): Requirement {
  if (requirement.kind === "index") {
    const on = requirement.on.map((each) => ({ ...each, table: give(each.table) }));
    return on.every((each, at) => each.table === requirement.on[at]?.table) ? requirement : { ...requirement, on };
  }
  const table = give(requirement.table);
  if (requirement.kind !== "foreign key") return table === requirement.table ? requirement : { ...requirement, table };
  const references = give(requirement.references);
  if (table === requirement.table && references === requirement.references) return requirement;
  return { ...requirement, table, references };
}

function speaksOf(requirement: Requirement, test: (table: QualifiedName) => boolean): boolean {
  if (requirement.kind === "index") return requirement.on.some((on) => test(on.table));
  if (requirement.kind === "foreign key" && test(requirement.references)) return true;
  return test(requirement.table);
}

/** A table takes everything attached to it along; with CASCADE also the foreign keys that point at it. */
function outlivesTable(requirement: Requirement, table: QualifiedName, cascade: boolean): boolean {
  if (requirement.kind === "index") return !requirement.on.some((on) => same(on.table, table));
  if (cascade && requirement.kind === "foreign key" && same(requirement.references, table)) return false;
  return !same(requirement.table, table);
}

function withColumns(requirement: Requirement, table: QualifiedName, give: (column: string) => string): Requirement {
  switch (requirement.kind) {
    case "column": {
      const column = same(requirement.table, table) ? give(requirement.column) : requirement.column;
      return column === requirement.column ? requirement : { ...requirement, column };
    }
    case "constraint":
      return same(requirement.table, table) ? { ...requirement, columns: requirement.columns.map(give) } : requirement;
    case "foreign key":
      return {
        ...requirement,
        columns: same(requirement.table, table) ? requirement.columns.map(give) : requirement.columns,
        referencedColumns: same(requirement.references, table)
          ? requirement.referencedColumns.map(give)
          : requirement.referencedColumns,
      };
    case "index":
      return {
        ...requirement,
        on: requirement.on.map((on) => (same(on.table, table) && on.keys ? { ...on, keys: on.keys.map(give) } : on)),
      };
    case "table":
      return requirement;
  }
}

/** Indexes and constraints over a column go with it. The text does not tell which columns an expression uses, so those go too. */
function outlivesColumn(requirement: Requirement, table: QualifiedName, column: string): boolean {
  switch (requirement.kind) {
    case "column":
      return !(same(requirement.table, table) && requirement.column === column);
    case "constraint":
      return !(
        same(requirement.table, table) &&
        (requirement.columns.length === 0 || requirement.columns.includes(column))
      );
    case "foreign key":
      return !(
        (same(requirement.table, table) && requirement.columns.includes(column)) ||
        (same(requirement.references, table) && requirement.referencedColumns.includes(column))
      );
    case "index":
      return !requirement.on.some(({ table: of, keys }) => same(of, table) && (keys?.includes(column) ?? true));
    case "table":
      return true;
  }
}

/** A key's index has the name of its constraint, and follows it. */
function renamedConstraint(
  requirement: Requirement,
  { table, name, to }: Extract<NameChange, { change: "constraint renamed" }>,
): Requirement {
  if (requirement.kind === "index") {
    return requirement.name === name && requirement.on.some((on) => same(on.table, table))
      ? { ...requirement, name: to }
      : requirement;
  }
  if (requirement.kind !== "constraint" && requirement.kind !== "foreign key") return requirement;
  return requirement.name === name && same(requirement.table, table) ? { ...requirement, name: to } : requirement;
}

function renamedIndex(
  requirement: Requirement,
  { name, to }: Extract<NameChange, { change: "index renamed" }>,
): Requirement {
  if (requirement.kind !== "index" && requirement.kind !== "constraint") return requirement;
  return requirement.name === name ? { ...requirement, name: to } : requirement;
}

/** A constraint without a name in the text may be the one that a later statement refers to by the name that the server chose. */
function outlivesConstraint(
  requirement: Requirement,
  { table, name, cascade }: Extract<NameChange, { change: "constraint gone" }>,
): boolean {
  if (requirement.kind === "foreign key") {
    if (cascade && same(requirement.references, table)) return false;
    return !(same(requirement.table, table) && (requirement.name ?? name) === name);
  }
  if (requirement.kind === "index") return requirement.name !== name;
  return !(requirement.kind === "constraint" && same(requirement.table, table) && (requirement.name ?? name) === name);
}

function isOfType(requirement: Requirement, name: string): requirement is ColumnRequirement {
  if (requirement.kind !== "column" || requirement.type === null) return false;
  const last = formattedType(requirement.type)
    .replace(/\[\]$/, "")
    .replace(/^.*\.(?="[^"]*"$|[^."]+$)/, "")
    .replaceAll('"', "");
  return last === name;
}
