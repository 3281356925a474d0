import { as, find } from "../../sql/tree.js";
import { rangeKey } from "../known/key.js";
import { atLeast } from "../table-locks.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { isBounded } from "./support/row-writes.js";

export const queryUnderLock: Rule = {
  id: "SG115",
  slug: "query-under-lock",
  title: "A query runs while an exclusive lock is held",
  condition:
    "A SELECT, COPY … TO, CREATE TABLE AS or PERFORM that reads a table that stood before, without a condition that bounds it, in a transaction that holds ACCESS EXCLUSIVE on one.",
  effect:
    "Locks are held to the end of the transaction: readers and writers of the locked table wait through the whole query.",
  workaround: "Run the query before the lock is taken, or after the commit.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: true,
  nodes: ["SelectStmt", "CopyStmt", "CreateTableAsStmt"],
  *check(statement, known) {
    const held = known.locksHeld(statement.transaction).find((lock) => atLeast(lock.mode, "AccessExclusiveLock"));
    const copy = as(statement.node, "CopyStmt");
    const made = as(statement.node, "CreateTableAsStmt");
    const select = as(statement.node, "SelectStmt") ?? as(made?.query ?? copy?.query, "SelectStmt");
    if (made?.into?.skipData) return;
    if (!held || copy?.is_from || isBounded(select?.whereClause) || select?.limitCount) return;
    const read = copy?.relation ? [copy.relation] : find(select, "RangeVar");
    const table = read.find((relation) => known.tables.has(rangeKey(relation)) || relation.schemaname === undefined);
    if (!table || /^(pg_|information_schema)/.test(table.schemaname ?? table.relname ?? "")) return;
    const same = rangeKey(held.table) === rangeKey(table) ? "it" : tableName(held.table);
    yield {
      statement,
      subject: { kind: "table", name: tableName(held.table) },
      table,
      message: `While this query reads ${tableName(table)}, the transaction holds ACCESS EXCLUSIVE on ${same} (line ${held.statement.source.line}); nobody reads or writes it until the end.`,
      remedy: { text: "Run it before the lock is taken, or after the commit." },
    };
  },
};
