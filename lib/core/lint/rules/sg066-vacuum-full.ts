import { as, optionIsOn } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

export const vacuumFull: Rule = {
  id: "SG066",
  slug: "vacuum-full",
  title: "VACUUM FULL or CLUSTER rewrites the table",
  condition: "VACUUM FULL or CLUSTER.",
  effect: "The table and its indexes are rewritten under ACCESS EXCLUSIVE, and need their space a second time.",
  workaround: "VACUUM without FULL, or a tool that works while the table stays in use (pg_repack).",
  lock: "AccessExclusiveLock",
  work: "rewrite",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["VacuumStmt", "ClusterStmt"],
  *check(statement) {
    const vacuum = as(statement.node, "VacuumStmt");
    const cluster = as(statement.node, "ClusterStmt");
    if (vacuum && !(vacuum.is_vacuumcmd && optionIsOn(vacuum.options, "full"))) return;
    const tables = cluster
      ? [cluster.relation]
      : (vacuum?.rels ?? []).map((node) => as(node, "VacuumRelation")?.relation);
    for (const table of tables.length > 0 ? tables : [undefined]) {
      const name = table ? tableName(table) : "every table of the database";
      yield {
        statement,
        location: table?.location,
        subject: { kind: "table", name },
        table,
        message: `${cluster ? "CLUSTER" : "VACUUM FULL"} rewrites ${name} under ACCESS EXCLUSIVE; until that is done nobody reads or writes it.`,
        remedy: {
          text: "Plain VACUUM makes the space usable again without a strong lock.",
          sql: `VACUUM${table ? ` ${tableName(table)}` : ""};`,
        },
      };
    }
  },
};
