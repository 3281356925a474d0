import { isOfParentAlone } from "../../lint/rules/support/added-constraints.js";
import type { RewriteKind } from "../kind.js";
import { addedConstraint } from "../support/added-constraint.js";
import { indexFirstMoves } from "../support/index-first.js";

export const addUnique: RewriteKind = {
  id: "add-unique",
  title: "a UNIQUE constraint that takes over an index built concurrently",
  takesAway: ["SG029"],
  rewrite(statement, context) {
    const added = addedConstraint(statement, "CONSTR_UNIQUE", context);
    if (!added || added.constraint.indexname !== undefined || isOfParentAlone(added, context.known)) return null;
    return { moves: indexFirstMoves(statement, added, context) };
  },
};
