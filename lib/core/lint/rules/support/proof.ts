import type { Node } from "libpg-query";
import { as, columnName } from "../../../sql/tree.js";
import type { KnownTable } from "../../known/table.js";

/** Whether a CHECK proves that a column is never NULL: `col IS NOT NULL`, alone or joined with AND. */
export function provesNotNull(expression: Node | null | undefined, column: string): boolean {
  const test = as(expression ?? undefined, "NullTest");
  if (test) return test.nulltesttype === "IS_NOT_NULL" && columnName(test.arg) === column;
  const junction = as(expression ?? undefined, "BoolExpr");
  return junction?.boolop === "AND_EXPR" && (junction.args ?? []).some((arg) => provesNotNull(arg, column));
}

/** The names of the valid CHECKs of a table that prove a column NOT NULL. */
export function provingChecks(table: KnownTable | undefined, column: string): (string | null)[] {
  return (table?.constraints ?? [])
    .filter((item) => item.type === "check" && item.validated && provesNotNull(item.expression, column))
    .map((item) => item.name);
}
