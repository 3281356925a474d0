import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex } from "../catalog/lookup.js";
import { labelsMeant, typeMeant } from "../operations/enum-meant.js";
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
      if (operation.of === "type") return renamedAttribute(operation, before, after);
      const table = resolveTable(operation.table, before);
      return changed(before.column(table, operation.column), after.column(table, operation.column), false);
    }
    case "rename-constraint": {
      const table = resolveTable(operation.table, before);
      const [was, is, to] = [before, after, after].map((each, at) =>
        each.constraints(table).find(({ id }) => id.name === (at === 2 ? operation.to : operation.constraint)),
      );
      return was && !is && !to ? null : changed(was, is, false);
    }
    case "rename-object":
      return renamed(operation, before, after);
    case "add-enum-value":
    case "rename-enum-value": {
      const [was, is] = [before, after].map((each) => labelsMeant(operation.type, each));
      return was && is ? changedLabels(operation, was, is) : null;
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

function renamedAttribute(
  { table, column }: Extract<Operation, { kind: "rename-column" }>,
  before: CatalogIndex,
  after: CatalogIndex,
): boolean | null {
  const [was, is] = [before, after].map((each) => JSON.stringify(typeMeant(table, each)?.attributes.columns ?? null));
  const has = (columns: string | undefined) => columns?.includes(`[${JSON.stringify(column)},`) === true;
  return was === "null" || is === "null" ? null : has(was) && !has(is);
}

function renamed(
  { objectKind, table, name, signature, to }: Extract<Operation, { kind: "rename-object" }>,
  before: CatalogIndex,
  after: CatalogIndex,
): boolean | null {
  const find = (index: CatalogIndex, called: string): CatalogObject | undefined => {
    if (objectKind === "index") return index.indexesNamed(called)[0];
    if (table === null) return findObject(index, catalogKind(objectKind), { ...name, name: called }, signature);
    const { schema, name: of } = resolveTable(table, index);
    return index.get(catalogKind(objectKind), { schema, table: of, name: called });
  };
  const [was, is] = [before, after].map((each) => find(each, name.name));
  return was && !is && !find(after, to) ? null : changed(was, is, false);
}

/** A label keeps its place when it gets another name; a later statement of the block may give it yet another. */
function changedLabels(
  operation: Extract<Operation, { kind: "add-enum-value" | "rename-enum-value" }>,
  was: readonly string[],
  is: readonly string[],
): boolean | null {
  const { value } = operation;
  if (operation.kind === "add-enum-value") return !was.includes(value) && is.includes(value);
  if (!was.includes(value) || was.includes(operation.to)) return false;
  if (is.length === was.length) return is[was.indexOf(value)] !== value;
  return is.includes(value) === is.includes(operation.to) ? null : is.includes(operation.to);
}

/** There before and not after, or the other way round. An object that is unchanged means that the operation was refused or did nothing. */
function changed(was: CatalogObject | undefined, is: CatalogObject | undefined, makes: boolean): boolean {
  if (makes) return was === undefined ? is !== undefined : false;
  return was !== undefined && is === undefined;
}
