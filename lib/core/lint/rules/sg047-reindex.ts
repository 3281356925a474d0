import { as, optionIsOn } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { reindexConcurrently } from "./support/concurrent-form.js";
import { mayBeSplit } from "./support/fixable.js";

export const reindex: Rule = {
  id: "SG047",
  slug: "reindex",
  title: "REINDEX blocks writes, and reads through the index",
  condition: "REINDEX without CONCURRENTLY.",
  effect:
    "SHARE is held on the table and ACCESS EXCLUSIVE on the index: writes wait, and so does every query whose plan looks at the index.",
  workaround: "REINDEX … CONCURRENTLY, outside a transaction.",
  lock: "ShareLock",
  work: "build",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["ReindexStmt"],
  *check(statement) {
    const rebuild = as(statement.node, "ReindexStmt");
    if (!rebuild || optionIsOn(rebuild.params, "concurrently")) return;
    const table = rebuild.kind === "REINDEX_OBJECT_TABLE" ? rebuild.relation : undefined;
    const name = rebuild.relation ? tableName(rebuild.relation) : (rebuild.name ?? "the database");
    const plain = !rebuild.params?.length && rebuild.kind !== "REINDEX_OBJECT_SYSTEM";
    const sql = plain ? reindexConcurrently(statement.sql) : undefined;
    yield {
      statement,
      location: rebuild.relation?.location,
      subject: { kind: table ? "table" : "index", name },
      table,
      message: `Rebuilding ${name} holds SHARE on the table and ACCESS EXCLUSIVE on the index; writes wait, and so do queries that look at the index.`,
      remedy: {
        text: "Rebuild it concurrently, outside a transaction.",
        ...(sql === undefined ? {} : { sql: `${sql};` }),
      },
      ...(sql !== undefined && mayBeSplit(statement) ? { fix: [sql] } : {}),
    };
  },
};
