import { isOfParentAlone } from "../../lint/rules/support/added-constraints.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import type { Move, RewriteKind } from "../kind.js";
import { addedConstraint } from "../support/added-constraint.js";
import { indexFirstMoves } from "../support/index-first.js";

export const addPrimaryKey: RewriteKind = {
  id: "add-primary-key",
  title: "a PRIMARY KEY over columns made NOT NULL first, which takes over an index built concurrently",
  takesAway: ["SG030", "SG031"],
  rewrite(statement, context) {
    const added = addedConstraint(statement, "CONSTR_PRIMARY", context);
    if (!added || added.constraint.indexname !== undefined || isOfParentAlone(added, context.known)) return null;
    const columns = context.known.table(added.table)?.columns;
    const nullable = added.columns.filter((column) => columns?.get(column)?.notNull !== true);
    const moves = nullable.map(
      (column): Move => ({
        sql: `ALTER TABLE ${readableRelation(added.table)} ALTER COLUMN ${readableName(column)} SET NOT NULL`,
        phase: "expand",
        slug: "not_null",
        again: true,
      }),
    );
    return { moves: [...moves, ...indexFirstMoves(statement, added, context)] };
  },
};
