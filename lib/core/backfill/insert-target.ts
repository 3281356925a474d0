import type { InsertStmt, Node, RangeVar, SelectStmt } from "libpg-query";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { sameTable } from "../catalog/tables.js";
import { resolveTable } from "../operations/resolve.js";
import { as, strings } from "../sql/tree.js";
import { NotCuttable } from "./refusal.js";
import { nameOfRange, scopeOf, whoHas } from "./scope.js";
import { nameIn, type Shape } from "./statement-shape.js";
import { joinedSeveralTimes, uniqueKeys } from "./unique-join.js";

/** Columns of the written table that are filled unchanged from a column of the walked one. */
function copies(
  before: CatalogIndex,
  insert: InsertStmt,
  select: SelectStmt,
  walkedAs: string,
  written: TableRef,
): ReadonlyMap<string, string> {
  const scope = scopeOf(select.fromClause ?? [], before, new Set());
  const given = (insert.cols ?? []).map((item) => as(item, "ResTarget")?.name ?? "");
  const columns = given.length > 0 ? given : before.columns(written).map(({ id }) => id.name);
  const walked = scope.get(walkedAs);
  const found = new Map<string, string>();
  for (const [at, item] of (select.targetList ?? []).entries()) {
    const reference = as(as(item, "ResTarget")?.val, "ColumnRef");
    if ((reference?.fields ?? []).some((field) => "A_Star" in field)) return new Map();
    const fields = strings(reference?.fields);
    const source = fields.length > 0 ? whoHas(fields, [scope]) : null;
    if (source?.certain && source.source === walked) found.set(columns[at] ?? "", fields.at(-1) ?? "");
  }
  return found;
}

/**
 * DO NOTHING keeps the first of two conflicting rows, and batches insert them in a different order: no two rows of the query may have the same key.
 * Throws `NotCuttable`.
 */
export function refuseConflict(
  before: CatalogIndex,
  insert: InsertStmt,
  select: SelectStmt,
  written: TableRef,
  walked: TableRef,
): void {
  if (!insert.onConflictClause) return;
  const [first] = select.fromClause ?? [];
  const walkedAs = first ? leftmost(first) : "";
  const scope = scopeOf(select.fromClause ?? [], before, new Set());
  const filled = copies(before, insert, select, walkedAs, written);
  const several = joinedSeveralTimes(before, { scope, known: [walkedAs] }, select.fromClause ?? [], select.whereClause);
  const ofWalked = uniqueKeys(before, walked);
  const apart = (columns: readonly string[]) =>
    ofWalked.some((key) => key.every((column) => columns.some((each) => filled.get(each) === column)));
  const keys = uniqueKeys(before, written);
  const all = before
    .indexes(written)
    .filter(({ attributes }) => attributes.unique || attributes.constraint !== null).length;
  if (several !== null || all > keys.length || !keys.every(apart))
    throw new NotCuttable(
      "whole",
      "ON CONFLICT DO NOTHING keeps the first of several rows, and batches bring them in another order",
    );
}

function leftmost(item: Node): string {
  const join = as(item, "JoinExpr");
  if (join?.larg) return leftmost(join.larg);
  const range = as(item, "RangeVar");
  return range ? nameOfRange(range) : "";
}

/**
 * `NOT EXISTS (SELECT … FROM written w WHERE w.copy = walked.key)`, where the INSERT fills that column from that key: the rows that batches have
 * inserted belong to other keys, so the query never meets them. The ranges that may be read.
 */
export function harmlessLookup(
  before: CatalogIndex,
  shape: Shape,
  written: TableRef,
  walked: TableRef,
  key: readonly string[],
): readonly RangeVar[] {
  const select = as(shape.insert?.selectStmt, "SelectStmt");
  if (!select || !shape.insert || key.length !== 1 || sameTable(written, walked)) return [];
  const filled = copies(before, shape.insert, select, nameIn(shape.walked), written);
  const outer = scopeOf(select.fromClause ?? [], before, new Set());
  const both = as(select.whereClause, "BoolExpr");
  const conditions = both?.boolop === "AND_EXPR" ? (both.args ?? []) : select.whereClause ? [select.whereClause] : [];
  return conditions.flatMap((condition) => {
    const not = as(condition, "BoolExpr");
    const link = not?.boolop === "NOT_EXPR" ? as(not.args?.[0], "SubLink") : undefined;
    const query = link?.subLinkType === "EXISTS_SUBLINK" ? as(link.subselect, "SelectStmt") : undefined;
    const range = query?.fromClause?.length === 1 ? as(query.fromClause[0], "RangeVar") : undefined;
    if (!query || !range) return [];
    const table = resolveTable({ schema: range.schemaname ?? null, name: range.relname ?? "" }, before);
    if (!sameTable(table, written)) return [];
    const scopes = [scopeOf([{ RangeVar: range }], before, new Set()), outer];
    const side = (node: Node | undefined) => {
      const fields = strings(as(node, "ColumnRef")?.fields);
      const found = fields.length > 0 ? whoHas(fields, scopes) : null;
      return found?.certain ? { level: found.level, table: found.source.table, column: fields.at(-1) ?? "" } : null;
    };
    const ands = as(query.whereClause, "BoolExpr");
    const tests = ands?.boolop === "AND_EXPR" ? (ands.args ?? []) : query.whereClause ? [query.whereClause] : [];
    const own = tests.some((test) => {
      const equal = as(test, "A_Expr");
      if (equal?.kind !== "AEXPR_OP" || strings(equal.name).join() !== "=") return false;
      const [left, right] = [side(equal.lexpr), side(equal.rexpr)];
      const [inner, far] = left?.level === 0 ? [left, right] : [right, left];
      const isKey = far?.level === 1 && far.column === key[0] && far.table !== null && sameTable(far.table, walked);
      return inner?.level === 0 && isKey && filled.get(inner.column) === far.column;
    });
    return own ? [range] : [];
  });
}
