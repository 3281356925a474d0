import type { RangeVar } from "libpg-query";
import { rangeKey } from "../../lint/known/key.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import { objectName } from "../../postgres/chosen-names.js";
import { type AlterCommand, as } from "../../sql/tree.js";
import type { RewriteContext, RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { commandsOn } from "../support/commands-on.js";
import { singleAlter } from "../support/single-alter.js";
import { changeType } from "./change-type.js";

/** A default that is dropped before a type change and set after it would be missing during the steps in between. */
export const defaultOfType: RewriteKind = {
  id: "default-of-type",
  title: "a default that changes in the transaction in which the second column takes over",
  takesAway: [],
  rewrite(statement, context) {
    const alter = singleAlter(statement, "AT_ColumnDefault");
    if (!alter || context.known.isNew(alter.table, statement)) return null;
    return isSwapped(alter, statement, context) || willBeSwapped(alter, statement, context) ? { moves: [] } : null;
  },
};

/** The swap of an earlier statement has renamed the column. */
function isSwapped({ table, command }: AlterCommand, statement: LintStatement, { known }: RewriteContext): boolean {
  const [name, old] = [command.name ?? "", objectName(command.name ?? "", "", "old")];
  const renamed = known.before(statement, "RenameStmt").some(({ node }) => {
    const { relation, subname, newname } = as(node, "RenameStmt") ?? {};
    return relation && rangeKey(relation) === rangeKey(table) && subname === name && newname === old;
  });
  const sofar = statement.script.statements.filter(({ index }) => index <= statement.index);
  return renamed && typeChanges(table, name, sofar).length > 0;
}

function willBeSwapped({ table, command }: AlterCommand, statement: LintStatement, context: RewriteContext): boolean {
  const later = statement.script.statements.filter(({ index }) => index >= statement.index);
  return typeChanges(table, command.name ?? "", later).some((each) => {
    const cmds = [{ AlterTableCmd: each.command }];
    const node = { AlterTableStmt: { relation: each.table, objtype: "OBJECT_TABLE" as const, cmds } };
    try {
      return changeType.rewrite({ ...statement, node }, context) !== null;
    } catch (error) {
      // The migration is refused at that statement.
      if (error instanceof NotRewritable) return false;
      throw error;
    }
  });
}

function typeChanges(table: RangeVar, column: string, statements: LintStatement["script"]["statements"]) {
  return commandsOn(table, statements, "type").filter(
    ({ command }) => command.subtype === "AT_AlterColumnType" && command.name === column,
  );
}
