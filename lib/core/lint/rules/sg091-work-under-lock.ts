import { as } from "../../sql/tree.js";
import { rangeKey } from "../known/key.js";
import { atLeast } from "../table-locks.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

export const workUnderLock: Rule = {
  id: "SG091",
  slug: "work-under-lock",
  title: "An index is built while an exclusive lock is held",
  condition: "CREATE INDEX or REFRESH in a transaction that holds ACCESS EXCLUSIVE on an existing table.",
  effect:
    "Locks are held to the end of the transaction: readers and writers of that table wait through the whole build.",
  workaround: "Commit first; build the index concurrently in a file of its own.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: true,
  nodes: ["IndexStmt", "RefreshMatViewStmt"],
  *check(statement, known) {
    const held = known.locksHeld(statement.transaction).find((lock) => atLeast(lock.mode, "AccessExclusiveLock"));
    const table = as(statement.node, "IndexStmt")?.relation ?? as(statement.node, "RefreshMatViewStmt")?.relation;
    if (!held || !table) return;
    const same = rangeKey(held.table) === rangeKey(table) ? "it" : tableName(held.table);
    yield {
      statement,
      subject: { kind: "table", name: tableName(held.table) },
      table,
      message: `While this reads ${tableName(table)}, the transaction holds ACCESS EXCLUSIVE on ${same} (line ${held.statement.source.line}); nobody reads or writes it until the end.`,
      remedy: { text: "Commit before it, or put it into a file of its own." },
    };
  },
};
