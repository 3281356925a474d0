import type { ColumnDef } from "libpg-query";
import { rangeKey } from "../../lint/known/key.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import { isEmptied } from "../../lint/rules/support/emptied-tables.js";
import { typeChange } from "../../lint/rules/support/type-change.js";
import { typeFromText, typeOf } from "../../postgres/column-type.js";
import { deparseCollation, deparseType } from "../../sql/deparse.js";
import { type AlterCommand, as, listItems, strings } from "../../sql/tree.js";
import type { RewriteContext, RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { refuseOnly, singleAlter } from "../support/single-alter.js";
import { refOf } from "../support/table-of.js";
import { refuseUncarried } from "../swap/refuse-uncarried.js";
import { secondValue, valueBack } from "../swap/second-value.js";
import { standInFor } from "../swap/stand-in.js";
import { swapMoves } from "../swap/swap-moves.js";

export const changeType: RewriteKind = {
  id: "change-type",
  title:
    "a second column of the new type, kept equal by a trigger and filled in batches, which then takes the first one's place",
  takesAway: ["SG007", "SG009"],
  rewrite(statement, context) {
    const alter = singleAlter(statement, "AT_AlterColumnType");
    const definition = as(alter?.command.def, "ColumnDef");
    const to = typeOf(definition?.typeName);
    const name = alter?.command.name;
    const { known } = context;
    if (!alter || !definition || !to || name === undefined || known.isNew(alter.table, statement)) return null;
    const ref = refOf(alter.table, context);
    const column = context.before.column(ref, name);
    const now = known.table(alter.table)?.columns.get(name);
    if (!column || !now || isEmptied(alter.table, statement, known)) return null;
    const change = typeChange(now.type ?? typeFromText(column.attributes.type), to, definition.raw_default, name);
    if (change === "kept" && !isCollated(definition, alter, context)) return null;
    refuseOnly(alter);
    const standIn = standInFor(alter.table, ref, column, context);
    refuseUncarried(standIn, alter, statement, context);
    refuseRenamedType(column.attributes.type, statement, context);
    const value = secondValue(definition, alter, statement, context);
    const collation = deparseCollation(definition.collClause);
    const type = deparseType(definition.typeName);
    const second = { type, collation, value, back: valueBack(definition, name) };
    return { moves: swapMoves(standIn, second, statement, context) };
  },
};

/** Queries that cast to a type by name would meet the new type before the column has it. Throws `NotRewritable`. */
function refuseRenamedType(type: string, statement: LintStatement, { known }: RewriteContext): void {
  const renamed = known
    .before(statement, "RenameStmt")
    .map(({ node }) => as(node, "RenameStmt"))
    .find((rename) => {
      const name = strings(listItems(rename?.object)).at(-1) ?? "";
      return (
        rename?.renameType === "OBJECT_TYPE" && typeFromText(type).name.split(".").at(-1)?.replaceAll('"', "") === name
      );
    });
  if (renamed)
    throw new NotRewritable(
      "depends",
      `its type ${type} is renamed before, and queries that name it would meet another type until the swap`,
    );
}

/** A different collation does not change the rows, but the server rebuilds the column's indexes. */
function isCollated({ collClause }: ColumnDef, { table, command }: AlterCommand, { known }: RewriteContext): boolean {
  return (
    collClause !== undefined && known.indexesOf(rangeKey(table)).some(({ keys }) => keys.includes(command.name ?? ""))
  );
}
