import { partsKey } from "../../lint/known/key.js";
import { relation } from "../../lint/table-locks.js";
import { deparse } from "../../sql/deparse.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as, listItems, strings } from "../../sql/tree.js";
import type { Move, RewriteContext, RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { refOf } from "../support/table-of.js";

export const dropTable: RewriteKind = {
  id: "drop-table",
  title: "a table that goes in a later release, after what refers to it, by name",
  takesAway: ["SG058", "SG060"],
  rewrite(statement, context) {
    const drop = as(statement.node, "DropStmt");
    if (drop?.removeType !== "OBJECT_TABLE") return null;
    const { known, before } = context;
    const objects = (drop.objects ?? []).map((object) => ({ object, names: strings(listItems(object)) }));
    const existing = objects.filter(({ names }) => !known.isNew(relation(names), statement));
    if (
      existing.length < objects.length ||
      objects.every(({ names }) => !before.table(refOf(relation(names), context)))
    )
      return null;
    const moves = objects.flatMap(({ object, names }): Move[] => {
      const what = readableRelation(relation(names));
      const condition = `no deployed version of the application reads or writes ${what}`;
      const table = deparse({ DropStmt: { ...drop, objects: [object], behavior: "DROP_RESTRICT" } });
      const first = drop.behavior === "DROP_CASCADE" ? foreignKeys(names, context) : [];
      const sql = [...first, objects.length === 1 && drop.behavior !== "DROP_CASCADE" ? statement.sql : table];
      return sql.map((each) => ({ sql: each, phase: "contract", slug: "drop", condition }));
    });
    return { moves };
  },
};

/** The foreign keys that CASCADE would drop. Throws `NotRewritable` for anything else that it would drop. */
function foreignKeys(names: readonly string[], context: RewriteContext): readonly string[] {
  const ref = refOf(relation(names), context);
  const [reader] = context.known.dependents.ofTable(partsKey(names));
  if (reader)
    throw new NotRewritable(
      "cascade",
      `CASCADE would drop the ${reader.kind} ${reader.key}, which reads ${ref.name}: drop it by name`,
    );
  return context.before
    .referencedBy(ref)
    .filter(({ id }) => id.table !== ref.name || id.schema !== ref.schema)
    .map(({ id }) => {
      const table = readableRelation({ relname: id.table ?? "", schemaname: id.schema ?? "public" });
      return `ALTER TABLE ${table} DROP CONSTRAINT ${readableName(id.name)}`;
    });
}
