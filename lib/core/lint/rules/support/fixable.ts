import { as } from "../../../sql/tree.js";
import type { LintStatement } from "../../lint-statement.js";

/**
 * Whether a statement may be replaced by several that take their locks one after the other: it is in the file
 * itself, and no transaction would hold their locks together.
 */
export function mayBeSplit(statement: LintStatement): boolean {
  return !statement.nested && statement.transaction === null && statement.script.text !== undefined;
}

/** The same for an ALTER TABLE that does one thing only. */
export function isOnlyCommand(statement: LintStatement): boolean {
  return commandCount(statement) === 1 && mayBeSplit(statement);
}

export function commandCount(statement: LintStatement): number {
  return as(statement.node, "AlterTableStmt")?.cmds?.length ?? 0;
}
