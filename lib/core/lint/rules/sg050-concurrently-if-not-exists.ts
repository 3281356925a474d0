import { as, listItems, strings } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { dropFirstForm } from "./support/drop-first.js";
import { mayBeSplit } from "./support/fixable.js";

export const concurrentlyIfNotExists: Rule = {
  id: "SG050",
  slug: "concurrently-if-not-exists",
  title: "IF NOT EXISTS accepts an INVALID index",
  condition:
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS, without a DROP of the index before it, while no live catalog shows that the index is missing or valid.",
  effect:
    "A build that failed leaves an INVALID index. The retry finds the name, says that it skips, and succeeds: the index is never used, and a unique one guarantees nothing.",
  workaround: "DROP INDEX CONCURRENTLY IF EXISTS first, then CREATE INDEX CONCURRENTLY without IF NOT EXISTS.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["IndexStmt"],
  *check(statement, known) {
    const index = as(statement.node, "IndexStmt");
    if (!index?.relation || !index.concurrent || !index.if_not_exists || index.idxname === undefined) return;
    const name = index.idxname;
    const existing = known.index([index.relation.schemaname ?? "", name]);
    if (known.live && (!existing || existing.valid)) return;
    const dropped = known.before(statement, "DropStmt").some((other) => {
      const drop = as(other.node, "DropStmt");
      return (
        drop?.removeType === "OBJECT_INDEX" &&
        drop.objects?.some((object) => strings(listItems(object)).at(-1) === name)
      );
    });
    if (dropped) return;
    const form = dropFirstForm(statement.sql, index.relation, name);
    yield {
      statement,
      subject: { kind: "index", name },
      ...(existing && !existing.valid ? { severity: "error" as const } : {}),
      message:
        existing && !existing.valid
          ? `${name} on ${tableName(index.relation)} already exists and is INVALID; this statement skips it and succeeds.`
          : `If an earlier try left ${name} INVALID, this statement skips it and succeeds.`,
      remedy: { text: "Drop what a failed try may have left, then build.", sql: `${form.join(";\n")};` },
      ...(mayBeSplit(statement) ? { fix: form } : {}),
    };
  },
};
