import { readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

export const createPartitionOf: Rule = {
  id: "SG069",
  slug: "create-partition-of",
  title: "CREATE TABLE … PARTITION OF locks the parent out",
  condition: "CREATE TABLE … PARTITION OF an existing table.",
  effect:
    "ACCESS EXCLUSIVE is taken on the parent, so every query of the partitioned table waits; a DEFAULT partition is locked as well, and read in full for rows that belong into the new one.",
  workaround:
    "Create the table by itself, like the parent, and ATTACH it: that takes SHARE UPDATE EXCLUSIVE on the parent, which lets reads and writes pass.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["CreateStmt"],
  *check(statement, known) {
    const create = as(statement.node, "CreateStmt");
    const parent = as(create?.inhRelations?.[0], "RangeVar");
    if (!create?.relation || !create.partbound || !parent || known.isNew(parent, statement)) return;
    const table = known.table(parent);
    const catchAll = [...(table?.partitions ?? [])].find(([, { isDefault }]) => isDefault)?.[0];
    const bound =
      /\b(for\s+values\b[\s\S]*?\)|default)\s*(?=partition\s+by|with\s*\(|tablespace|$)/i.exec(statement.sql)?.[1] ??
      "…";
    yield {
      statement,
      location: parent.location,
      subject: { kind: "table", name: tableName(parent) },
      message: `Creating the partition ${tableName(create.relation)} takes ACCESS EXCLUSIVE on ${tableName(parent)}${catchAll ? ` and on ${catchAll}, which is read in full` : ""}; every query of it waits.`,
      remedy: {
        text: "Create the table by itself and attach it.",
        sql: `CREATE TABLE ${readableRelation(create.relation)} (LIKE ${readableRelation(parent)} INCLUDING ALL);
ALTER TABLE ${readableRelation(parent)} ATTACH PARTITION ${readableRelation(create.relation)} ${bound};`,
      },
    };
  },
};
