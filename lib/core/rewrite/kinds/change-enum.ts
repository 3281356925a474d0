import { as } from "../../sql/tree.js";
import { enumDrop, enumMoves } from "../enum/enum-moves.js";
import { isSameColumn, replacedEnums } from "../enum/replaced-enum.js";
import type { RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { singleAlter } from "../support/single-alter.js";

export const changeEnum: RewriteKind = {
  id: "change-enum",
  title:
    "a second column of the new enum for each that has the old one, kept equal by a trigger and filled in batches; columns and types swap names together",
  takesAway: ["SG007"],
  rewrite(statement, context) {
    const all = replacedEnums(statement.script, context);
    const owns = all.filter(({ statements }) => statements.includes(statement.index));
    if (owns.length > 0) {
      const dropped = as(statement.node, "DropStmt")?.objects?.length ?? 0;
      if (dropped > owns.length)
        throw new NotRewritable("form", "it drops other types too, and these wait: drop them in a separate statement");
      return { moves: dropped === 0 ? [] : owns.map((each) => enumDrop(each, context)) };
    }
    const sets = singleAlter(statement, "AT_ColumnDefault");
    if (sets && all.some(({ columns }) => columns.some((each) => isSameColumn(each, sets)))) return { moves: [] };
    const changes = singleAlter(statement, "AT_AlterColumnType");
    const own = all.find(({ columns }) => changes && columns.some((each) => isSameColumn(each, changes)));
    const last = own?.columns.at(-1);
    if (!own || !last || !changes) return null;
    return { moves: isSameColumn(last, changes) ? enumMoves(own, statement, context) : [] };
  },
};
