import { rangeKey } from "../../lint/known/key.js";
import { readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import type { Move, RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { grantsOf } from "../support/grants-of.js";
import { refOf, tableOf } from "../support/table-of.js";

/** The first major whose views may run with the rights of whoever reads them. */
const INVOKER_FROM = 15;

export const renameTable: RewriteKind = {
  id: "rename-table",
  title: "a view of the new name over the table, and the rename in a later release",
  takesAway: ["SG062"],
  rewrite(statement, context) {
    const rename = as(statement.node, "RenameStmt");
    const table = rename?.relation;
    if (rename?.renameType !== "OBJECT_TABLE" || !table || context.known.isNew(table, statement)) return null;
    const { before, major } = context;
    const { schema } = refOf(table, context);
    if (rename.missing_ok && !before.table(refOf(table, context))) return null;
    const { attributes } = tableOf(table, context);
    const newName = { ...table, relname: rename.newname ?? "" };
    const [oldText, newText] = [readableRelation(table), readableRelation(newName)];
    const id = { schema, name: newName.relname };
    const condition = `no deployed version of the application uses the name ${oldText}`;
    const wasDropped = before.get("view", id) && !context.known.dependents.get("view", rangeKey(newName));
    if (wasDropped) return { moves: [{ sql: statement.sql, phase: "contract", slug: "rename", condition }] };
    const isThere = before.table(id) && context.known.table(newName);
    if (isThere || before.get("view", id) || before.get("materialized view", id))
      throw new NotRewritable("name-taken", `${newText} is there already`);
    if (attributes.rowSecurity && major < INVOKER_FROM)
      throw new NotRewritable(
        "no-way",
        `${oldText} has row-level security, which a view bypasses before PostgreSQL ${INVOKER_FROM}`,
      );
    const grants = grantsOf(attributes.privileges);
    if (grants === null)
      throw new NotRewritable("form", `privileges on ${oldText} are in a form that is not carried over to a view`);
    const options = major >= INVOKER_FROM ? " WITH (security_invoker = true)" : "";
    return {
      moves: [
        { sql: `CREATE VIEW ${newText}${options} AS SELECT * FROM ${oldText}`, phase: "expand", slug: "both_names" },
        ...grants.map(
          ({ privileges, to }): Move => ({
            sql: `GRANT ${privileges.join(", ")} ON ${newText} TO ${to}`,
            phase: "expand",
            slug: "both_names",
          }),
        ),
        { sql: `DROP VIEW ${newText}`, phase: "contract", slug: "rename", condition },
        { sql: statement.sql, phase: "contract", slug: "rename", condition },
      ],
    };
  },
};
