import type { RewriteKind } from "../kind.js";
import { isAddedAgain } from "../support/replaced-constraint.js";
import { isKeyAddedAgain } from "../support/replaced-key.js";
import { singleAlter } from "../support/single-alter.js";

export const replaceConstraint: RewriteKind = {
  id: "replace-constraint",
  title: "a constraint that stays until its replacement is validated, or its index built",
  takesAway: [],
  rewrite(statement, context) {
    const alter = singleAlter(statement, "AT_DropConstraint");
    const { name = "", behavior } = alter?.command ?? {};
    if (!alter || behavior === "DROP_CASCADE" || context.known.isNew(alter.table, statement)) return null;
    const isKept = isAddedAgain(name, alter.table, statement, context) || isKeyAddedAgain(alter, statement, context);
    return isKept ? { moves: [] } : null;
  },
};
