import type { DeleteStmt, InsertStmt, Node, RangeVar, UpdateStmt, WithClause } from "libpg-query";
import { isParsed, parseStatement } from "../../sql/parse.js";
import { identifier } from "../../sql/quote.js";
import type { Statement } from "../../sql/statement.js";
import { NotForetold, TableMap } from "./map-tables.js";
import type { ReleaseState } from "./release-state.js";
import { staged } from "./reshape.js";
import type { ColumnState, TableState, Uncertainty } from "./table-state.js";

/** A longer statement would make each later query just as long. */
const LONGEST_COMPOSED = 20_000;

/**
 * The table after an INSERT, UPDATE or DELETE, as a query over the rows before it. Throws `NotForetold` for a statement
 * that cannot be written as such a query.
 */
export function composedWrite(state: ReleaseState, table: TableState, statement: Statement): ReleaseState {
  if (statement.sql.length > LONGEST_COMPOSED) throw new NotForetold("it is too long");
  const parsed = parseStatement(statement);
  if (!isParsed(parsed)) throw new NotForetold("it cannot be read");
  const { node } = parsed;
  if ("UpdateStmt" in node) return updated(state, table, node.UpdateStmt);
  if ("DeleteStmt" in node) return deleted(state, table, node.DeleteStmt);
  if ("InsertStmt" in node) return inserted(state, table, node.InsertStmt);
  throw new NotForetold("it is of a kind that is not computed");
}

function updated(state: ReleaseState, table: TableState, tree: UpdateStmt): ReleaseState {
  const map = mapFor(state, tree.withClause);
  const alias = aliasOf(tree.relation);
  const values = new Map((tree.targetList ?? []).map((node) => assignment(node, table, map)));
  const where = tree.whereClause ? map.sql(tree.whereClause) : "true";
  const from = tree.fromClause ?? [];
  const prefix = withPrefix(tree.withClause, map);
  const old = (column: ColumnState) => `${alias}.${identifier(column.name)}`;
  const plain = table.columns.map((column) => {
    const value = values.get(column.name);
    const set =
      value === undefined
        ? old(column)
        : `CASE WHEN (${where}) THEN (${value})::${column.type} ELSE ${old(column)} END`;
    return `${set} AS ${identifier(column.name)}`;
  });
  const joined = table.columns.map((column) => {
    const name = identifier(column.name);
    return `${values.has(column.name) ? `CASE WHEN found."$found" THEN found.${name} ELSE ${old(column)} END` : old(column)} AS ${name}`;
  });
  const found = [...values].map(([name, value]) => `(${value})::${typeOf(table, name)} AS ${identifier(name)}`);
  const sql =
    from.length === 0
      ? `${prefix}SELECT ${plain.join(", ")} FROM ${table.rows.from} AS ${alias}`
      : `${prefix}SELECT ${joined.join(", ")} FROM ${table.rows.from} AS ${alias} LEFT JOIN LATERAL (SELECT true AS "$found", ${found.join(", ")} FROM ${map.list(from)} WHERE (${where}) LIMIT 1) AS found ON true`;
  const generated = table.columns.filter((column) => column.generated).map((column) => column.name);
  const reason = `${table.name.name} has columns that are computed from what an UPDATE before it sets`;
  const columns = table.columns.map((column) => (values.has(column.name) ? { ...column, origin: null } : column));
  const uncertainties = generated.length > 0 ? [{ columns: generated, reason }] : [];
  return settled(state, { ...table, columns }, map, sql, uncertainties);
}

function assignment(node: Node, table: TableState, map: TableMap): [string, string] {
  if (!("ResTarget" in node)) throw new NotForetold("it assigns in a form that is not computed");
  const { name = "", val, indirection } = node.ResTarget;
  const column = table.columns.find((each) => each.name === name);
  if (!column || !val || indirection || "MultiAssignRef" in val) {
    throw new NotForetold("it assigns in a form that is not computed");
  }
  return [name, "SetToDefault" in val ? constantDefault(column) : map.sql(val)];
}

