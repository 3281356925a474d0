import type { Constraint, RangeVar } from "libpg-query";
import { derivedName } from "../../../sql/derived-name.js";
import { readableName, readableRelation } from "../../../sql/readable-name.js";
import { as } from "../../../sql/tree.js";
import { columnConstraints, columnsOfConstraint } from "../../known/from-definition.js";
import type { Known } from "../../known/known.js";
import type { LintStatement } from "../../lint-statement.js";
import { alterCommands } from "./alter-commands.js";
import { commandCount, isOnlyCommand } from "./fixable.js";

export interface AddedConstraint {
  readonly table: RangeVar;
  readonly constraint: Constraint;
  readonly columns: readonly string[];
  /** The column that is added together with it; undefined for ADD CONSTRAINT. */
  readonly withColumn: string | undefined;
  /** As given, or as the server will choose it. */
  readonly name: string;
}

const LABELS: Partial<Record<NonNullable<Constraint["contype"]>, string>> = {
  CONSTR_CHECK: "check",
  CONSTR_FOREIGN: "fkey",
  CONSTR_UNIQUE: "key",
  CONSTR_PRIMARY: "pkey",
  CONSTR_EXCLUSION: "excl",
};

/** Constraints of one kind that an ALTER TABLE adds, by themselves or with a column. */
export function addedConstraints(
  statement: LintStatement,
  kind: NonNullable<Constraint["contype"]>,
): AddedConstraint[] {
  const alone = alterCommands(statement, "AT_AddConstraint").flatMap(({ table, command }) => {
    const constraint = as(command.def, "Constraint");
    return constraint?.contype === kind ? [describe(table, constraint, undefined)] : [];
  });
  const inColumns = alterCommands(statement, "AT_AddColumn").flatMap(({ table, command }) => {
    const column = as(command.def, "ColumnDef");
    const fitting = column ? columnConstraints(column).filter((constraint) => constraint.contype === kind) : [];
    return fitting.map((constraint) => describe(table, constraint, column?.colname));
  });
  return [...alone, ...inColumns];
}

function describe(table: RangeVar, constraint: Constraint, column: string | undefined): AddedConstraint {
  const columns = columnsOfConstraint(constraint, column);
  return {
    table,
    constraint,
    columns,
    withColumn: column,
    name: constraint.conname ?? serverName(table, constraint, columns),
  };
}

function serverName(table: RangeVar, constraint: Constraint, columns: readonly string[]): string {
  const label = (constraint.contype && LABELS[constraint.contype]) ?? "check";
  const named = constraint.contype === "CONSTR_CHECK" && columns.length !== 1 ? "" : columns.join("_");
  return derivedName(table.relname ?? "", constraint.contype === "CONSTR_PRIMARY" ? "" : named, label);
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

/** Whether that form may replace the statement: it does nothing else, and the name is free as far as is known. */
export function mayBecomeNotValid(statement: LintStatement, added: AddedConstraint, known: Known): boolean {
  const table = known.table(added.table);
  const taken = added.constraint.conname === undefined && table?.constraints.some((item) => item.name === added.name);
  return isOnlyCommand(statement) && added.withColumn === undefined && !taken && table?.kind !== "partitioned";
}

/** The constraint as written, without `CONSTRAINT name` before it. */
function definitionText(statement: LintStatement, added: AddedConstraint): string {
  if (added.withColumn !== undefined || commandCount(statement) !== 1) return "…";
  const bytes = Buffer.from(statement.sql, "utf8");
  const text = bytes.subarray((added.constraint.location ?? 0) - statement.base).toString("utf8");
  return text.replace(/^constraint\s+(?:"(?:[^"]|"")*"|\S+)\s+/i, "").replace(/;?\s*$/, "");
}
