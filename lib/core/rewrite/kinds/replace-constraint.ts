import type { RewriteKind } from "../kind.js";
import { isAddedAgain } from "../support/replaced-constraint.js";
import { singleAlter } from "../support/single-alter.js";

export const replaceConstraint: RewriteKind = {
  id: "replace-constraint",
  title: "a CHECK or foreign key that stays until its replacement is validated",
  takesAway: [],
  rewrite(statement, context) {
    const alter = singleAlter(statement, "AT_DropConstraint");
    const { name = "", behavior } = alter?.command ?? {};
    if (!alter || behavior === "DROP_CASCADE" || context.known.isNew(alter.table, statement)) return null;
    return isAddedAgain(name, alter.table, statement, context) ? { moves: [] } : null;
  },
};
