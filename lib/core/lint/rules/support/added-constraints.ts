import type { Constraint, RangeVar } from "libpg-query";
import { columnConstraints } from "../../../sql/column-constraints.js";
import { readableName, readableRelation } from "../../../sql/readable-name.js";
import { as } from "../../../sql/tree.js";
import { columnsOfConstraint } from "../../known/from-definition.js";
import { rangeKey } from "../../known/key.js";
import type { Known } from "../../known/known.js";
import { nameOfConstraint } from "../../known/names-chosen.js";
import type { LintStatement } from "../../lint-statement.js";
import { alterCommands } from "./alter-commands.js";
import { commandCount, isOnlyCommand } from "./fixable.js";

export interface AddedConstraint {
  readonly table: RangeVar;
  readonly constraint: Constraint;
  readonly columns: readonly string[];
  /** The column added together with it; undefined for ADD CONSTRAINT. */
  readonly withColumn: string | undefined;
  /** As given, or as the server will choose it. */
  readonly name: string;
}

/** Constraints of one kind that an ALTER TABLE adds, separately or with a column. */
export function addedConstraints(
  statement: LintStatement,
  kind: NonNullable<Constraint["contype"]>,
  known: Known,
): AddedConstraint[] {
  const alone = alterCommands(statement, "AT_AddConstraint").flatMap(({ table, command }) => {
    const constraint = as(command.def, "Constraint");
    return constraint?.contype === kind ? [describe(known, table, constraint, undefined)] : [];
  });
  const inColumns = alterCommands(statement, "AT_AddColumn").flatMap(({ table, command }) => {
    const column = as(command.def, "ColumnDef");
    const fitting = column ? columnConstraints(column).filter((constraint) => constraint.contype === kind) : [];
    return fitting.map((constraint) => describe(known, table, constraint, column?.colname));
  });
  return [...alone, ...inColumns];
}

function describe(known: Known, table: RangeVar, constraint: Constraint, column: string | undefined): AddedConstraint {
  const columns = columnsOfConstraint(constraint, column);
  return {
    table,
    constraint,
    columns,
    withColumn: column,
    name: nameOfConstraint(constraint, rangeKey(table), columns, known),
  };
}

/** A key of ONLY the partitioned parent, which has no rows: nothing is built, and nothing holds until each partition's key is attached. */
export function isOfParentAlone({ table }: AddedConstraint, known: Known): boolean {
  return table.inh !== true && known.table(table)?.kind === "partitioned";
}

/** ADD … NOT VALID, then VALIDATE: the form that does not read the table under a strong lock. */
export function notValidForm(statement: LintStatement, added: AddedConstraint): readonly string[] {
  const relation = readableRelation(added.table);
  const name = readableName(added.name);
  return [
    `ALTER TABLE ${relation} ADD CONSTRAINT ${name} ${definitionText(statement, added)} NOT VALID`,
    `ALTER TABLE ${relation} VALIDATE CONSTRAINT ${name}`,
  ];
}

/** Whether that form may replace the statement: it does nothing else. */
export function mayBecomeNotValid(statement: LintStatement, added: AddedConstraint, known: Known): boolean {
  const table = known.table(added.table);
  return isOnlyCommand(statement) && added.withColumn === undefined && table?.kind !== "partitioned";
}

/** The constraint as written, without a leading `CONSTRAINT name`. */
function definitionText(statement: LintStatement, added: AddedConstraint): string {
  if (added.withColumn !== undefined || commandCount(statement) !== 1) return "…";
  const bytes = Buffer.from(statement.sql, "utf8");
  const text = bytes.subarray((added.constraint.location ?? 0) - statement.base).toString("utf8");
  return text.replace(/^constraint\s+(?:"(?:[^"]|"")*"|\S+)\s+/i, "").replace(/;?\s*$/, "");
}
