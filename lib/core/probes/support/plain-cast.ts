import type { Node } from "libpg-query";
import type { AlterColumnType } from "../../operations/index.js";
import { parseType } from "../../postgres/type-change.js";
import { deparseType } from "../../sql/deparse.js";
import { isParsed, parseSql } from "../../sql/parse.js";

/** The tree of an expression as SQL has it after SELECT; null for what is not understood. */
export function expressionTree(sql: string): Node | null {
  const [statement] = parseSql(`SELECT ${sql}`, "expression").statements;
  if (!statement || !isParsed(statement) || !("SelectStmt" in statement.node)) return null;
  const [target] = statement.node.SelectStmt.targetList ?? [];
  return target && "ResTarget" in target ? (target.ResTarget.val ?? null) : null;
}

/** True for no USING, and for one that says no more than the cast to the new type, through a text or not. */
export function isPlainCast({ using, type, column }: AlterColumnType): boolean {
  const tree = using === null ? null : expressionTree(using);
  if (tree === null) return using === null;
  if (!("TypeCast" in tree)) return isColumn(tree, column);
  if (!sameSpelling(deparseType(tree.TypeCast.typeName), type)) return false;
  const inner = tree.TypeCast.arg;
  if (!inner || !("TypeCast" in inner)) return isColumn(inner, column);
  const through = parseType(deparseType(inner.TypeCast.typeName));
  const whole = through?.modifiers.length === 0 && ["text", "character varying"].includes(through.base);
  return whole && isColumn(inner.TypeCast.arg, column);
}

function isColumn(node: Node | undefined, column: string): boolean {
  if (!node || !("ColumnRef" in node)) return false;
  const field = node.ColumnRef.fields?.at(-1);
  return field !== undefined && "String" in field && field.String.sval === column;
}

function sameSpelling(a: string, b: string): boolean {
  const [left, right] = [parseType(a), parseType(b)];
  if (!left || !right) return a === b;
  return left.base === right.base && left.modifiers.join() === right.modifiers.join();
}
