import type { RangeVar } from "libpg-query";
import { as, find } from "../../../sql/tree.js";
import { rangeKey } from "../../known/key.js";
import type { Known } from "../../known/known.js";
import type { LintStatement } from "../../lint-statement.js";
import { isUnconditional } from "./row-writes.js";

/**
 * Whether an earlier statement of the same transaction removed every row of a table, by TRUNCATE or an unconditional DELETE, and none has written
 * into it since.
 */
export function isEmptied(table: RangeVar, statement: LintStatement, known: Known): boolean {
  const { transaction } = statement;
  if (transaction === null || !known.certain) return false;
  const key = rangeKey(table);
  const here = known.passed().filter((other) => other.transaction?.id === transaction.id);
  const last = here.findLastIndex((other) => empties(other, key));
  return last >= 0 && !here.slice(last + 1).some((other) => writes(other, key));
}

function empties({ node, conditional }: LintStatement, key: string): boolean {
  if (conditional) return false;
  const truncate = as(node, "TruncateStmt");
  const del = as(node, "DeleteStmt");
  const whole = (relation: RangeVar | undefined) => relation?.inh === true && rangeKey(relation) === key;
  if (truncate) return (truncate.relations ?? []).some((each) => whole(as(each, "RangeVar")));
  return del !== undefined && !del.usingClause?.length && isUnconditional(del.whereClause) && whole(del.relation);
}

function writes({ node }: LintStatement, key: string): boolean {
  const into = [...find(node, "InsertStmt"), ...find(node, "MergeStmt"), ...find(node, "CopyStmt")];
  return into.some(({ relation }) => relation !== undefined && rangeKey(relation) === key);
}
