import type { Node } from "libpg-query";
import { as, columnName, find, strings } from "../sql/tree.js";
import { type ColumnType, typeOf } from "./column-type.js";
import { builtInVolatility } from "./functions.js";

const words = (text: string): readonly string[] => text.split(/\s+/);

/** Functions of pg_catalog that have immutable overloads and others. Measured in test/core/postgres/mutable-expression.test.ts. */
export const MIXED_FUNCTIONS: ReadonlySet<string> = new Set(
  words(`age date date_add date_part date_subtract date_trunc extract generate_series in_range json_to_tsvector
    jsonb_to_tsvector length numeric overlaps phraseto_tsquery plainto_tsquery quote_literal quote_nullable time timestamp
    timestamptz timetz timezone to_timestamp to_tsquery to_tsvector ts_headline ts_parse ts_rewrite ts_token_type
    websearch_to_tsquery`),
);

/** Of these, the ones that read the default text search configuration when none is given. */
const SEARCH = new Set(words("to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery"));
/** Of these, the ones that read the session's TimeZone when they are given a timestamptz. */
const ZONED = new Set(words("date date_part date_trunc extract time timestamp"));

const TEXTS = words("text varchar bpchar name");
const PARSED = words("money date time timetz timestamp timestamptz interval xml regclass");

/** Casts between built-in types that read a session setting or the catalog, by the column's type. Measured there too. */
export const MUTABLE_CASTS: Readonly<Record<string, readonly string[]>> = {
  int4: ["money"],
  int8: ["money"],
  numeric: ["money"],
  money: ["numeric", ...TEXTS],
  text: PARSED,
  varchar: PARSED,
  bpchar: PARSED,
  name: PARSED,
  date: [...TEXTS, "timestamptz"],
  time: ["timetz"],
  timestamp: [...TEXTS, "timestamptz"],
  timestamptz: [...TEXTS, ...words("date time timetz timestamp")],
  interval: TEXTS,
  regclass: TEXTS,
};

/** What a caller knows about the names in an expression. */
export interface ExpressionNames {
  /** Null when the type is unknown. */
  readonly column: (name: string) => ColumnType | null;
  /** Of the schema's own functions of this name: whether none of them can be immutable; null when there is no such function. */
  readonly ownIsMutable: (name: string) => boolean | null;
}

/**
 * Why the server refuses an expression where it requires an immutable one (an index, a generated column, a partition key); a clause such as `to_char
 * is not immutable`. Null when it accepts it, and when that depends on something unknown.
 */
export function whyMutable(expression: Node | readonly Node[] | undefined, names: ExpressionNames): string | null {
  if (find(expression, "SubLink").length > 0) return "it holds a subquery";
  const [value] = find(expression, "SQLValueFunction");
  if (value) return `${(value.op ?? "").replace(/^SVFOP_|_N$/g, "")} is not immutable`;
  for (const call of find(expression, "FuncCall")) {
    const name = strings(call.funcname).at(-1) ?? "";
    if (isMutableCall(name, call.args ?? [], names)) return `${name} is not immutable`;
  }
  for (const cast of find(expression, "TypeCast")) {
    const [from, to] = [typeIn(cast.arg, names), typeOf(cast.typeName)];
    const mutable = from && to && !from.array && !to.array && MUTABLE_CASTS[from.name]?.includes(to.name);
    if (mutable) return `the cast from ${from.name} to ${to.name} is not immutable`;
  }
  return null;
}

function isMutableCall(name: string, args: readonly Node[], names: ExpressionNames): boolean {
  const own = names.ownIsMutable(name);
  if (own !== null) return own;
  if (MIXED_FUNCTIONS.has(name)) {
    if (name === "age") return args.length === 1;
    // Immutable with a zone of its own from 17 on.
    if (name === "date_trunc" && args.length === 3) return false;
    if (SEARCH.has(name)) return args.length === 1 && isText(typeIn(args[0], names));
    return ZONED.has(name) && args.some((arg) => isZoned(typeIn(arg, names)));
  }
  const volatility = builtInVolatility(name);
  return volatility !== null && volatility !== "immutable";
}

function typeIn(node: Node | undefined, names: ExpressionNames): ColumnType | null {
  const cast = as(node, "TypeCast");
  if (cast) return typeOf(cast.typeName);
  const operator = strings(as(node, "A_Expr")?.name).at(-1) ?? "";
  if (JSON_TEXT.includes(operator)) return { name: "text", modifiers: [], array: false };
  const column = columnName(node);
  return column === undefined ? null : names.column(column);
}

/** Operators of json and jsonb that return a text. */
const JSON_TEXT = ["->>", "#>>"];

function isText(type: ColumnType | null): boolean {
  return type !== null && !type.array && TEXTS.includes(type.name);
}

function isZoned(type: ColumnType | null): boolean {
  return type?.name === "timestamptz" && !type.array;
}
