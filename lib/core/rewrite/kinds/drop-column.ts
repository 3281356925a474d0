import { columnBlockers } from "../../lint/rules/support/column-blockers.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import type { Move, RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { singleAlter } from "../support/single-alter.js";
import { refOf } from "../support/table-of.js";

export const dropColumn: RewriteKind = {
  id: "drop-column",
  title: "a column that new rows may leave out first, and that goes in a later release",
  takesAway: ["SG014"],
  rewrite(statement, context) {
    const alter = singleAlter(statement, "AT_DropColumn");
    const name = alter?.command.name;
    const { known, before } = context;
    if (!alter || name === undefined || known.isNew(alter.table, statement)) return null;
    const column = before.column(refOf(alter.table, context), name);
    if (!column) return null;
    const relation = readableRelation(alter.table);
    const what = `${relation}.${readableName(name)}`;
    if (alter.command.behavior === "DROP_CASCADE")
      throw new NotRewritable(
        "cascade",
        `DROP COLUMN … CASCADE takes away what depends on ${what}, unseen: drop that by name`,
      );
    const [blocker] = columnBlockers(known, statement, alter).dependents;
    if (blocker) throw new NotRewritable("dependents", `the ${blocker.kind} ${blocker.key} depends on ${what}`);
    const { notNull, default: value, identity, generated } = column.attributes;
    const isKey = before
      .constraints(refOf(alter.table, context))
      .some(({ attributes }) => attributes.type === "p" && attributes.columns.includes(name));
    const leaveOut: Move = {
      sql: `ALTER TABLE ${relation} ALTER COLUMN ${readableName(name)} DROP NOT NULL`,
      phase: "expand",
      slug: "leave_out",
    };
    const isAsked = context.step === null && notNull && value === null && identity === "" && generated === "" && !isKey;
    const drop: Move = {
      sql: statement.sql,
      phase: "contract",
      slug: "drop",
      condition: `no deployed version of the application reads or writes ${what}`,
    };
    return { moves: [...(isAsked ? [leaveOut] : []), drop] };
  },
};
