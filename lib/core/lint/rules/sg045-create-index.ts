import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { createConcurrently } from "./support/concurrent-form.js";
import { mayBeSplit } from "./support/fixable.js";

export const createIndex: Rule = {
  id: "SG045",
  slug: "create-index",
  title: "CREATE INDEX blocks writes",
  condition: "CREATE INDEX without CONCURRENTLY on an existing table. Partitioned tables are SG052.",
  effect:
    "SHARE is held until the index is built (and, in a transaction, until its end): every INSERT, UPDATE and DELETE waits.",
  workaround: "CREATE INDEX CONCURRENTLY, outside a transaction.",
  lock: "ShareLock",
  work: "build",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["IndexStmt"],
  *check(statement, known) {
    const index = as(statement.node, "IndexStmt");
    const table = index?.relation;
    if (!table || index.concurrent || known.table(table)?.kind === "partitioned") return;
    const existing =
      index.if_not_exists && index.idxname !== undefined && known.index([table.schemaname ?? "", index.idxname]);
    if (existing) return;
    const sql = createConcurrently(statement.sql);
    const wrapped = statement.transaction !== null;
    yield {
      statement,
      location: table.location,
      subject: { kind: "index", name: index.idxname ?? `on ${tableName(table)}` },
      table,
      message: `Building this index holds SHARE on ${tableName(table)}; until ${wrapped ? "the transaction ends" : "that is done"} nobody writes to it.`,
      remedy: {
        text: wrapped
          ? "Build it concurrently, in a file that runs outside a transaction."
          : "Build it concurrently; should that fail, drop the INVALID index that it leaves and build it again.",
        ...(sql === undefined ? {} : { sql: `${sql};` }),
      },
      ...(sql !== undefined && mayBeSplit(statement) ? { fix: [sql] } : {}),
    };
  },
};
