import type { ColumnDef, Node } from "libpg-query";
import type { LintStatement } from "../../lint/lint-statement.js";
import { namesOf } from "../../lint/rules/support/expression-names.js";
import { printType, typeOf } from "../../postgres/column-type.js";
import { MUTABLE_CASTS, whyMutable } from "../../postgres/mutable-expression.js";
import { isPlainCastThroughText } from "../../postgres/plain-cast.js";
import { volatileCall } from "../../postgres/volatile-call.js";
import { speaksOf } from "../../sql/column-instead.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { type AlterCommand, as, columnName, constant, strings } from "../../sql/tree.js";
import type { RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { refOf } from "../support/table-of.js";

/** The value of USING, which must be the same for every row whenever it is written. Throws `NotRewritable`. */
export function secondValue(
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
export function valueBack({ raw_default: value, typeName }: ColumnDef, name: string): Node | null {
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
