import { keepsHeap, parseType } from "../../postgres/type-change.js";
import { literal } from "../../sql/quote.js";
import type { ReleaseState } from "../state/release-state.js";
import { baseType, domainChain, domainOf, refusedByDomains } from "./domains.js";

/** PostgreSQL 16 introduced `pg_input_is_valid`, which tells whether a text is a value of a type without an error. */
const INPUT_IS_VALID = 160_000;

/** The smallest value of each, and the first above the largest. */
const INTEGER: Readonly<Record<string, readonly [string, string]>> = {
  smallint: ["-32768", "32768"],
  integer: ["-2147483648", "2147483648"],
  bigint: ["-9223372036854775808", "9223372036854775808"],
};
const INTEGERS = Object.keys(INTEGER);

/** From here on a value rounds to infinity, and up to here to zero: half a step beyond the largest value, and half of the smallest. */
const REAL = {
  largest: "3.402823567797336616375393954581425684480e38",
  least: "7.006492321624085354618647916449580656402e-46",
};
const DOUBLE = {
  largest: "1.797693134862315807937289714053034150799e308",
  least: "2.470328229206232720882843964341106861826e-324",
};

const NUMBERS = new Set(["smallint", "integer", "bigint", "numeric", "real", "double precision"]);
const FLOATS = new Set(["real", "double precision"]);
const TEXTS = new Set(["text", "character varying", "character", "citext"]);
const BITS = new Set(["bit", "bit varying"]);

type Condition = string | "never" | "attempt";

/**
 * The condition under which a type refuses a value of another type, or accepts it only truncated: SQL over `value`, `"never"`, or `"attempt"` where
 * only the conversion itself can tell. Types as `format_type` or the parser spells them.
 */
export function refusedBy(value: string, from: string, to: string, state: ReleaseState): Condition {
  const domains = domainChain(to, state);
  const source = baseType(from, state);
  const [domain] = domains;
  if (!domain) return refusedPlainly(value, source, to, state);
  if (domainOf(from, state)?.name === domain.name) return "never";
  const { serverVersion } = state.catalog.catalog;
  if (TEXTS.has(parseType(source)?.base ?? "") && serverVersion >= INPUT_IS_VALID) {
    return unless(`${value} IS NULL`, invalidInput(value, to), refusedByDomains(value, domains));
  }
  const below = refusedPlainly(value, source, baseType(to, state), state);
  const refused = refusedByDomains(value, domains);
  if (below === "attempt" || refused === null) return below;
  return below === "never" ? refused : `CASE WHEN ${below} THEN true ELSE ${refused} END`;
}

/** For NULL only what its domains say about it. */
function unless(isNull: string, condition: string, ofNull: string | null): string {
  return ofNull === null
    ? `NOT (${isNull}) AND ${condition}`
    : `CASE WHEN ${isNull} THEN ${ofNull} ELSE ${condition} END`;
}

/** Whether a value of an unknown type is longer than the type allows: an assignment refuses it, and a cast would only truncate it. */
export function tooLongFor(value: string, to: string, state: ReleaseState): Condition {
  const target = parseType(baseType(to, state));
  if (!target || (!TEXTS.has(target.base) && !BITS.has(target.base))) return "attempt";
  const condition = TEXTS.has(target.base) ? longerThan(value, target) : otherLength(value, target);
  return condition === "never" ? "attempt" : condition;
}

function refusedPlainly(value: string, from: string, to: string, state: ReleaseState): Condition {
  const source = parseType(from);
  const target = parseType(to);
  if (!source || !target) return "attempt";
  if (keepsHeap(from, to) || widens(source.base, target.base)) return "never";
  if (source.base.endsWith("]") && target.base.endsWith("]")) return refusedElement(value, from, to, state);
  if (TEXTS.has(target.base)) return longerThan(value, target);
  if (BITS.has(source.base) && BITS.has(target.base)) return otherLength(value, target);
  if (NUMBERS.has(source.base) && NUMBERS.has(target.base)) return outOfRange(value, target, source.base);
  if (!TEXTS.has(source.base)) return "attempt";
  if (state.catalog.catalog.serverVersion >= INPUT_IS_VALID)
    return `${value} IS NOT NULL AND ${invalidInput(value, to)}`;
  return refusedText(`${value}::text`, target);
}

function invalidInput(value: string, to: string): string {
  return `NOT pg_catalog.pg_input_is_valid(${value}::text, ${literal(to)})`;
}

