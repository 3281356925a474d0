import type { ColumnSpec } from "../../operations/index.js";
import { identifier } from "../../sql/quote.js";
import { baseType, domainDefault } from "../support/domains.js";
import { withRenamedColumn } from "./constraints.js";
import type { ReleaseState } from "./release-state.js";
import type { Rows } from "./rows.js";
import type { ColumnState, TableState } from "./table-state.js";

/** A query that reads one table and gives what the table holds from then on. */
export function staged(state: ReleaseState, rows: readonly Rows[], sql: string): { state: ReleaseState; rows: Rows } {
  const name = identifier(`$${state.stages + 1}`);
  const stages = [...new Map(rows.flatMap((each) => each.stages).map((stage) => [stage.name, stage])).values()];
  const reads = [...new Set(rows.flatMap((each) => each.reads))];
  return { state: state.withStage(), rows: { from: name, stages: [...stages, { name, sql }], reads } };
}

/** The table with other columns, each given by SQL over the earlier columns. The rows stay the same. */
function reshaped(
  state: ReleaseState,
  table: TableState,
  columns: readonly { readonly column: ColumnState; readonly sql: string }[],
  key: readonly string[] = table.key,
): ReleaseState {
  const list = columns.map(({ column, sql }) => `${sql} AS ${identifier(column.name)}`).join(", ");
  const alias = identifier(table.name.name);
  const tree = staged(state, [table.rows], `SELECT ${list} FROM ${table.rows.from} AS ${alias}`);
  const same = table.ownRows === table.rows;
  const own = same
    ? tree
    : staged(tree.state, [table.ownRows], `SELECT ${list} FROM ${table.ownRows.from} AS ${alias}`);
  const rows = tree.rows;
  const ownRows = same ? rows : own.rows;
  return own.state.with({ ...table, columns: columns.map(({ column }) => column), key, rows, ownRows });
}

function unchanged(columns: readonly ColumnState[]) {
  return columns.map((column) => ({ column, sql: identifier(column.name) }));
}

export function renamedColumn(state: ReleaseState, table: TableState, from: string, to: string): ReleaseState {
  const columns = table.columns.map((column) => ({
    column: column.name === from ? { ...column, name: to } : column,
    sql: identifier(column.name),
  }));
  const key = table.key.map((name) => (name === from ? to : name));
  const uncertainties = table.uncertainties.map(({ columns: names, reason }) => ({
    columns: names?.map((name) => (name === from ? to : name)) ?? null,
    reason,
  }));
  const pending = table.pending.map((each) =>
    each.type === "not null" && each.column === from ? { ...each, column: to } : each,
  );
  const constraints = withRenamedColumn(state, table, from, to);
  return reshaped(state, { ...table, uncertainties, pending, constraints }, columns, key);
}

export function droppedColumn(state: ReleaseState, table: TableState, name: string): ReleaseState {
  const columns = table.columns.filter((column) => column.name !== name);
  return state.with({ ...table, columns, key: table.key.includes(name) ? [] : table.key });
}

/** A column whose values are its default, a different number for each row, or computed from the others. */
export function addedColumn(state: ReleaseState, table: TableState, spec: ColumnSpec): ReleaseState {
  const column = columnState(state, spec);
  return reshaped(state, table, [...unchanged(table.columns), { column, sql: valueOfAdded(state, spec) }]);
}

/** A column as the release defines it. */
export function columnState(state: ReleaseState, spec: ColumnSpec): ColumnState {
  return {
    name: spec.name,
    type: state.typeNow(spec.type),
    collation: spec.collation,
    notNull: spec.notNull,
    default: spec.default,
    generated: spec.generated !== "",
    numbered: spec.serial || spec.identity !== "",
    origin: null,
    stood: null,
  };
}

function valueOfAdded(state: ReleaseState, spec: ColumnSpec): string {
  const type = state.typeNow(spec.type);
  if (spec.serial || spec.identity !== "") return `(row_number() OVER ())::${type}`;
  const value = spec.generationExpression ?? spec.default ?? domainDefault(type, state) ?? "NULL";
  // A separate probe asks whether its domain accepts the value.
  return `(${value})::${baseType(type, state)}`;
}

export function convertedColumn(
  state: ReleaseState,
  table: TableState,
  name: string,
  change: { readonly type: string; readonly using: string | null; readonly collation: string | null },
): ReleaseState {
  const columns = unchanged(table.columns).map((each) => {
    if (each.column.name !== name) return each;
    const type = state.typeNow(change.type);
    const column = { ...each.column, type, collation: change.collation, origin: null };
    const value = change.using === null || type !== change.type ? each.sql : change.using;
    return { column, sql: `(${value})::${type}${collateOf(each.column, column)}` };
  });
  return reshaped(state, table, columns);
}

/** Values are compared under the column's collation from then on. */
function collateOf(before: ColumnState, { collation, type }: ColumnState): string {
  if (collation === before.collation) return "";
  if (collation !== null) return ` COLLATE ${collation}`;
  return /^(text|varchar|character varying|char|character|bpchar)\b/i.test(type) ? ' COLLATE pg_catalog."default"' : "";
}

/** A column that another expression computes from the others. */
export function recomputedColumn(state: ReleaseState, table: TableState, name: string, sql: string): ReleaseState {
  const columns = unchanged(table.columns).map((each) =>
    each.column.name === name
      ? { column: { ...each.column, origin: null }, sql: `(${sql})::${each.column.type}` }
      : each,
  );
  return reshaped(state, table, columns);
}

/** The table after a change to a column that does not show in its values. */
export function withColumn(
  state: ReleaseState,
  table: TableState,
  name: string,
  change: Partial<Pick<ColumnState, "notNull" | "default" | "generated">>,
): ReleaseState {
  const columns = table.columns.map((column) => (column.name === name ? { ...column, ...change } : column));
  return state.with({ ...table, columns });
}

export function emptiedTable(state: ReleaseState, table: TableState): ReleaseState {
  const list = table.columns.map((column) => identifier(column.name)).join(", ");
  const made = staged(state, [table.rows], `SELECT ${list} FROM ${table.rows.from} AS emptied WHERE false`);
  return made.state.with({ ...table, rows: made.rows, ownRows: made.rows, uncertainties: [], sameRows: false });
}

/** A table that the release creates: without rows. */
export function createdTable(
  state: ReleaseState,
  name: TableState["name"],
  columns: readonly ColumnState[],
  key: readonly string[] = [],
): ReleaseState {
  const list = columns.map((column) => `NULL::${column.type} AS ${identifier(column.name)}`).join(", ");
  const made = staged(state, [], `SELECT ${list} WHERE false`);
  const own = columns.map((column) => ({ ...column, origin: null, stood: null }));
  const { rows } = made;
  const none = { uncertainties: [], indexes: [], pending: [], constraints: [], partitionKey: null, partitionOf: null };
  return made.state.with({ name, origin: null, columns: own, key, rows, ownRows: rows, ...none, sameRows: true });
}
