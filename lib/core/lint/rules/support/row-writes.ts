import type { Node, RangeVar } from "libpg-query";
import { backfillMark } from "../../../migration/backfill-mark.js";
import { as, constant, find } from "../../../sql/tree.js";
import type { LintStatement } from "../../lint-statement.js";

/** Whether a comment tells the rollout to run the statement in batches. */
export function isBackfill({ script, index, nested }: LintStatement): boolean {
  if (script.text === undefined || nested) return false;
  return backfillMark(script.text, script.file, script.statements)?.statement === index;
}

export interface RowWrite {
  readonly verb: "UPDATE" | "DELETE" | "INSERT … SELECT";
  readonly table: RangeVar;
  readonly where: Node | undefined;
}

/** The UPDATE, DELETE or INSERT … SELECT that a statement is, or that its WITH contains. */
export function rowWrite(statement: LintStatement): RowWrite | undefined {
  const update =
    as(statement.node, "UpdateStmt") ?? find(as(statement.node, "SelectStmt")?.withClause, "UpdateStmt")[0];
  if (update?.relation)
    return { verb: "UPDATE", table: update.relation, where: joined(update.whereClause, update.fromClause) };
  const del = as(statement.node, "DeleteStmt") ?? find(as(statement.node, "SelectStmt")?.withClause, "DeleteStmt")[0];
  if (del?.relation) return { verb: "DELETE", table: del.relation, where: joined(del.whereClause, del.usingClause) };
  const insert = as(statement.node, "InsertStmt");
  const select = as(insert?.selectStmt, "SelectStmt");
  const reads = select && !select.valuesLists?.length && (select.fromClause?.length ?? 0) > 0;
  return reads && insert?.relation
    ? { verb: "INSERT … SELECT", table: insert.relation, where: insert.selectStmt }
    : undefined;
}

/** The other tables help to choose the rows. */
function joined(where: Node | undefined, from: readonly Node[] | undefined): Node | undefined {
  return from?.length ? { List: { items: [...from, ...(where ? [where] : [])] } } : where;
}

/** No condition, or one that is always true: `WHERE true`, `WHERE 1 = 1`. */
export function isUnconditional(where: Node | undefined): boolean {
  if (where === undefined) return true;
  const value = as(where, "A_Const");
  if (value) return value.boolval?.boolval === true;
  const comparison = as(where, "A_Expr");
  const [left, right] = [constant(comparison?.lexpr), constant(comparison?.rexpr)];
  const operator = as(comparison?.name?.[0], "String")?.sval;
  return left !== undefined && left === right && operator === "=";
}

/**
 * Whether a condition can only match a few rows: a LIMIT, or a plain column compared for equality or membership with constants, or within a range
 * that is closed at both ends.
 */
export function isBounded(where: Node | undefined): boolean {
  if (find(where, "SelectStmt").some((select) => select.limitCount !== undefined)) return true;
  const junction = as(where, "BoolExpr");
  if (junction?.boolop === "AND_EXPR") {
    const args = junction.args ?? [];
    const operators = args.flatMap((arg) => (isRange(arg) ? (rangeSide(arg) ?? []) : []));
    return args.some(isBounded) || (operators.includes("lower") && operators.includes("upper"));
  }
  const expression = as(where, "A_Expr");
  if (!expression || !as(expression.lexpr, "ColumnRef")) return false;
  if (expression.kind === "AEXPR_BETWEEN") return true;
  const operator = as(expression.name?.[0], "String")?.sval;
  const closed = expression.kind === "AEXPR_IN" || (expression.kind === "AEXPR_OP" && operator === "=");
  return closed && find(expression.rexpr, "ColumnRef").length === 0 && !isState(expression.lexpr);
}

/** A column whose equality does not say how many rows match: `status`, `is_active`, `type`. */
function isState(node: Node | undefined): boolean {
  const [reference] = find(node, "ColumnRef");
  const name = as(reference?.fields?.at(-1), "String")?.sval ?? "";
  return !/(^|_)(id|uuid|key|name|email|slug|code|ctid|version|path|url|token|title)$/i.test(name);
}

function isRange(node: Node): boolean {
  return as(node, "A_Expr")?.kind === "AEXPR_OP" && as(as(node, "A_Expr")?.lexpr, "ColumnRef") !== undefined;
}

function rangeSide(node: Node): "lower" | "upper" | undefined {
  const operator = as(as(node, "A_Expr")?.name?.[0], "String")?.sval;
  if (operator === ">" || operator === ">=") return "lower";
  return operator === "<" || operator === "<=" ? "upper" : undefined;
}
