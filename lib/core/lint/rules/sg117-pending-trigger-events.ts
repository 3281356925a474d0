import { atLeast, tableLocks } from "../table-locks.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { pendingEvents } from "./support/pending-events.js";

export const pendingTriggerEvents: Rule = {
  id: "SG117",
  slug: "pending-trigger-events",
  title: "A table with pending trigger events is altered",
  condition:
    "ALTER TABLE, TRUNCATE, DROP TABLE or CREATE INDEX on a table after rows of it were written under a deferred constraint in the same transaction.",
  effect:
    'Deferred checks wait for the commit, and until then PostgreSQL refuses to alter the table: "cannot ALTER TABLE because it has pending trigger events" (55006). It fails only in databases where rows were written, so an empty one does not show it.',
  workaround: "SET CONSTRAINTS ALL IMMEDIATE between the two, or two migrations.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["AlterTableStmt", "TruncateStmt", "DropStmt", "IndexStmt"],
  *check(statement, known) {
    for (const { table, mode } of tableLocks(statement.node)) {
      if (!atLeast(mode, "ShareLock")) continue;
      const pending = pendingEvents(known, statement, table);
      if (!pending) continue;
      const name = pending.constraint.name ?? "a deferred constraint";
      yield {
        statement,
        subject: { kind: "table", name: tableName(table) },
        table,
        message: `The rows of ${tableName(table)} that line ${pending.write.source.line} writes wait for ${name} until the commit; where there are any, PostgreSQL refuses this statement (55006).`,
        remedy: { text: "Put SET CONSTRAINTS ALL IMMEDIATE between the two, or make them two migrations." },
      };
    }
  },
};
