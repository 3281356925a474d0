import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

export const truncate: Rule = {
  id: "SG061",
  slug: "truncate",
  title: "A table is emptied",
  condition: "TRUNCATE of a table that was not made in the same release.",
  effect:
    "All its rows are gone, under ACCESS EXCLUSIVE; with CASCADE so are those of every table that references it. ON DELETE triggers do not fire.",
  workaround: "DELETE what must go, in batches, after keeping it aside.",
  lock: "AccessExclusiveLock",
  work: "delete",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["TruncateStmt"],
  *check(statement, known) {
    const truncated = as(statement.node, "TruncateStmt");
    const cascades = truncated?.behavior === "DROP_CASCADE";
    for (const node of truncated?.relations ?? []) {
      const table = as(node, "RangeVar");
      if (!table || known.isNew(table, statement) || known.size(table)?.rows === 0) continue;
      const others = cascades ? " and of every table that references it" : "";
      yield {
        statement,
        location: table.location,
        subject: { kind: "table", name: tableName(table) },
        ...(cascades ? { severity: "error" as const } : {}),
        message: `All rows of ${tableName(table)}${others} are gone, under ACCESS EXCLUSIVE.`,
        remedy: { text: "Keep the rows aside first, and name each table that is to be emptied." },
      };
    }
  },
};
