import { as } from "../../sql/tree.js";
import { indexFrom } from "../known/learn.js";
import type { KnownIndex } from "../known/table.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

export const redundantIndex: Rule = {
  id: "SG053",
  slug: "redundant-index",
  title: "An index that another one already covers",
  condition:
    "CREATE INDEX (btree, not unique, without WHERE) whose columns are the first columns of an existing btree index.",
  effect: "Each write maintains both, and no query is faster for it.",
  workaround: "Leave it out, or drop the other one if nothing needs its further columns.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["IndexStmt"],
  *check(statement, known) {
    const index = as(statement.node, "IndexStmt");
    if (!index?.relation) return;
    const fresh = indexFrom(index, statement, known);
    if (fresh.unique || fresh.include.length > 0) return;
    const sorted = (index.indexParams ?? []).some((node) => {
      const element = as(node, "IndexElem");
      return element?.opclass || element?.collation || (element?.ordering && element.ordering !== "SORTBY_DEFAULT");
    });
    const other = sorted ? undefined : known.indexesOf(fresh.table).find((existing) => covers(existing, fresh));
    if (!other) return;
    yield {
      statement,
      subject: { kind: "index", name: fresh.name },
      message: `${other.name} on ${tableName(index.relation)} begins with the same columns (${other.keys.join(", ")}), so it serves the same queries.`,
      remedy: { text: `Leave this index out, or drop ${other.name} if nothing else needs it.` },
    };
  },
};

function covers(existing: KnownIndex, fresh: KnownIndex): boolean {
  const comparable = [existing, fresh].every(
    (index) => index.method === "btree" && !index.partial && !index.keys.includes(null),
  );
  const prefix = fresh.keys.every((key, at) => existing.keys[at] === key);
  return comparable && existing.valid && existing.name !== fresh.name && prefix;
}
