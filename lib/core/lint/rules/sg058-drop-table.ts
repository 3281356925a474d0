import { as, listItems, strings } from "../../sql/tree.js";
import { relation } from "../table-locks.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const dropTable: Rule = {
  id: "SG058",
  slug: "drop-table",
  title: "A table is dropped",
  condition: "DROP TABLE (or DROP MATERIALIZED VIEW) of something that was not made in the same release.",
  effect: "Its rows are gone, and code that still names it fails at once.",
  workaround:
    "Stop using it in the code, deploy that everywhere, then drop it in a later release, with its rows kept aside.",
  lock: "AccessExclusiveLock",
  work: "delete",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["DropStmt"],
  *check(statement, known) {
    const drop = as(statement.node, "DropStmt");
    if (drop?.removeType !== "OBJECT_TABLE" && drop?.removeType !== "OBJECT_MATVIEW") return;
    for (const object of drop.objects ?? []) {
      const parts = strings(listItems(object));
      if (known.isNew(relation(parts), statement) || known.size(relation(parts))?.rows === 0) continue;
      yield {
        statement,
        subject: { kind: "table", name: parts.join(".") },
        message: `Dropping ${parts.join(".")} loses its rows, and code that still names it fails from that moment on.`,
        remedy: {
          text: "Drop it only when no deployed code names it any more. `schema-gate check` plans how its rows are kept aside.",
        },
      };
    }
  },
};