function refusedElement(value: string, from: string, to: string, state: ReleaseState): Condition {
  const element = (type: string) => type.replace(/(\s*\[\d*\])+$/, "");
  const condition = refusedBy("item.value", element(from), element(to), state);
  if (condition === "never" || condition === "attempt") return condition;
  return `EXISTS (SELECT FROM unnest(${value}) AS item(value) WHERE ${condition})`;
}

interface Target {
  readonly base: string;
  readonly modifiers: readonly number[];
}

function widens(from: string, to: string): boolean {
  const rank = (type: string) => INTEGERS.indexOf(type);
  return rank(from) >= 0 && rank(to) >= rank(from);
}

/** Blanks beyond the length do not count (manual, "Character Types"). */
function longerThan(value: string, { base, modifiers }: Target): Condition {
  const length = modifiers[0] ?? (base === "character" ? 1 : null);
  return length === null ? "never" : `length(rtrim(${value}::text, ' ')) > ${length}`;
}

/** An assignment neither truncates nor pads a bit string. */
function otherLength(value: string, { base, modifiers }: Target): Condition {
  if (base === "bit") return `length(${value}) <> ${modifiers[0] ?? 1}`;
  return modifiers[0] === undefined ? "never" : `length(${value}) > ${modifiers[0]}`;
}

function outOfRange(value: string, { base, modifiers }: Target, from: string): Condition {
  const range = INTEGER[base];
  if (range) {
    const [least, above] = range;
    // A float rounds half to even, as a float; a numeric rounds half away from zero.
    const rounded = FLOATS.has(from) ? `round(${value}::double precision)` : `round(${value}::numeric)`;
    return `NOT (${rounded} >= ${least} AND ${rounded} < ${above})`;
  }
  const number = `${value}::numeric`;
  if (base === "numeric") {
    const [precision, scale = 0] = modifiers;
    if (precision === undefined) return "never";
    return `(${number} <> 'NaN' AND abs(round(${number}, ${scale})) >= 1e${precision - scale})`;
  }
  if (base === "real" && from === "double precision") return beyond(value, "double precision", REAL);
  if (base === "real" && from === "numeric") return beyond(value, "numeric", REAL);
  if (base === "double precision" && from === "numeric") return beyond(value, "numeric", DOUBLE);
  return "never";
}

/** By name first: before PostgreSQL 14 numeric has no infinity. */
function beyond(value: string, type: string, { largest, least }: typeof REAL): string {
  const size = `abs(${value}::${type})`;
  const outside = `${size} >= ${largest}::${type} OR (${size} <= ${least}::${type} AND ${size} <> 0)`;
  return `CASE WHEN ${value}::text IN ('NaN', 'Infinity', '-Infinity') THEN false ELSE ${outside} END`;
}

const NUMBER_TEXT = "^\\s*[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]{1,3})?\\s*$";

/** Before PostgreSQL 16: by the form of the text, and by its size once the form is right. */
function refusedText(text: string, target: Target): Condition {
  const range = INTEGER[target.base];
  if (range) {
    const number = `${text}::numeric`;
    return `CASE WHEN ${text} ~ '^\\s*[-+]?[0-9]+\\s*$' THEN NOT (${number} >= ${range[0]} AND ${number} < ${range[1]}) ELSE ${text} IS NOT NULL END`;
  }
  if (NUMBERS.has(target.base)) {
    const size = outOfRange(text, target, "numeric");
    // An infinity does not fit a limited precision (manual, "Arbitrary Precision Numbers").
    const limited = target.base === "numeric" && target.modifiers.length > 0;
    const names = limited ? "'nan'" : "'nan', 'infinity', '-infinity', 'inf', '-inf'";
    const other = `lower(btrim(${text}, E' \\t\\n\\r\\f\\v')) NOT IN (${names})`;
    return `CASE WHEN ${text} ~ '${NUMBER_TEXT}' THEN ${size === "never" ? "false" : size} ELSE ${other} END`;
  }
  switch (target.base) {
    case "uuid":
      return `(${text} !~ '^([0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}$' AND ${text} !~ '^\\{([0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}\\}$')`;
    case "boolean":
      return `lower(btrim(${text}, E' \\t\\n\\r\\f\\v')) !~ '^(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|1|0)$'`;
    default:
      return "attempt";
  }
}
