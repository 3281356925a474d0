import { readableRelation } from "../../sql/readable-name.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { isBackfill, isBounded, isUnconditional, rowWrite } from "./support/row-writes.js";

export const unboundedWrite: Rule = {
  id: "SG096",
  slug: "unbounded-write",
  title: "An UPDATE or DELETE over a whole table",
  condition:
    "UPDATE or DELETE without WHERE, with one that is always true, or with one that neither names single rows nor bounds how many it meets.",
  effect:
    "Every row that it meets stays locked until the end, the old versions double the table, replicas fall behind; a DELETE without WHERE loses all rows.",
  workaround:
    "Work in batches of some thousand rows, each in a transaction of its own: `-- schema-gate: backfill by id` above the statement has the rollout do it (docs/backfills.md).",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: true,
  nodes: ["UpdateStmt", "DeleteStmt"],
  *check(statement) {
    const write = rowWrite(statement);
    if (!write || write.table.relname?.startsWith("pg_") || isBounded(write.where)) return;
    if (isBackfill(statement)) return;
    const all = isUnconditional(write.where);
    const relation = readableRelation(write.table);
    yield {
      statement,
      location: write.table.location,
      subject: { kind: "table", name: tableName(write.table) },
      table: write.table,
      message: all
        ? `This ${write.verb} meets every row of ${tableName(write.table)} in one transaction.`
        : `Nothing bounds how many rows of ${tableName(write.table)} this ${write.verb} meets in one transaction.`,
      remedy: {
        text: "Repeat it in batches, each in a transaction of its own, until no row is left.",
        sql: `-- repeat until it meets no row:
${write.verb === "DELETE" ? `DELETE FROM ${relation}` : `UPDATE ${relation} SET …`} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${relation} WHERE … LIMIT 5000));`,
      },
    };
  },
};
