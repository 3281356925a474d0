import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { addedConstraints } from "./support/added-constraints.js";

export const exclusionConstraint: Rule = {
  id: "SG032",
  slug: "exclusion-constraint",
  title: "An EXCLUDE constraint has no online form",
  condition: "ADD CONSTRAINT … EXCLUDE on an existing table.",
  effect:
    "The index is built under ACCESS EXCLUSIVE: reads and writes wait until it is done, and there is neither NOT VALID nor USING INDEX for it.",
  workaround: "Create a new table with the constraint and change over, or add it in a maintenance window.",
  lock: "AccessExclusiveLock",
  work: "build",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["CONSTR_EXCLUSION"],
  *check(statement, known) {
    for (const { table, constraint, name } of addedConstraints(statement, "CONSTR_EXCLUSION", known)) {
      yield {
        statement,
        location: constraint.location,
        subject: { kind: "constraint", name: `${tableName(table)}.${name}` },
        table,
        message: `Adding the EXCLUDE constraint ${name} builds its index under ACCESS EXCLUSIVE, and PostgreSQL has no other way; until that is done nobody reads or writes ${tableName(table)}.`,
        remedy: {
          text: "Give the constraint to a new table, copy the rows in batches and change over; or plan a maintenance window for it.",
        },
      };
    }
  },
};