function deleted(state: ReleaseState, table: TableState, tree: DeleteStmt): ReleaseState {
  const map = mapFor(state, tree.withClause);
  const alias = aliasOf(tree.relation);
  const where = tree.whereClause ? map.sql(tree.whereClause) : "true";
  const using = tree.usingClause ?? [];
  const kept =
    using.length === 0 ? `(${where}) IS NOT TRUE` : `NOT EXISTS (SELECT FROM ${map.list(using)} WHERE (${where}))`;
  const list = table.columns.map((column) => `${alias}.${identifier(column.name)}`).join(", ");
  const sql = `${withPrefix(tree.withClause, map)}SELECT ${list} FROM ${table.rows.from} AS ${alias} WHERE ${kept}`;
  return settled(state, table, map, sql, []);
}

function inserted(state: ReleaseState, table: TableState, tree: InsertStmt): ReleaseState {
  const map = mapFor(state, tree.withClause);
  if (tree.onConflictClause || !tree.selectStmt) throw new NotForetold("it inserts in a form that is not computed");
  const named = (tree.cols ?? []).map((node) => ("ResTarget" in node ? (node.ResTarget.name ?? "") : ""));
  const targets = named.length > 0 ? named : table.columns.map((column) => column.name);
  const source = map.sql(tree.selectStmt);
  if (/\bDEFAULT\b/.test(source)) throw new NotForetold("it inserts defaults among its values");
  const unknown: string[] = [];
  const list = table.columns.map((column) => {
    const at = targets.indexOf(column.name);
    const value =
      at >= 0 && at < widthOf(tree.selectStmt, targets) ? `added.c${at}` : defaultOrUnknown(column, unknown);
    return `(${value})::${column.type}`;
  });
  const width = widthOf(tree.selectStmt, targets);
  const names = targets
    .slice(0, width)
    .map((_, at) => `c${at}`)
    .join(", ");
  const old = table.columns.map((column) => identifier(column.name)).join(", ");
  const sql = `${withPrefix(tree.withClause, map)}SELECT ${old} FROM ${table.rows.from} AS kept UNION ALL SELECT ${list.join(", ")} FROM (${source}) AS added(${names})`;
  const reason = `An INSERT before it fills ${unknown.join(", ")} of ${table.name.name} with values that are not known yet`;
  return settled(state, table, map, sql, unknown.length > 0 ? [{ columns: unknown, reason }] : []);
}

/** How many columns the rows have: VALUES may have fewer than the table. */
function widthOf(source: Node | undefined, targets: readonly string[]): number {
  const first = source && "SelectStmt" in source ? source.SelectStmt.valuesLists?.[0] : undefined;
  return first && "List" in first ? (first.List.items?.length ?? 0) : targets.length;
}

function defaultOrUnknown(column: ColumnState, unknown: string[]): string {
  if (column.default !== null && !/\bnextval\s*\(/i.test(column.default) && !column.generated) return column.default;
  if (column.default !== null || column.generated || column.numbered) unknown.push(column.name);
  return "NULL";
}

function constantDefault(column: ColumnState): string {
  if (column.generated || column.numbered || /\bnextval\s*\(/i.test(column.default ?? "")) {
    throw new NotForetold("it sets a default that each row gets again");
  }
  return column.default ?? "NULL";
}

function mapFor(state: ReleaseState, clause: WithClause | undefined): TableMap {
  const names = (clause?.ctes ?? []).flatMap((node) =>
    "CommonTableExpr" in node && node.CommonTableExpr.ctename ? [node.CommonTableExpr.ctename] : [],
  );
  return new TableMap(state, new Set(names));
}

function withPrefix(clause: WithClause | undefined, map: TableMap): string {
  if (!clause) return "";
  return `WITH ${clause.recursive ? "RECURSIVE " : ""}${map.list(clause.ctes ?? [])} `;
}

function aliasOf(relation: RangeVar | undefined): string {
  return identifier(relation?.alias?.aliasname ?? relation?.relname ?? "");
}

function typeOf(table: TableState, name: string): string {
  return table.columns.find((column) => column.name === name)?.type ?? "text";
}

function settled(
  state: ReleaseState,
  table: TableState,
  map: TableMap,
  sql: string,
  uncertainties: readonly Uncertainty[],
): ReleaseState {
  const made = staged(state, [table.rows, ...map.rows], sql);
  const inherited = [...map.used].flatMap((each) =>
    each.uncertainties.map(({ reason }) => ({ columns: null, reason })),
  );
  return made.state.with({
    ...table,
    rows: made.rows,
    ownRows: made.rows,
    uncertainties: [...table.uncertainties, ...inherited, ...uncertainties],
    sameRows: false,
  });
}
