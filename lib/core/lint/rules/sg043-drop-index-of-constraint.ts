import { readableName } from "../../sql/readable-name.js";
import { as, listItems, strings } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const dropIndexOfConstraint: Rule = {
  id: "SG043",
  slug: "drop-index-of-constraint",
  title: "The index of a constraint is dropped by itself",
  condition:
    "DROP INDEX of an index that the catalog or the files tell to belong to a PRIMARY KEY, UNIQUE or EXCLUDE constraint.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround: "Drop the constraint; its index goes with it.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  nodes: ["DropStmt"],
  *check(statement, known) {
    const drop = as(statement.node, "DropStmt");
    if (drop?.removeType !== "OBJECT_INDEX") return;
    for (const object of drop.objects ?? []) {
      const index = known.index(strings(listItems(object)));
      if (!index || index.constraint === null) continue;
      const table = index.table.split(".").map(readableName).join(".");
      yield {
        statement,
        subject: { kind: "index", name: index.name },
        message: `${index.name} belongs to the constraint ${index.constraint} of ${index.table}; the server refuses to drop it by itself.`,
        remedy: {
          text: "Drop the constraint.",
          sql: `ALTER TABLE ${table} DROP CONSTRAINT ${readableName(index.constraint)};`,
        },
      };
    }
  },
};
