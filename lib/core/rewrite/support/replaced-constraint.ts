import type { RangeVar } from "libpg-query";
import type { LintStatement } from "../../lint/lint-statement.js";
import { as } from "../../sql/tree.js";
import type { RewriteContext } from "../kind.js";
import { commandsOn } from "./commands-on.js";

const REPLACEABLE = ["CONSTR_CHECK", "CONSTR_FOREIGN"] as const;

/** Whether the same migration adds a CHECK or foreign key that a statement drops again under its name, in this statement or later. */
export function isAddedAgain(
  name: string,
  table: RangeVar,
  statement: LintStatement,
  context: RewriteContext,
): boolean {
  if (!stands(name, table, context)) return false;
  const later = statement.script.statements.filter(({ index }) => index >= statement.index);
  return commandsOn(table, later, "constraint").some(({ command }) => {
    const constraint = as(command.def, "Constraint");
    return (
      command.subtype === "AT_AddConstraint" &&
      constraint?.conname === name &&
      constraint.is_enforced === true &&
      !constraint.skip_validation &&
      REPLACEABLE.some((each) => each === constraint.contype)
    );
  });
}

/** Whether a constraint that a statement adds gets the name of one that the same migration drops, and that was kept until then. */
export function isReplacement(
  name: string,
  table: RangeVar,
  statement: LintStatement,
  context: RewriteContext,
): boolean {
  if (!stands(name, table, context)) return false;
  const sofar = statement.script.statements.filter(({ index }) => index <= statement.index);
  return commandsOn(table, sofar, "constraint").some(
    ({ command }) => command.subtype === "AT_DropConstraint" && command.name === name,
  );
}

function stands(name: string, table: RangeVar, { known }: RewriteContext): boolean {
  const found = known.table(table)?.constraints.find((each) => each.name === name);
  return found?.type === "check" || found?.type === "foreign";
}
