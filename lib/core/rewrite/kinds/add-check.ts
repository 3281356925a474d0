import type { RewriteKind } from "../kind.js";
import { addedConstraint, notValidMoves, refuseUnfit } from "../support/added-constraint.js";

export const addCheck: RewriteKind = {
  id: "add-check",
  title: "a CHECK that is added NOT VALID and validated by itself",
  takesAway: ["SG025"],
  rewrite(statement, context) {
    const added = addedConstraint(statement, "CONSTR_CHECK", context);
    if (!added || added.constraint.skip_validation || !added.constraint.is_enforced) return null;
    refuseUnfit(statement, added, context);
    return notValidMoves(statement, added, context);
  },
};
