import type { CatalogObject } from "../../catalog/catalog.js";
import type { TableRef } from "../../catalog/lookup.js";
import { type AddConstraint, type ConstraintSpec, type CreateIndex, operationsOfText } from "../../operations/index.js";
import { expressionTree } from "../../postgres/plain-cast.js";
import { deparse } from "../../sql/deparse.js";
import { recreateConstraint } from "../../undo/recreate.js";
import type { ReleaseState } from "./release-state.js";
import type { TableState } from "./table-state.js";

/** A constraint or unique index, as the statement that would create it. */
export type EnforcedConstraint = AddConstraint | CreateIndex;

/** The constraints and unique indexes of a table at a moment of the release. */
export function constraintsOn(state: ReleaseState, table: TableState): readonly EnforcedConstraint[] {
  const all = table.constraints ?? (table.origin ? fromCatalog(state, table.origin) : []);
  return all
    .filter((each) => {
      const index = each.kind === "create-index" ? each.name : null;
      return index === null || state.hasRelation({ schema: table.name.schema, name: index });
    })
    .map((each) => ({ ...each, table: table.name }));
}

function fromCatalog(state: ReleaseState, table: TableRef): readonly EnforcedConstraint[] {
  const objects = [...state.catalog.constraints(table), ...state.catalog.indexes(table)];
  return objects.flatMap((object) => {
    const sql = statementOf(object);
    if (sql === null) return [];
    return operationsOfText({ index: 0, sql, source: { file: "catalog", line: 1, column: 1 } }).flatMap((operation) =>
      operation.kind === "add-constraint" || operation.kind === "create-index" ? [operation] : [],
    );
  });
}

const KINDS = new Set(["c", "f", "p", "u", "x"]);

function statementOf(object: CatalogObject): string | null {
  if (object.kind === "constraint") return KINDS.has(object.attributes.type) ? recreateConstraint(object) : null;
  if (object.kind !== "index") return null;
  return object.attributes.unique && object.attributes.constraint === null ? object.definition : null;
}

/** The same table with one more constraint. */
export function withConstraint(state: ReleaseState, table: TableState, made: EnforcedConstraint): TableState {
  return { ...table, constraints: [...constraintsOn(state, table), made] };
}

/** The same table without a constraint. */
export function withoutConstraint(state: ReleaseState, table: TableState, name: string): TableState {
  const constraints = constraintsOn(state, table).filter((each) => nameOf(each) !== name);
  return { ...table, constraints, pending: table.pending.filter((each) => each.name !== name) };
}

function nameOf(enforced: EnforcedConstraint): string | null {
  return enforced.kind === "add-constraint" ? enforced.constraint.name : enforced.name;
}

/** The same table with a constraint under another name. */
export function withRenamedConstraint(state: ReleaseState, table: TableState, from: string, to: string): TableState {
  const renamed = <T extends ConstraintSpec>(spec: T): T => (spec.name === from ? { ...spec, name: to } : spec);
  const constraints = constraintsOn(state, table).map((each) =>
    each.kind === "add-constraint" ? { ...each, constraint: renamed(each.constraint) } : each,
  );
  return { ...table, constraints, pending: table.pending.map(renamed) };
}

/** What is on a table whose column is renamed. */
export function withRenamedColumn(
  state: ReleaseState,
  table: TableState,
  from: string,
  to: string,
): readonly EnforcedConstraint[] {
  const one = (name: string) => (name === from ? to : name);
  const sql = (text: string) => renamedIn(text, from, to);
  return constraintsOn(state, table).map((each): EnforcedConstraint => {
    if (each.kind === "create-index") {
      const keys = each.keys.map((key) => {
        const column = key.column === null ? null : one(key.column);
        return { ...key, column, expression: sql(key.expression) };
      });
      return { ...each, keys, predicate: each.predicate && sql(each.predicate) };
    }
    return { ...each, constraint: renamedSpec(each.constraint, one, sql) };
  });
}

function renamedSpec(
  spec: ConstraintSpec,
  one: (name: string) => string,
  sql: (text: string) => string,
): ConstraintSpec {
  switch (spec.type) {
    case "check":
      return { ...spec, expression: sql(spec.expression) };
    case "unique":
    case "primary key":
    case "foreign key":
      return { ...spec, columns: spec.columns.map(one) };
    case "not null":
      return { ...spec, column: one(spec.column) };
    case "exclusion": {
      const elements = spec.elements.map((each) => ({ ...each, expression: sql(each.expression) }));
      return { ...spec, elements, predicate: spec.predicate && sql(spec.predicate) };
    }
  }
}

/** An expression over a table after one of its columns is renamed. What is not understood stays as it is. */
function renamedIn(text: string, from: string, to: string): string {
  const tree = expressionTree(text);
  if (tree === null) return text;
  const mapped = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(mapped);
    if (value === null || typeof value !== "object") return value;
    if ("ColumnRef" in value) return { ColumnRef: renamedReference(value.ColumnRef as Reference, from, to) };
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, mapped(child)]));
  };
  return deparse(mapped(tree) as typeof tree);
}

interface Reference {
  readonly fields?: readonly { readonly String?: { readonly sval?: string } }[];
}

function renamedReference(reference: Reference, from: string, to: string): Reference {
  const fields = reference.fields ?? [];
  const last = fields.at(-1);
  return last?.String?.sval === from
    ? { ...reference, fields: [...fields.slice(0, -1), { String: { sval: to } }] }
    : reference;
}
