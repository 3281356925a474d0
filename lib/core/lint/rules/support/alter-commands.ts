import type { AlterTableType } from "libpg-query";
import { type AlterCommand, allCommands } from "../../../sql/tree.js";
import type { LintStatement } from "../../lint-statement.js";

/** The commands of an ALTER TABLE of these kinds, in order. */
export function alterCommands(statement: LintStatement, ...kinds: readonly AlterTableType[]): readonly AlterCommand[] {
  const all = allCommands(statement.node);
  return all.length === 0 ? all : all.filter(({ command }) => command.subtype && kinds.includes(command.subtype));
}
