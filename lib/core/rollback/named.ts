import type { CatalogIndex } from "../catalog/lookup.js";
import type { Operation } from "../operations/index.js";
import { resolveTable } from "../operations/resolve.js";

/** A constraint or index that the statement left unnamed, with the name that the server was seen to choose. */
export function named(operation: Operation, before: CatalogIndex, after: CatalogIndex | null): Operation {
  if (after === null) return operation;
  if (operation.kind === "create-index" && operation.name === null) {
    const table = resolveTable(operation.table, before);
    const known = new Set(before.indexes(table).map(({ id }) => id.name));
    const [made, ...others] = after.indexes(table).filter(({ id }) => !known.has(id.name));
    return made && others.length === 0 ? { ...operation, name: made.id.name } : operation;
  }
  if (operation.kind === "add-constraint" && operation.constraint.name === null) {
    const table = resolveTable(operation.table, before);
    const known = new Set(before.constraints(table).map(({ id }) => id.name));
    const letter = LETTERS[operation.constraint.type];
    const [made, ...others] = after
      .constraints(table)
      .filter(({ id, attributes }) => attributes.type === letter && !known.has(id.name));
    return made && others.length === 0
      ? { ...operation, constraint: { ...operation.constraint, name: made.id.name } }
      : operation;
  }
  return operation;
}

/** `pg_constraint.contype`. */
const LETTERS = { check: "c", unique: "u", "primary key": "p", "foreign key": "f", exclusion: "x", "not null": "n" };
