import type { Node, TypeCast } from "libpg-query";
import { identifier, literal } from "./quote.js";
import { as, strings } from "./tree.js";

/** What a variable of a body always holds: a text, or the texts of an array. */
export type Constant =
  | {
      readonly kind: "text";
      readonly text: string;
      /** The name of a relation, which the server prints in its own way: with its schema or without. */
      readonly relation?: boolean;
    }
  | { readonly kind: "list"; readonly items: readonly string[] };

/** By the name that stands in the text: `t`, `r.x`, `$1`. */
export type Constants = ReadonlyMap<string, Constant>;

export const NO_CONSTANTS: Constants = new Map();

/** The text that an expression always has: a literal, a variable that is one, `||` of such, or `format` with such arguments. Null for any other. */
export function constantText(node: Node, constants: Constants = NO_CONSTANTS): string | null {
  if ("A_Const" in node) return constant(node);
  if ("TypeCast" in node) return cast(node.TypeCast, constants);
  if ("A_Expr" in node) return concatenation(node, constants);
  if ("FuncCall" in node) return called(node, constants);
  const found = variable(node, constants);
  return found?.kind === "text" ? found.text : null;
}

/** The texts that an array always has: `ARRAY['a', 'b']`, `'{a,b}'::text[]`, `string_to_array('a,b', ',')`, or a variable. Null for any other. */
export function constantList(node: Node, constants: Constants = NO_CONSTANTS): readonly string[] | null {
  const found = variable(node, constants);
  if (found) return found.kind === "list" ? found.items : null;
  const array = as(node, "A_ArrayExpr");
  if (array) return allTexts(array.elements ?? [], constants);
  const cast = as(node, "TypeCast");
  if (cast?.arg && (cast.typeName?.arrayBounds ?? []).length > 0) {
    const text = as(cast.arg, "A_Const") ? constantText(cast.arg) : null;
    return text === null ? constantList(cast.arg, constants) : listed(text);
  }
  const call = as(node, "FuncCall");
  if (!call || strings(call.funcname).at(-1) !== "string_to_array") return null;
  const [text, mark, ...more] = allTexts(call.args ?? [], constants) ?? [];
  return text === undefined || !mark || more.length > 0 ? null : text === "" ? [] : text.split(mark);
}

/** The name under which a variable stands in an expression. */
export function variableName(node: Node): string | null {
  const reference = as(node, "ColumnRef");
  const names = strings(reference?.fields);
  if (reference) return names.length === (reference.fields ?? []).length ? names.join(".") : null;
  const parameter = as(node, "ParamRef");
  return parameter ? `$${parameter.number ?? 0}` : null;
}

export function allTexts(nodes: readonly Node[], constants: Constants): readonly string[] | null {
  const texts = nodes.map((node) => constantText(node, constants));
  return texts.every((text) => text !== null) ? texts : null;
}

function variable(node: Node, constants: Constants): Constant | undefined {
  return constants.get(variableName(node) ?? "");
}

/** Elements without quotes, braces and NULL: others are not taken apart. */
function listed(text: string): readonly string[] | null {
  const inner = /^\s*\{([^{}"\\]*)\}\s*$/.exec(text)?.[1];
  if (inner === undefined) return null;
  const items = inner.trim() === "" ? [] : inner.split(",").map((item) => item.trim());
  return items.some((item) => item === "" || item.toLowerCase() === "null") ? null : items;
}

/** Types that print a value otherwise than it is written. */
const PRINTED =
  /^(bool|float[48]|numeric|date|time(tz)?|timestamp(tz)?|interval|bpchar|char|json|jsonb|bytea|inet|cidr|uuid|money|xml|bit|varbit)$/;

function cast({ arg, typeName }: TypeCast, constants: Constants): string | null {
  const text = arg ? constantText(arg, constants) : null;
  const type = strings(typeName?.names).at(-1) ?? "";
  if (text === null || PRINTED.test(type) || (typeName?.typmods ?? []).length > 0) return null;
  return /^int[248]$/.test(type) && !WHOLE.test(text) ? null : text;
}

const WHOLE = /^(0|-?[1-9]\d*)$/;

function constant(node: Extract<Node, { A_Const: unknown }>): string | null {
  const { sval, ival, isnull } = node.A_Const;
  if (isnull) return null;
  if (sval) return sval.sval ?? "";
  return ival ? String(ival.ival ?? 0) : null;
}

function concatenation(node: Extract<Node, { A_Expr: unknown }>, constants: Constants): string | null {
  const { name, lexpr, rexpr } = node.A_Expr;
  const [operator] = name ?? [];
  if (!operator || !("String" in operator) || operator.String.sval !== "||" || !lexpr || !rexpr) return null;
  const left = constantText(lexpr, constants);
  const right = constantText(rexpr, constants);
  return left === null || right === null ? null : left + right;
}

function called(node: Extract<Node, { FuncCall: unknown }>, constants: Constants): string | null {
  const { funcname, args = [], func_variadic } = node.FuncCall;
  const names = strings(funcname);
  if (func_variadic || (names.length === 2 && names[0] !== "pg_catalog")) return null;
  const [first] = args;
  switch (names.at(-1)) {
    case "format":
      return formatted(args, constants);
    case "concat":
      return allTexts(args, constants)?.join("") ?? null;
    case "quote_ident":
      return first ? quoted(first, "I", constants) : null;
    case "quote_literal":
    case "quote_nullable":
      return first ? quoted(first, "L", constants) : null;
    case "lower": {
      const text = first ? constantText(first, constants) : null;
      // Which letters have another case depends on the collation, except for those of ASCII.
      return text !== null && /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : null;
    }
    default:
      return null;
  }
}

function formatted([first, ...values]: readonly Node[], constants: Constants): string | null {
  const template = first ? constantText(first, constants) : null;
  if (template === null) return null;
  let next = 0;
  let known = true;
  const text = template.replace(/%(%|(?:(\d+)\$)?([sIL])|[\s\S])/g, (all, _rest, position, kind) => {
    if (all === "%%") return "%";
    const value = kind ? values[position ? Number(position) - 1 : next++] : undefined;
    const shown = value ? quoted(value, kind, constants) : null;
    if (shown === null) known = false;
    return shown ?? "";
  });
  return known ? text : null;
}

/** A value as `%s`, `%I` or `%L` writes it. */
function quoted(node: Node, kind: string, constants: Constants): string | null {
  const text = constantText(node, constants);
  if (text === null || kind === "s") return text;
  // Quoted once more the way it is printed matters, and only a simple name is printed as it is written.
  if (ofRelation(node, constants) && !/^[a-z_][a-z0-9_]*$/.test(text)) return null;
  return kind === "I" ? identifier(text) : literal(text);
}

function ofRelation(node: Node, constants: Constants): boolean {
  const found = variable(node, constants);
  if (found) return found.kind === "text" && found.relation === true;
  const cast = as(node, "TypeCast");
  if (!cast?.arg) return false;
  return /^reg/.test(strings(cast.typeName?.names).at(-1) ?? "") || ofRelation(cast.arg, constants);
}
