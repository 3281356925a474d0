import type { IndexStmt } from "libpg-query";
import { rangeKey, relationKey } from "../../lint/known/key.js";
import { nameOfIndex } from "../../lint/known/names-chosen.js";
import { createConcurrently } from "../../lint/rules/support/concurrent-form.js";
import { dropFirstForm } from "../../lint/rules/support/drop-first.js";
import { deparse } from "../../sql/deparse.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import type { Move, RewriteContext, RewriteKind, Rewriting } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { plainPartitionsOf } from "../support/partitions-of.js";
import { isIndexReplacement } from "../support/replaced-index.js";
import { refOf } from "../support/table-of.js";

export const createIndex: RewriteKind = {
  id: "create-index",
  title: "CREATE INDEX CONCURRENTLY; on a partitioned table for each partition, attached to the parent's",
  takesAway: ["SG045", "SG050", "SG052"],
  rewrite(statement, context) {
    const index = as(statement.node, "IndexStmt");
    const table = index?.relation;
    const { known } = context;
    if (!index || !table || known.isNew(table, statement) || isIndexReplacement(index, statement, context)) return null;
    const name = index.idxname;
    const isThere = name !== undefined && known.index([table.schemaname ?? "", name]);
    if (index.if_not_exists && isThere) return null;
    const { kind } = known.table(table) ?? {};
    if (kind === "partitioned") return table.inh ? onPartitions(index, context) : null;
    if (index.concurrent && !index.if_not_exists) return null;
    const sql = index.concurrent ? statement.sql : createConcurrently(statement.sql);
    if (sql === undefined) throw new NotRewritable("form", "the statement does not open with CREATE INDEX");
    const form = index.if_not_exists && name !== undefined ? dropFirstForm(sql, table, name) : [sql];
    return { moves: form.map((each): Move => ({ sql: each, phase: "expand", slug: "index" })) };
  },
};

/** An index of only the parent, one of each partition that is built concurrently; the parent's becomes valid when the last is attached. */
function onPartitions(index: IndexStmt, context: RewriteContext): Rewriting {
  const { relation: table = {} } = index;
  const { known } = context;
  const { idxname: _, ...unnamed } = index;
  const name = nameOfIndex(index, rangeKey(table), known);
  const parts = plainPartitionsOf(refOf(table, context), context).map((partition) => {
    const { schema = "public", name: relname } = partition.id;
    const own = nameOfIndex({ ...unnamed }, relationKey(schema, relname), known);
    const relation = { relname, schemaname: schema, inh: true, relpersistence: "p" };
    const sql = deparse({ IndexStmt: { ...index, idxname: own, relation, concurrent: true, if_not_exists: false } });
    return { sql, own: readableRelation({ relname: own, schemaname: schema }) };
  });
  const alone = deparse({ IndexStmt: { ...index, idxname: "x", relation: table, if_not_exists: false } });
  // The deparser omits ONLY.
  const opening = /^(CREATE (?:UNIQUE )?INDEX )x ON (?:ONLY )?/.exec(alone);
  if (!opening) throw new NotRewritable("form", "the statement does not open with CREATE INDEX");
  const parent = `${opening[1]}${readableName(name)} ON ONLY ${alone.slice(opening[0].length)}`;
  const whole = readableRelation({ ...table, relname: name });
  return {
    moves: [
      { sql: parent, phase: "expand", slug: "index" },
      ...parts.map(({ sql }): Move => ({ sql, phase: "expand", slug: "partition_index" })),
      ...parts.map(
        ({ own }): Move => ({
          sql: `ALTER INDEX ${whole} ATTACH PARTITION ${own}`,
          phase: "switch",
          slug: "attach_index",
        }),
      ),
    ],
  };
}
