import type { Node, SelectStmt } from "libpg-query";
import { typeOf } from "../../postgres/column-type.js";
import { as, strings } from "../../sql/tree.js";
import type { OutputColumn } from "./dependents.js";
import { rangeKey } from "./key.js";
import type { Known } from "./known.js";

/**
 * The columns of a query, by the names that the server gives them (FigureColname of parse_target.c), with the types that are plain to see; null where
 * a name depends on something unknown.
 */
export function outputsOf(known: Known, query: Node, aliases: readonly string[]): readonly OutputColumn[] | null {
  const select = leftmost(as(query, "SelectStmt"));
  if (!select?.targetList) return null;
  const columns: OutputColumn[] = [];
  for (const item of select.targetList) {
    const target = as(item, "ResTarget");
    const found = target?.name === undefined ? derived(known, select, target?.val) : named(known, select, target);
    if (!found) return null;
    columns.push(...found);
  }
  return columns.map((column, at) => ({ ...column, name: aliases[at] ?? column.name }));
}

function leftmost(select: SelectStmt | undefined): SelectStmt | undefined {
  return select?.larg ? leftmost(select.larg) : select;
}

function named(
  known: Known,
  select: SelectStmt,
  target: { readonly name?: string; readonly val?: Node },
): readonly OutputColumn[] {
  return [{ name: target.name ?? "", type: typeIn(known, select, target.val) }];
}

/** A column's own name, a star's columns, or the name that the server makes for an expression. */
function derived(known: Known, select: SelectStmt, value: Node | undefined): readonly OutputColumn[] | null {
  const fields = as(value, "ColumnRef")?.fields;
  if (!as(fields?.at(-1), "A_Star")) {
    const name = figured(value);
    return name === null ? null : [{ name: name || "?column?", type: typeIn(known, select, value) }];
  }
  const table = only(known, select);
  if (!table?.complete || (strings(fields).length > 0 && strings(fields).at(-1) !== table.alias)) return null;
  return [...table.columns.values()].map(({ name, type }) => ({ name, type }));
}

/** Empty for an expression without a name of its own; null for one whose name we cannot tell. */
function figured(value: Node | undefined): string | null {
  const call = as(value, "FuncCall");
  if (call) return strings(call.funcname).at(-1) ?? null;
  const cast = as(value, "TypeCast");
  if (cast) return figured(cast.arg) || (strings(cast.typeName?.names).at(-1) ?? null);
  if (as(value, "ColumnRef")) return strings(as(value, "ColumnRef")?.fields).at(-1) ?? null;
  if (as(value, "CoalesceExpr")) return "coalesce";
  const nameless = as(value, "A_Const") ?? as(value, "A_Expr") ?? as(value, "BoolExpr") ?? as(value, "NullTest");
  return nameless ? "" : null;
}

function typeIn(known: Known, select: SelectStmt, value: Node | undefined) {
  const cast = as(value, "TypeCast");
  if (cast) return typeOf(cast.typeName);
  const fields = as(value, "ColumnRef")?.fields;
  const column = fields && !select.larg ? strings(fields).at(-1) : undefined;
  return (column !== undefined && only(known, select)?.columns.get(column)?.type) || null;
}

/** The only table that the query reads, if there is just one. */
function only(known: Known, select: SelectStmt) {
  const [relation, ...others] = select.fromClause ?? [];
  const range = as(relation, "RangeVar");
  if (!range || others.length > 0 || select.withClause || select.op !== "SETOP_NONE") return null;
  const table = known.tables.get(rangeKey(range));
  if (!table || (range.alias?.colnames ?? []).length > 0) return null;
  return { ...table, alias: range.alias?.aliasname ?? range.relname };
}
