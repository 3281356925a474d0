import { checkFirstForm, presenceCheck } from "../../lint/rules/support/check-first.js";
import { provingChecks } from "../../lint/rules/support/proof.js";
import type { RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { refuseOnly, singleAlter } from "../support/single-alter.js";

export const setNotNull: RewriteKind = {
  id: "set-not-null",
  title: "SET NOT NULL by way of a CHECK that is validated first",
  takesAway: ["SG010"],
  rewrite(statement, { known }) {
    const alter = singleAlter(statement, "AT_SetNotNull");
    const column = alter?.command.name;
    if (!alter || column === undefined || known.isNew(alter.table, statement)) return null;
    const now = known.table(alter.table);
    if (now?.columns.get(column)?.notNull || provingChecks(now, column).length > 0) return null;
    refuseOnly(alter);
    const check = presenceCheck(alter.table, column);
    if (now?.constraints.some(({ name }) => name === check))
      throw new NotRewritable("name-taken", `${check}, the name of the CHECK that proves ${column}, is taken already`);
    const [add, validate, set, drop] = checkFirstForm(alter.table, column);
    return {
      moves: [
        { sql: add, phase: "expand", slug: "check" },
        { sql: validate, phase: "expand", slug: "validate" },
        { sql: set, phase: "switch", slug: "not_null" },
        { sql: drop, phase: "switch", slug: "not_null" },
      ],
    };
  },
};
