import { as, listItems, strings } from "../../sql/tree.js";
import { rangeKey } from "../known/key.js";
import { relation } from "../table-locks.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";
import { dropConcurrently } from "./support/concurrent-form.js";
import { mayBeSplit } from "./support/fixable.js";

export const dropIndex: Rule = {
  id: "SG046",
  slug: "drop-index",
  title: "DROP INDEX locks the table out",
  condition:
    "DROP INDEX without CONCURRENTLY, unless its table was made in the same release, or an earlier statement of the transaction has locked it out.",
  effect:
    "ACCESS EXCLUSIVE is taken on the table: the drop is short, but it waits for every open query of the table, and all others wait behind it.",
  workaround: "DROP INDEX CONCURRENTLY, outside a transaction.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["DropStmt"],
  *check(statement, known) {
    const drop = as(statement.node, "DropStmt");
    if (drop?.removeType !== "OBJECT_INDEX" || drop.concurrent) return;
    const names = (drop.objects ?? []).map((object) => strings(listItems(object)));
    for (const parts of names) {
      const index = known.index(parts);
      const table = index && known.tables.get(index.table);
      if ((table && known.isNewTable(table, statement)) || (index && index.constraint !== null)) continue;
      if (index?.addedBy && known.sameRelease(index.addedBy, statement)) continue;
      const held = known.locksHeld(statement.transaction).filter(({ mode }) => mode === "AccessExclusiveLock");
      if (index && held.some((lock) => rangeKey(lock.table) === index.table)) continue;
      const single = names.length === 1 && drop.behavior !== "DROP_CASCADE" && table?.kind !== "partitioned";
      const sql = dropConcurrently(statement.sql);
      const small = index && known.size(relation(index.table.split(".")));
      yield {
        statement,
        subject: { kind: "index", name: parts.join(".") },
        ...(small && small.rows <= 100_000 ? { severity: "note" as const } : {}),
        message: `Dropping ${parts.join(".")} takes ACCESS EXCLUSIVE on ${index ? index.table : "its table"}; it waits for open queries, and all others wait behind it.`,
        remedy: {
          text: "Drop it concurrently, outside a transaction.",
          ...(sql === undefined ? {} : { sql: `${sql};` }),
        },
        ...(single && sql !== undefined && mayBeSplit(statement) ? { fix: [sql] } : {}),
      };
    }
  },
};
