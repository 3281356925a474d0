import { literal } from "../sql/quote.js";
import { keepsHeap, parseType } from "./type-change.js";

/** What happens to a value when its type changes, as SQL that never raises an error. */
export interface Fit {
  /** True for a value that the other type has too. NULL and false: part of it would be lost. */
  readonly survives: string;
  /** What replaces a value that the conversion would refuse: shortened if possible, otherwise NULL. Null when none is refused. */
  readonly replaced: { readonly refused: string; readonly by: string } | null;
}

const INTEGERS: ReadonlyMap<string, readonly [string, string]> = new Map([
  ["smallint", ["-32768", "32767"]],
  ["integer", ["-2147483648", "2147483647"]],
  ["bigint", ["-9223372036854775808", "9223372036854775807"]],
]);
const NUMBERS: ReadonlySet<string> = new Set([...INTEGERS.keys(), "numeric", "real", "double precision"]);
const FLOATS: ReadonlySet<string> = new Set(["real", "double precision"]);
const TEXTS: ReadonlySet<string> = new Set(["text", "character varying", "character"]);
const MOMENTS = /^(timestamp|date|time)\b/;

/**
 * How `value`, of type `from`, fits into `to`. Null when nothing is known about the pair: then every value is looked at after it is converted. Types
 * as `format_type` spells them. `labels`: those of the enum `to`, if it is one, or an array or a domain of one.
 */
export function fitOf(value: string, from: string, to: string, labels: readonly string[] | null): Fit | null {
  if (labels !== null) {
    const list = labels.map(literal).join(", ");
    const known = to.endsWith("[]")
      ? `NOT EXISTS (SELECT FROM unnest(${value}::text[]) AS e(label) WHERE e.label NOT IN (${list}))`
      : `${value}::text IN (${list})`;
    return { survives: known, replaced: { refused: `NOT (${known})`, by: "NULL" } };
  }
  const old = parseType(from);
  const next = parseType(to);
  if (!old || !next) return null;
  const range = INTEGERS.get(next.base);
  if (FLOATS.has(old.base) && range) return floatIntoInteger(value, range[1]);
  if (NUMBERS.has(old.base) && range) {
    const number = `${value}::numeric`;
    const within = `(${value}::text NOT IN ('NaN', 'Infinity', '-Infinity') AND ${number} > ${range[0]}::numeric - 0.5 AND ${number} < ${range[1]}::numeric + 0.5)`;
    return {
      survives: `CASE WHEN ${within} THEN trunc(${number}) = ${number} ELSE false END`,
      replaced: { refused: `NOT ${within}`, by: "NULL" },
    };
  }
  if (NUMBERS.has(old.base) && next.base === "numeric" && next.modifiers.length > 0)
    return intoNumeric(value, FLOATS.has(old.base) ? from : null, next.modifiers);
  if (TEXTS.has(old.base) && TEXTS.has(next.base) && next.modifiers.length > 0) {
    const [length = 1] = next.modifiers;
    const short = `char_length(${value}::text) <= ${length}`;
    const plain =
      next.base === "character" || old.base === "character"
        ? `${short} AND rtrim(${value}::text, ' ') = ${value}::text`
        : short;
    return { survives: plain, replaced: { refused: `NOT (${short})`, by: `left(${value}::text, ${length})` } };
  }
  if (MOMENTS.test(old.base) && MOMENTS.test(next.base) && keepsHeap(to, from.replace(/\(\d\)/, "")))
    return { survives: `${value}::${to}::${from} = ${value}`, replaced: null };
  if (old.base.startsWith("timestamp") && next.base === "date")
    return { survives: `${value}::date::${from} = ${value}`, replaced: null };
  return null;
}

/** Computed as the server does, which rounds to the nearest even number: as numeric, a float would keep 15 of its digits, and a real six. */
function floatIntoInteger(value: string, most: string): Fit {
  const number = `round(${value}::double precision)`;
  // The smallest value is one further from zero, and the float next to the largest may be above it. NaN is above all numbers.
  const bound = `${BigInt(most) + 1n}::double precision`;
  const within = `(${number} >= -${bound} AND ${number} < ${bound})`;
  return {
    survives: `(${within} AND ${number} = ${value} AND ${value}::text <> '-0')`,
    replaced: { refused: `NOT ${within}`, by: "NULL" },
  };
}

/** `float`: the type, if it is a float: what is left of the value is compared as that type. */
function intoNumeric(value: string, float: string | null, [precision = 0, scale = 0]: readonly number[]): Fit {
  const number = `${value}::numeric`;
  const within = `(${value}::text NOT IN ('NaN', 'Infinity', '-Infinity') AND abs(round(${number}, ${scale})) < 1e${precision - scale}::numeric)`;
  const rounded = `round(${number}, ${scale})`;
  const same = float === null ? `${rounded} = ${number}` : `${rounded}::${float} = ${value} AND ${value}::text <> '-0'`;
  return {
    survives: `CASE WHEN ${value}::text = 'NaN' THEN true WHEN ${within} THEN ${same} ELSE false END`,
    replaced: { refused: `NOT (${value}::text = 'NaN' OR ${within})`, by: "NULL" },
  };
}

/** Whether every value of `from` is also one of `to`, bit by bit or number by number. */
export function holdsEvery(from: string, to: string): boolean {
  if (from === to || keepsHeap(from, to)) return true;
  const order = [...INTEGERS.keys()];
  const rank = (type: string) => order.indexOf(parseType(type)?.base ?? "");
  return rank(from) >= 0 && rank(to) >= rank(from);
}

/** An explicit cast to a type of limited length truncates silently; an assignment refuses. */
export function truncates(type: string): boolean {
  return /^(character|bit)( varying)?\(/.test(type);
}
