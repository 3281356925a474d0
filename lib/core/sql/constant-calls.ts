import type { FuncCall, Node } from "libpg-query";
import { type ConstantItems, type ConstantValue, hasRelation } from "./constant-types.js";
import { literal } from "./quote.js";
import { readableName } from "./readable-name.js";
import { strings } from "./tree.js";

/** Functions and the operator of PostgreSQL whose result we compute. A tenant's own of the same name may take their place. */
export const COMPUTED: ReadonlySet<string> = new Set([
  ...["format", "concat", "quote_ident", "quote_literal", "quote_nullable", "lower", "string_to_array", "unnest", "||"],
]);

/** The name of a built-in function in a call; null if the call names another schema, or contains `VARIADIC`, DISTINCT and the like. */
export function builtInCalled(call: FuncCall): string | null {
  const names = strings(call.funcname);
  const plain = !call.func_variadic && !call.agg_distinct && !call.agg_filter && !call.over && !call.agg_order?.length;
  return plain && (names.length === 1 || (names.length === 2 && names[0] === "pg_catalog"))
    ? (names.at(-1) ?? null)
    : null;
}

type Evaluate = (node: Node) => ConstantValue | null;

/** The text that a call always returns; null where it is unknown. */
export function calledText(call: FuncCall, evaluate: Evaluate): ConstantValue | null {
  const { args = [] } = call;
  const [first] = args;
  const alone = first && args.length === 1 ? first : null;
  switch (builtInCalled(call)) {
    case "format":
      return told(formatted(args, evaluate));
    case "concat":
      return told(joined(args, evaluate));
    case "quote_ident":
      return told(alone && quoted(alone, "I", evaluate));
    case "quote_literal":
    case "quote_nullable":
      return told(alone && quoted(alone, "L", evaluate));
    case "lower":
      return told(alone && lowered(alone, evaluate));
    default:
      return null;
  }
}

/** The texts of the array that a call always returns; null where they are unknown. */
export function calledTexts(call: FuncCall, evaluate: Evaluate): ConstantItems | null {
  if (builtInCalled(call) !== "string_to_array") return null;
  const values = (call.args ?? []).map((each) => evaluate(each)?.text);
  const [text, mark, ...more] = values;
  if (text === undefined || !mark || more.length > 0 || hasRelation(text + mark)) return null;
  return { kind: "list", items: text === "" ? [] : text.split(mark), type: "text" };
}

function told(text: string | null): ConstantValue | null {
  return text === null ? null : { kind: "text", text, type: "text" };
}

function joined(args: readonly Node[], evaluate: Evaluate): string | null {
  const texts = args.map((each) => evaluate(each)?.text);
  return texts.every((text) => text !== undefined) ? texts.join("") : null;
}

/** Which letters change case depends on the collation, except for ASCII; `I` has a different lower case in Turkish. */
function lowered(node: Node, evaluate: Evaluate): string | null {
  const text = evaluate(node)?.text;
  return text !== undefined && /^[\x20-\x7e]*$/.test(text) && !text.includes("I") ? text.toLowerCase() : null;
}

function formatted([first, ...values]: readonly Node[], evaluate: Evaluate): string | null {
  const template = first ? evaluate(first)?.text : undefined;
  if (template === undefined || hasRelation(template)) return null;
  return filledTemplate(template, (at, kind) => {
    const value = values[at];
    return value ? quoted(value, kind, evaluate) : null;
  });
}

export type FormatKind = "s" | "I" | "L";

/**
 * The template of `format` with its places filled by `fill`, which gets the argument's number; null where one cannot be filled. After a place with a
 * number, the next one without continues from there (manual, "format").
 */
export function filledTemplate(template: string, fill: (at: number, kind: FormatKind) => string | null): string | null {
  let next = 0;
  let known = true;
  const text = template.replace(/%(%|(?:([1-9]\d{0,3})\$)?([sIL])|[\s\S]?)/g, (all, _rest, position, kind) => {
    if (all === "%%") return "%";
    if (position) next = Number(position) - 1;
    const shown = kind ? fill(next++, kind) : null;
    if (shown === null) known = false;
    return shown ?? "";
  });
  return known ? text : null;
}

/** A value as `%s`, `%I` or `%L` writes it. A relation that is quoted once more depends on how it is printed, which is unknown. */
function quoted(node: Node, kind: FormatKind, evaluate: Evaluate): string | null {
  const text = evaluate(node)?.text;
  if (text === undefined || kind === "s") return text ?? null;
  if (hasRelation(text)) return null;
  return kind === "I" ? readableName(text) : literal(text).trimStart();
}
