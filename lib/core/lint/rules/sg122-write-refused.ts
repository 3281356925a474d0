import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { refusedWrites } from "./support/refused-writes.js";

export const writeRefused: Rule = {
  id: "SG122",
  slug: "write-refused",
  title: "A write that the table takes with no row",
  condition:
    "INSERT or UPDATE that gives a value to a generated column or, without OVERRIDING, to one that is GENERATED ALWAYS AS IDENTITY; ON CONFLICT over columns of a known table that no unique index has.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround: "Leave the column out or write DEFAULT; name the columns of a unique index or constraint.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  refuses: true,
  nodes: ["InsertStmt", "UpdateStmt", "SelectStmt", "DeleteStmt"],
  *check(statement, known) {
    for (const { table, column, reason, remedy } of refusedWrites(statement.node, known)) {
      const name = tableName(table);
      yield {
        statement,
        subject: column === null ? { kind: "table", name } : { kind: "column", name: `${name}.${column}` },
        table,
        message: `The server refuses to write to ${name}, because ${reason}.`,
        remedy: { text: remedy },
      };
    }
  },
};
