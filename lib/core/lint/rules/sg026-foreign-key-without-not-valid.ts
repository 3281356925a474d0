import { as } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import {
  type AddedConstraint,
  addedConstraints,
  mayBecomeNotValid,
  notValidForm,
} from "./support/added-constraints.js";
import { alterCommands } from "./support/alter-commands.js";
import { defaultOf } from "./support/default-of.js";

export const foreignKeyWithoutNotValid: Rule = {
  id: "SG026",
  slug: "foreign-key-without-not-valid",
  title: "A foreign key is added without NOT VALID",
  condition:
    "ADD CONSTRAINT … FOREIGN KEY without NOT VALID on an existing table; also ADD COLUMN … REFERENCES with a default. A new column without default holds NULLs only and is not checked.",
  effect:
    "Every row is looked up in the parent while SHARE ROW EXCLUSIVE is held on both tables: writes to both wait until that is done.",
  workaround: "Add it NOT VALID, then VALIDATE CONSTRAINT in another transaction, which lets writes pass.",
  lock: "ShareRowExclusiveLock",
  work: "scan",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["CONSTR_FOREIGN"],
  *check(statement, known) {
    for (const added of addedConstraints(statement, "CONSTR_FOREIGN", known)) {
      const { table, constraint } = added;
      if (constraint.skip_validation || !constraint.is_enforced || isAllNull(statement, added)) continue;
      const parent = constraint.pktable ? tableName(constraint.pktable) : "the parent";
      const form = notValidForm(statement, added);
      yield {
        statement,
        location: constraint.location,
        subject: { kind: "constraint", name: `${tableName(table)}.${added.name}` },
        table,
        message: `Adding the foreign key ${added.name} checks every row of ${tableName(table)} against ${parent} under SHARE ROW EXCLUSIVE on both; until that is done nobody writes to either.`,
        remedy: {
          text: "Add it NOT VALID and validate it in a transaction of its own.",
          sql: `${form.join(";\n")};`,
        },
        ...(mayBecomeNotValid(statement, added, known) ? { fix: form } : {}),
      };
    }
  },
};

/** A column added without a default holds only NULLs, and the server skips the check. */
function isAllNull(statement: LintStatement, added: AddedConstraint): boolean {
  if (added.withColumn === undefined) return false;
  const definition = alterCommands(statement, "AT_AddColumn")
    .map(({ command }) => as(command.def, "ColumnDef"))
    .find((column) => column?.colname === added.withColumn);
  return defaultOf(definition?.constraints) === undefined;
}
