import type { LintStatement } from "../../lint/lint-statement.js";
import type { AddedConstraint } from "../../lint/rules/support/added-constraints.js";
import { indexFirstForm, isPlainKey } from "../../lint/rules/support/index-first.js";
import { readableName } from "../../sql/readable-name.js";
import type { Move, RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { refuseUnfit } from "./added-constraint.js";
import { keyOnPartitions } from "./key-on-partitions.js";
import { isSameKey, replacedKey, replaceKeyMoves } from "./replaced-key.js";

/**
 * CREATE UNIQUE INDEX CONCURRENTLY, then a constraint of the same name that takes it over, in place of one that it replaces. Throws `NotRewritable`.
 */
export function indexFirstMoves(
  statement: LintStatement,
  added: AddedConstraint,
  context: RewriteContext,
): readonly Move[] {
  refuseUnfit(statement, added, context);
  const { known } = context;
  if (!isPlainKey(added))
    throw new NotRewritable("form", `${added.name} has storage parameters, a tablespace or WITHOUT OVERLAPS`);
  const replaced = replacedKey(added, statement, context);
  if (replaced) return isSameKey(added, replaced, statement, context) ? [] : replaceKeyMoves(added, replaced, context);
  if (known.index([added.table.schemaname ?? "", added.name]))
    throw new NotRewritable("name-taken", `there is an index ${readableName(added.name)} already`);
  if (known.table(added.table)?.kind === "partitioned") return keyOnPartitions(added, context);
  const [index = "", constraint = ""] = indexFirstForm(added);
  return [
    { sql: index, phase: "expand", slug: "index" },
    { sql: constraint, phase: "switch", slug: "constraint" },
  ];
}
