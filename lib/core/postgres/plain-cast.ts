import type { Node, TypeName } from "libpg-query";
import { isParsed, parseSql } from "../sql/parse.js";
import { as, columnName } from "../sql/tree.js";
import { parseType } from "./type-change.js";

/** The tree of an expression as it would follow SELECT; null when it is not understood. */
export function expressionTree(sql: string): Node | null {
  const [statement] = parseSql(`SELECT ${sql}`, "expression").statements;
  if (!statement || !isParsed(statement) || !("SelectStmt" in statement.node)) return null;
  const [target] = statement.node.SelectStmt.targetList ?? [];
  return target && "ResTarget" in target ? (target.ResTarget.val ?? null) : null;
}

/** How a tree's types are spelled: like `type`, with which they are compared. */
export type Spelling = (type: TypeName) => string;

/** The types to which an expression casts a column, the innermost first; null when it is more than casts of that column. */
function castsOf(expression: Node | null | undefined, column: string, spell: Spelling): readonly string[] | null {
  const types: TypeName[] = [];
  let node = expression ?? undefined;
  for (let cast = as(node, "TypeCast"); cast; cast = as(node, "TypeCast")) {
    if (cast.typeName) types.unshift(cast.typeName);
    node = cast.arg;
  }
  return node !== undefined && columnName(node) === column ? types.map(spell) : null;
}

/** Whether USING says no more than the change of type itself: absent, the column, or the column cast to the new type. */
export function isPlainCast(using: Node | null | undefined, type: string, column: string, spell: Spelling): boolean {
  if (!using) return true;
  const casts = castsOf(using, column, spell);
  return casts?.every((each) => sameSpelling(each, type)) ?? false;
}

/** Types that hold any text. */
const TEXTS = ["text", "character varying"];

/** The same through a text of any length, as in `c::text::integer`, which preserves every value. Arrays go through an array of texts. */
export function isPlainCastThroughText(
  using: Node | null | undefined,
  type: string,
  column: string,
  spell: Spelling,
): boolean {
  if (isPlainCast(using, type, column, spell)) return true;
  const casts = castsOf(using, column, spell);
  const [first, ...rest] = casts ?? [];
  if (first === undefined || rest.length !== 1 || !rest.every((each) => sameSpelling(each, type))) return false;
  const through = parseType(first);
  const array = type.endsWith("[]") ? "[]" : "";
  return through?.modifiers.length === 0 && TEXTS.some((text) => `${text}${array}` === through.base);
}

/** Two spellings of one type, such as `int4` and `integer`. */
function sameSpelling(a: string, b: string): boolean {
  const [left, right] = [parseType(a), parseType(b)];
  if (!left || !right) return a === b;
  return left.base === right.base && left.modifiers.join() === right.modifiers.join();
}
