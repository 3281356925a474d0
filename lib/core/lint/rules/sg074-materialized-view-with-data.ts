import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

export const materializedViewWithData: Rule = {
  id: "SG074",
  slug: "materialized-view-with-data",
  title: "A materialized view is filled while locks are held",
  condition:
    "CREATE MATERIALIZED VIEW … WITH DATA in a transaction that already holds a strong lock on an existing table.",
  effect: "The query behind the view runs, however long it takes, while the others wait for those locks.",
  workaround: "Create it WITH NO DATA and REFRESH it after the transaction.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["CreateTableAsStmt"],
  *check(statement, known) {
    const create = as(statement.node, "CreateTableAsStmt");
    const view = create?.into?.rel;
    const [held] = known.locksHeld(statement.transaction);
    if (!view || create.objtype !== "OBJECT_MATVIEW" || create.into?.skipData || !held) return;
    yield {
      statement,
      location: view.location,
      subject: { kind: "materialized view", name: tableName(view) },
      message: `Filling ${tableName(view)} runs its query while the transaction holds a lock on ${tableName(held.table)} (line ${held.statement.source.line}).`,
      remedy: {
        text: "Create it WITH NO DATA and refresh it afterwards.",
        sql: `REFRESH MATERIALIZED VIEW ${tableName(view)};`,
      },
    };
  },
};
