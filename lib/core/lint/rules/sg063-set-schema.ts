import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

export const setSchema: Rule = {
  id: "SG063",
  slug: "set-schema",
  title: "A table moves to another schema",
  condition: "ALTER TABLE … SET SCHEMA, unless it was made in the same release.",
  effect: "Code that names it with its schema, or finds it along its search_path, no longer does.",
  workaround: "Leave a view with the old name where it was, in the same transaction.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["AlterObjectSchemaStmt"],
  *check(statement, known) {
    const move = as(statement.node, "AlterObjectSchemaStmt");
    const table = move?.relation;
    if (!table || move.objectType !== "OBJECT_TABLE" || known.isNew(table, statement)) return;
    yield {
      statement,
      location: table.location,
      subject: { kind: "table", name: tableName(table) },
      message: `Code that finds ${tableName(table)} where it was fails from the moment that it is in ${move.newschema}.`,
      remedy: { text: "In the same transaction, leave a view with the old name where the table was." },
    };
  },
};
