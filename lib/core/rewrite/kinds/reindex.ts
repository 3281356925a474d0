import { reindexConcurrently } from "../../lint/rules/support/concurrent-form.js";
import { as, optionIsOn } from "../../sql/tree.js";
import type { RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";

export const reindex: RewriteKind = {
  id: "reindex",
  title: "REINDEX CONCURRENTLY",
  takesAway: ["SG047"],
  rewrite(statement) {
    const rebuild = as(statement.node, "ReindexStmt");
    if (!rebuild || optionIsOn(rebuild.params, "concurrently")) return null;
    if (rebuild.kind === "REINDEX_OBJECT_SYSTEM")
      throw new NotRewritable("no-way", "REINDEX SYSTEM does not run concurrently");
    const sql = rebuild.params?.length ? undefined : reindexConcurrently(statement.sql);
    if (sql === undefined) throw new NotRewritable("form", "REINDEX has options, which are not carried over");
    return { moves: [{ sql, phase: "expand", slug: "reindex" }] };
  },
};
