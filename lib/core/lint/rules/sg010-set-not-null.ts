import type { RangeVar } from "libpg-query";
import { chosenName } from "../../postgres/chosen-names.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as, strings } from "../../sql/tree.js";
import type { Known } from "../known/known.js";
import type { LintStatement } from "../lint-statement.js";
import { ALL_VERSIONS, type Report, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";
import { checkFirstForm } from "./support/check-first.js";
import { isOnlyCommand } from "./support/fixable.js";
import { provingChecks } from "./support/proof.js";

export const setNotNull: Rule = {
  id: "SG010",
  slug: "set-not-null",
  title: "SET NOT NULL reads the whole table under an exclusive lock",
  condition:
    "ALTER COLUMN … SET NOT NULL (or ADD NOT NULL without NOT VALID) while no valid CHECK proves the column free of NULLs.",
  effect: "The server reads every row while ACCESS EXCLUSIVE is held: reads and writes wait until it is done.",
  workaround:
    "Add CHECK (… IS NOT NULL) NOT VALID, validate it (which lets reads and writes pass), then SET NOT NULL, which trusts the CHECK and reads nothing. From PostgreSQL 18: ADD NOT NULL … NOT VALID, then VALIDATE.",
  lock: "AccessExclusiveLock",
  work: "scan",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["AT_SetNotNull", "CONSTR_NOTNULL"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_SetNotNull")) {
      yield* judge(statement, known, table, command.name ?? "", undefined);
    }
    for (const { table, command } of alterCommands(statement, "AT_AddConstraint")) {
      const constraint = as(command.def, "Constraint");
      if (constraint?.contype !== "CONSTR_NOTNULL" || constraint.skip_validation) continue;
      for (const column of strings(constraint.keys)) {
        yield* judge(statement, known, table, column, constraint.location);
      }
    }
  },
};

function* judge(
  statement: LintStatement,
  known: Known,
  table: RangeVar,
  column: string,
  location: number | undefined,
): Generator<Report> {
  const now = known.table(table);
  if (now?.columns.get(column)?.notNull || provingChecks(now, column).length > 0) return;
  const native = known.circumstances.versions.from >= 18;
  const statements = native ? nativeForm(table, column) : checkFirstForm(table, column);
  yield {
    statement,
    location,
    subject: { kind: "column", name: `${tableName(table)}.${column}` },
    table,
    message: `Making ${tableName(table)}.${column} NOT NULL reads the whole table under ACCESS EXCLUSIVE; until that is done nobody reads or writes it.`,
    remedy: {
      text: "Prove it first by a CHECK that is validated while others read and write. Each statement in a transaction of its own.",
      sql: `${statements.join(";\n")};`,
    },
    ...(isOnlyCommand(statement) && location === undefined ? { fix: checkFirstForm(table, column) } : {}),
  };
}

function nativeForm(table: RangeVar, column: string): string[] {
  const relation = readableRelation(table);
  const name = readableName(chosenName("not null", table.relname ?? "", [column]));
  return [
    `ALTER TABLE ${relation} ADD CONSTRAINT ${name} NOT NULL ${readableName(column)} NOT VALID`,
    `ALTER TABLE ${relation} VALIDATE CONSTRAINT ${name}`,
  ];
}
