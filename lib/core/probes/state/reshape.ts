import type { ColumnSpec } from "../../operations/index.js";
import { identifier } from "../../sql/quote.js";
import type { ReleaseState } from "./release-state.js";
import type { Rows } from "./rows.js";
import type { ColumnState, TableState } from "./table-state.js";

/** A query that reads one table and becomes what the table holds from then on. */
export function staged(state: ReleaseState, rows: readonly Rows[], sql: string): { state: ReleaseState; rows: Rows } {
  const name = identifier(`$${state.stages + 1}`);
  const stages = [...new Map(rows.flatMap((each) => each.stages).map((stage) => [stage.name, stage])).values()];
  const reads = [...new Set(rows.flatMap((each) => each.reads))];
  return { state: state.withStage(), rows: { from: name, stages: [...stages, { name, sql }], reads } };
}

/** The table with other columns, each given by SQL over the columns before. The rows stay the same ones. */
export function reshaped(
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
  const doubts = table.doubts.map(({ columns: names, reason }) => ({
    columns: names?.map((name) => (name === from ? to : name)) ?? null,
    reason,
  }));
  return reshaped(state, { ...table, doubts }, columns, key);
}

export function droppedColumn(state: ReleaseState, table: TableState, name: string): ReleaseState {
  const columns = table.columns.filter((column) => column.name !== name);
  return state.with({ ...table, columns, key: table.key.includes(name) ? [] : table.key });
}

/** A column whose values are its default, a number of its own for each row, or computed from the others. */
export function addedColumn(state: ReleaseState, table: TableState, spec: ColumnSpec): ReleaseState {
  const column: ColumnState = {
    name: spec.name,
    type: spec.type,
    collation: spec.collation,
    notNull: spec.notNull,
    default: spec.default,
    generated: spec.generated !== "",
    origin: null,
  };
  return reshaped(state, table, [...unchanged(table.columns), { column, sql: valueOfAdded(spec) }]);
}

function valueOfAdded(spec: ColumnSpec): string {
  if (spec.serial || spec.identity !== "") return `(row_number() OVER ())::${spec.type}`;
  return `(${spec.generationExpression ?? spec.default ?? "NULL"})::${spec.type}`;
}

export function convertedColumn(
  state: ReleaseState,
  table: TableState,
  name: string,
  change: { readonly type: string; readonly using: string | null; readonly collation: string | null },
): ReleaseState {
  const columns = unchanged(table.columns).map((each) => {
    if (each.column.name !== name) return each;
    const column = { ...each.column, type: change.type, collation: change.collation, origin: null };
    return { column, sql: `(${change.using ?? each.sql})::${change.type}` };
  });
  return reshaped(state, table, columns);
}

/** The table with one thing about a column changed that its values do not show. */
export function withColumn(
  state: ReleaseState,
  table: TableState,
  name: string,
  change: Partial<Pick<ColumnState, "notNull" | "default" | "generated">>,
): ReleaseState {
  const columns = table.columns.map((column) => (column.name === name ? { ...column, ...change } : column));
  return state.with({ ...table, columns });
}

export function createdTable(state: ReleaseState, name: TableState["name"], specs: readonly ColumnSpec[]) {
  const columns = specs.map(
    (spec): ColumnState => ({
      name: spec.name,
      type: spec.type,
      collation: spec.collation,
      notNull: spec.notNull,
      default: spec.default,
      generated: spec.generated !== "",
      origin: null,
    }),
  );
  const list = specs.map((spec) => `NULL::${spec.type} AS ${identifier(spec.name)}`).join(", ");
  const made = staged(state, [], `SELECT ${list} WHERE false`);
  return made.state.with({
    name,
    origin: null,
    columns,
    key: [],
    rows: made.rows,
    ownRows: made.rows,
    doubts: [],
    pending: [],
    sameRows: true,
  });
}
