import type { AlterTableType } from "libpg-query";
import type { LintStatement } from "../../lint/lint-statement.js";
import { alterCommands } from "../../lint/rules/support/alter-commands.js";
import { readableRelation } from "../../sql/readable-name.js";
import type { AlterCommand } from "../../sql/tree.js";
import { NotRewritable } from "../refusal.js";

/** The only command of an ALTER TABLE, if it is of this kind. Throws `NotRewritable` for ONLY, which the replacement does not carry over. */
export function singleAlter(statement: LintStatement, kind: AlterTableType): AlterCommand | null {
  const [only, ...others] = alterCommands(statement, kind);
  return only && others.length === 0 ? only : null;
}

export function refuseOnly({ table }: AlterCommand): void {
  if (table.inh !== true)
    throw new NotRewritable(
      "only",
      `ALTER TABLE ONLY ${readableRelation(table)} leaves out tables that inherit from it`,
    );
}
