import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { addedConstraints, mayBecomeNotValid, notValidForm } from "./support/added-constraints.js";

export const checkWithoutNotValid: Rule = {
  id: "SG025",
  slug: "check-without-not-valid",
  title: "A CHECK is added without NOT VALID",
  condition: "ADD CONSTRAINT … CHECK, or ADD COLUMN … CHECK, on an existing table, without NOT VALID.",
  effect: "Every row is read under ACCESS EXCLUSIVE: reads and writes wait until the scan is done.",
  workaround:
    "Add it NOT VALID, which takes a moment, then VALIDATE CONSTRAINT in another transaction, which lets reads and writes pass.",
  lock: "AccessExclusiveLock",
  work: "scan",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["CONSTR_CHECK"],
  *check(statement, known) {
    for (const added of addedConstraints(statement, "CONSTR_CHECK", known)) {
      const { table, constraint } = added;
      if (constraint.skip_validation || !constraint.is_enforced) continue;
      const form = notValidForm(statement, added);
      yield {
        statement,
        location: constraint.location,
        subject: { kind: "constraint", name: `${tableName(table)}.${added.name}` },
        table,
        message: `Adding the CHECK ${added.name} reads all of ${tableName(table)} under ACCESS EXCLUSIVE; until that is done nobody reads or writes it.`,
        remedy: {
          text: "Add it NOT VALID and validate it in a transaction of its own.",
          sql: `${form.join(";\n")};`,
        },
        ...(mayBecomeNotValid(statement, added, known) ? { fix: form } : {}),
      };
    }
  },
};
