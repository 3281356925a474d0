import { as } from "../../sql/tree.js";
import { rangeKey } from "../known/key.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { mayBeSplit } from "./support/fixable.js";
import { withWord } from "./support/insert-word.js";

export const refreshMaterializedView: Rule = {
  id: "SG073",
  slug: "refresh-materialized-view",
  title: "REFRESH locks out the readers of a materialized view",
  condition: "REFRESH MATERIALIZED VIEW without CONCURRENTLY, of a view that was not made in the same release.",
  effect: "ACCESS EXCLUSIVE is held until the query behind the view has run: nobody reads it.",
  workaround:
    "REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index on plain columns and blocks only other writers of the view.",
  lock: "AccessExclusiveLock",
  work: "rewrite",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: true,
  nodes: ["RefreshMatViewStmt"],
  *check(statement, known) {
    const refresh = as(statement.node, "RefreshMatViewStmt");
    const view = refresh?.relation;
    if (!view || refresh.concurrent || refresh.skipData) return;
    const sql = withWord(statement.sql, /^refresh\s+materialized\s+view/i, "CONCURRENTLY");
    const unique = known
      .indexesOf(rangeKey(view))
      .some((index) => index.unique && index.valid && !index.partial && !index.keys.includes(null));
    yield {
      statement,
      location: view.location,
      subject: { kind: "materialized view", name: tableName(view) },
      table: view,
      message: `Nobody reads ${tableName(view)} until its query has run.`,
      remedy: {
        text: unique
          ? "Refresh it concurrently."
          : "Refresh it concurrently; that needs a unique index on its columns.",
        ...(sql === undefined ? {} : { sql: `${sql};` }),
      },
      ...(unique && sql !== undefined && mayBeSplit(statement) ? { fix: [sql] } : {}),
    };
  },
};
