import type { Node, TypeCast } from "libpg-query";
import { calledText, calledTexts } from "./constant-calls.js";
import {
  type Constant,
  type ConstantItems,
  type ConstantType,
  type ConstantValue,
  hasRelation,
  printedAs,
  settledText,
  writtenType,
} from "./constant-types.js";
import { as, strings } from "./tree.js";

/** By the name in the text: `t`, `r.x`, `$1`. */
export type Constants = ReadonlyMap<string, Constant>;

export const NO_CONSTANTS: Constants = new Map();

/** The text that an expression always has when it is executed. Null for anything outside the closed list that `constantValue` knows. */
export function constantText(node: Node, constants: Constants = NO_CONSTANTS): string | null {
  const value = constantValue(node, constants);
  return value && settledText(value.text);
}

/**
 * What an expression always is: a literal, a variable holding one, a cast to a type that prints it as it is written, `||` of such values, or one of a
 * few functions of them. Null for any other, which is never guessed.
 */
export function constantValue(node: Node, constants: Constants): ConstantValue | null {
  if ("A_Const" in node) return literalValue(node);
  if ("TypeCast" in node) return castValue(node.TypeCast, constants);
  if ("A_Expr" in node) return concatenation(node, constants);
  if ("FuncCall" in node) return calledText(node.FuncCall, (each) => constantValue(each, constants));
  const found = variable(node, constants);
  return found?.kind === "text" ? found : null;
}

/** The elements that an array always has: `ARRAY['a', 'b']`, `'{a,b}'::text[]`, `string_to_array('a,b', ',')`, or a variable. Null for any other. */
export function constantItems(node: Node, constants: Constants): ConstantItems | null {
  const found = variable(node, constants);
  if (found) return found.kind === "list" ? found : null;
  const array = as(node, "A_ArrayExpr");
  if (array) return ofOneType((array.elements ?? []).map((each) => constantValue(each, constants)));
  const cast = as(node, "TypeCast");
  if (cast?.arg && (cast.typeName?.arrayBounds ?? []).length > 0) {
    const type = writtenType(cast.typeName);
    const literal = as(cast.arg, "A_Const")?.sval;
    const items = literal ? arrayLiteral(literal.sval ?? "") : constantItems(cast.arg, constants);
    return type && items && itemsAs(items, type);
  }
  const call = as(node, "FuncCall");
  return call ? calledTexts(call, (each) => constantValue(each, constants)) : null;
}

/** Values in one column or one array: PostgreSQL gives all of them one type (manual, "UNION, CASE, and Related Constructs"). */
export function ofOneType(values: readonly (ConstantValue | null)[]): ConstantItems | null {
  const known = values.flatMap((value) => value ?? []);
  const types = new Set(known.map(({ type }) => type).filter((type) => type !== "literal"));
  if (known.length < values.length || types.size > 1) return null;
  const [type = "text"] = types;
  return itemsAs({ kind: "list", items: known.map(({ text }) => text), type: "literal" }, type);
}

/** Elements after a cast of each; null where one prints differently. */
export function itemsAs({ items }: ConstantItems, type: ConstantType): ConstantItems | null {
  const printed = items.map((item) => printedAs(item, type));
  return printed.every((item) => item !== null) ? { kind: "list", items: printed, type } : null;
}

/** A value after a cast or an assignment; null where it prints differently. */
export function valueAs({ text }: ConstantValue, type: ConstantType): ConstantValue | null {
  const printed = printedAs(text, type);
  return printed === null ? null : { kind: "text", text: printed, type };
}

/** The elements of an array literal without quotes, braces and NULL: others are not taken apart. */
export function arrayLiteral(text: string): ConstantItems | null {
  const inner = hasRelation(text) ? undefined : /^\s*\{([^{}"\\]*)\}\s*$/.exec(text)?.[1];
  if (inner === undefined) return null;
  const items = inner.trim() === "" ? [] : inner.split(",").map((item) => item.trim());
  const known = !items.some((item) => item === "" || item.toLowerCase() === "null");
  return known ? { kind: "list", items, type: "literal" } : null;
}

/** The name of a variable in an expression. */
export function variableName(node: Node): string | null {
  const reference = as(node, "ColumnRef");
  const names = strings(reference?.fields);
  if (reference) return names.length === (reference.fields ?? []).length ? names.join(".") : null;
  const parameter = as(node, "ParamRef");
  return parameter ? `$${parameter.number ?? 0}` : null;
}

function variable(node: Node, constants: Constants): Constant | undefined {
  return constants.get(variableName(node) ?? "");
}

function literalValue({ A_Const }: Extract<Node, { A_Const: unknown }>): ConstantValue | null {
  const { sval, ival, isnull } = A_Const;
  if (isnull) return null;
  // A text that already contains the marks of a relation's name is not one of ours.
  if (sval) return hasRelation(sval.sval ?? "") ? null : { kind: "text", text: sval.sval ?? "", type: "literal" };
  return ival ? { kind: "text", text: String(ival.ival ?? 0), type: "int4" } : null;
}

function castValue({ arg, typeName }: TypeCast, constants: Constants): ConstantValue | null {
  const type = writtenType(typeName);
  const value = arg && type && (typeName?.arrayBounds ?? []).length === 0 ? constantValue(arg, constants) : null;
  return value && type && valueAs(value, type);
}

const STRINGS: ReadonlySet<ConstantType> = new Set(["literal", "text", "varchar", "name"]);

function concatenation({ A_Expr }: Extract<Node, { A_Expr: unknown }>, constants: Constants): ConstantValue | null {
  const { kind, name, lexpr, rexpr } = A_Expr;
  if (
    kind !== "AEXPR_OP" ||
    strings(name)
      .join(".")
      .replace(/^pg_catalog\./, "") !== "||" ||
    !lexpr ||
    !rexpr
  )
    return null;
  const left = constantValue(lexpr, constants);
  const right = constantValue(rexpr, constants);
  if (!left || !right || !(STRINGS.has(left.type) || STRINGS.has(right.type))) return null;
  return { kind: "text", text: left.text + right.text, type: "text" };
}
