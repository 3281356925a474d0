import { rangeKey } from "../known/key.js";
import { atLeast, LOCKING_KINDS } from "../table-locks.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { strongLocks } from "./support/existing-table-lock.js";

export const severalTablesLocked: Rule = {
  id: "SG092",
  slug: "several-tables-locked",
  title: "One transaction locks several tables out",
  condition:
    "A transaction takes ACCESS EXCLUSIVE on a second existing table, by separate statements. Reported once per transaction.",
  effect:
    "The first table stays locked while the transaction waits for the second; sessions that use them in another order meet in a deadlock.",
  workaround: "One transaction (with most frameworks: one file) per table.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: true,
  nodes: LOCKING_KINDS,
  *check(statement, known) {
    const held = known.locksHeld(statement.transaction).filter((lock) => atLeast(lock.mode, "AccessExclusiveLock"));
    const [first] = held;
    if (!first || new Set(held.map((lock) => rangeKey(lock.table))).size > 1) return;
    const second = strongLocks(statement, known).find(
      (lock) => lock.mode === "AccessExclusiveLock" && rangeKey(lock.table) !== rangeKey(first.table),
    );
    if (!second) return;
    yield {
      statement,
      location: second.table.location,
      subject: { kind: "table", name: tableName(second.table) },
      table: second.table,
      message: `The transaction already holds ACCESS EXCLUSIVE on ${tableName(first.table)} (line ${first.statement.source.line}) and keeps it while it waits for ${tableName(second.table)}.`,
      remedy: { text: "Commit between the two, or give each table a file of its own." },
    };
  },
};
