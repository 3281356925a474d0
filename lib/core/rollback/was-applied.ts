import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex } from "../catalog/lookup.js";
import type { Operation } from "../operations/index.js";
import { catalogKind } from "../operations/object-name.js";
import { resolveTable } from "../operations/resolve.js";
import { findObject } from "../undo/recreate.js";

/**
 * Whether an operation took place, judging by the schema before it and the one seen after its statement. Null when they do not tell. Only for what
 * the schema alone decides, so that it is the same on every tenant with this schema.
 */
export function wasApplied(operation: Operation, before: CatalogIndex, after: CatalogIndex): boolean | null {
  switch (operation.kind) {
    case "add-column":
    case "drop-column": {
      const table = resolveTable(operation.table, before);
      const name = operation.kind === "add-column" ? operation.column.name : operation.column;
      return changed(before.column(table, name), after.column(table, name), operation.kind === "add-column");
    }
    case "rename-column": {
      const table = resolveTable(operation.table, before);
      return changed(before.column(table, operation.column), after.column(table, operation.column), false);
    }
    case "rename-table":
    case "drop-table":
    case "create-table": {
      const table = resolveTable(operation.table, before);
      return changed(before.table(table), after.table(table), operation.kind === "create-table");
    }
    case "alter-column-type":
    case "set-default":
    case "set-not-null":
    case "drop-not-null": {
      const table = resolveTable(operation.table, before);
      const [was, is] = [before, after].map((each) => each.column(table, operation.column));
      return was && is ? JSON.stringify(was.attributes) !== JSON.stringify(is.attributes) : null;
    }
    case "add-constraint":
    case "drop-constraint": {
      const table = resolveTable(operation.table, before);
      const name = operation.kind === "add-constraint" ? operation.constraint.name : operation.constraint;
      const [was, is] = [before, after].map((each) => each.constraints(table).find(({ id }) => id.name === name));
      return name === null ? null : changed(was, is, operation.kind === "add-constraint");
    }
    case "create-index":
    case "drop-index": {
      const name = operation.kind === "create-index" ? operation.name : operation.index.name;
      const [was, is] = [before, after].map((each) => (name === null ? undefined : each.indexesNamed(name)[0]));
      return name === null ? null : changed(was, is, operation.kind === "create-index");
    }
    case "create-object":
    case "drop-object": {
      if (operation.table !== null) return null;
      const { objectKind, name, signature } = operation;
      const [was, is] = [before, after].map((each) => findObject(each, catalogKind(objectKind), name, signature));
      return changed(was, is, operation.kind === "create-object");
    }
    default:
      return null;
  }
}

/** There before and not after, or the other way round. An object that is unchanged means that the operation was refused or did nothing. */
function changed(was: CatalogObject | undefined, is: CatalogObject | undefined, makes: boolean): boolean {
  if (makes) return was === undefined ? is !== undefined : false;
  return was !== undefined && is === undefined;
}
