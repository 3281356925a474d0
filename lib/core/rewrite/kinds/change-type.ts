import type { ColumnDef, Node } from "libpg-query";
import { rangeKey } from "../../lint/known/key.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import { isEmptied } from "../../lint/rules/support/emptied-tables.js";
import { namesOf } from "../../lint/rules/support/expression-names.js";
import { typeChange } from "../../lint/rules/support/type-change.js";
import { printType, typeFromText, typeOf } from "../../postgres/column-type.js";
import { MUTABLE_CASTS, whyMutable } from "../../postgres/mutable-expression.js";
import { isPlainCastThroughText } from "../../postgres/plain-cast.js";
import { volatileCall } from "../../postgres/volatile-call.js";
import { speaksOf } from "../../sql/column-instead.js";
import { deparseCollation, deparseType } from "../../sql/deparse.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { type AlterCommand, as, columnName, constant, listItems, strings } from "../../sql/tree.js";
import type { RewriteContext, RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { refuseOnly, singleAlter } from "../support/single-alter.js";
import { refOf } from "../support/table-of.js";
import { refuseUncarried } from "../swap/refuse-uncarried.js";
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

/** The value of USING, which must be the same for every row whenever it is written. Throws `NotRewritable`. */
function secondValue(
  definition: ColumnDef,
  alter: AlterCommand,
  statement: LintStatement,
  context: RewriteContext,
): Node {
  const { known } = context;
  const name = alter.command.name ?? "";
  const what = `${readableRelation(alter.table)}.${readableName(name)}`;
  const own: Node = { ColumnRef: { fields: [{ String: { sval: name } }] } };
  const value = definition.raw_default ?? own;
  const names = namesOf(known, statement, alter.table);
  const generated = context.before
    .columns(refOf(alter.table, context))
    .find(({ id, attributes }) => attributes.generated !== "" && speaksOf(value, id.name));
  if (generated)
    throw new NotRewritable(
      "form",
      `${what} gets its value from the generated column ${readableName(generated.id.name)}, which a trigger cannot read`,
    );
  const call = volatileCall(value, known.functions);
  const [from, to] = [names.column(name), typeOf(definition.typeName)];
  const byCast = from && to && !definition.raw_default && MUTABLE_CASTS[from.name]?.includes(to.name);
  const why =
    whyMutable(value, names) ??
    (call ? `${call.name} is not known to be immutable` : null) ??
    (byCast ? `the cast from ${from.name} to ${to.name} is not immutable` : null);
  if (why !== null)
    throw new NotRewritable(
      "form",
      `${what} gets a value that depends on the session or the time: ${why}. Write USING with an expression that does not, such as AT TIME ZONE 'UTC'`,
    );
  return value;
}

/**
 * The value of the first column, computed from the second: where USING says no more than the new type, or a time zone. Null where that is unknown.
 */
function valueBack({ raw_default: value, typeName }: ColumnDef, name: string): Node | null {
  const own: Node = { ColumnRef: { fields: [{ String: { sval: name } }] } };
  const to = typeOf(typeName);
  const spell = (type: Parameters<typeof typeOf>[0]) =>
    printType(typeOf(type) ?? { name: "?", modifiers: [], array: false });
  if (to && isPlainCastThroughText(value, printType(to), name, spell)) return own;
  // AT TIME ZONE is its own reverse.
  const call = as(value, "FuncCall");
  const isZone = strings(call?.funcname).at(-1) === "timezone" && constant(call?.args?.[0]) !== undefined;
  return isZone && columnName(call?.args?.[1]) === name ? (value ?? null) : null;
}
