import { as } from "../../sql/tree.js";
import { constraintFrom } from "../known/from-definition.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

export const keyWithoutPartitionColumn: Rule = {
  id: "SG072",
  slug: "key-without-partition-column",
  title: "A key of a partitioned table leaves out the partition column",
  condition:
    "CREATE TABLE … PARTITION BY with a PRIMARY KEY or UNIQUE that does not contain every column of the partition key, or a partition key that is an expression.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround: "Put the partition columns into the key.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  nodes: ["CreateStmt"],
  *check(statement) {
    const create = as(statement.node, "CreateStmt");
    const elements = (create?.partspec?.partParams ?? []).map((node) => as(node, "PartitionElem"));
    if (!create?.relation || elements.length === 0) return;
    for (const key of constraintFrom(create.tableElts, statement)) {
      if (key.type !== "primary" && key.type !== "unique") continue;
      const missing = elements.filter((element) => !element?.name || !key.columns.includes(element.name));
      if (missing.length === 0) continue;
      const columns = missing.map((element) => element?.name ?? "the expression").join(", ");
      yield {
        statement,
        location: create.partspec?.location,
        subject: { kind: "table", name: tableName(create.relation) },
        message: `The ${key.type} key (${key.columns.join(", ")}) of ${tableName(create.relation)} leaves out ${columns}, by which it is partitioned; the server refuses that.`,
        remedy: { text: `Put ${columns} into the key.` },
      };
    }
  },
};
