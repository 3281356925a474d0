import { type Rule, tableName } from "./rule.js";
import { addedConstraints } from "./support/added-constraints.js";

export const notEnforced: Rule = {
  id: "SG040",
  slug: "not-enforced",
  title: "A constraint that nobody enforces",
  condition: "ADD CONSTRAINT … NOT ENFORCED (PostgreSQL 18).",
  effect: "The catalog shows a constraint, and rows that break it are stored all the same.",
  workaround: "Add it NOT VALID instead: new rows are checked, and the old ones by VALIDATE.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: { from: 18, to: null },
  severity: "note",
  sized: false,
  nodes: ["CONSTR_CHECK", "CONSTR_FOREIGN"],
  *check(statement, known) {
    const added = [
      ...addedConstraints(statement, "CONSTR_CHECK", known),
      ...addedConstraints(statement, "CONSTR_FOREIGN", known),
    ];
    for (const { table, constraint, name } of added) {
      if (constraint.is_enforced) continue;
      yield {
        statement,
        location: constraint.location,
        subject: { kind: "constraint", name: `${tableName(table)}.${name}` },
        table,
        message: `${name} is NOT ENFORCED: rows that break it are stored all the same.`,
        remedy: { text: "Write NOT VALID in place of NOT ENFORCED if new rows are to be checked." },
      };
    }
  },
};
