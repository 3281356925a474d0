import { keepsHeap, parseType } from "../../operations/type-change.js";
import { literal } from "../../sql/quote.js";

/** PostgreSQL 16 brought `pg_input_is_valid`, which says whether a text is a value of a type without an error. */
const INPUT_IS_VALID = 160_000;

const INTEGER: Readonly<Record<string, readonly [string, string]>> = {
  smallint: ["-32768", "32767"],
  integer: ["-2147483648", "2147483647"],
  bigint: ["-9223372036854775808", "9223372036854775807"],
};
const INTEGERS = Object.keys(INTEGER);
const LARGEST_REAL = "3.4028235e38";
const LARGEST_DOUBLE = "1.7976931348623157e308";

const NUMBERS = new Set(["smallint", "integer", "bigint", "numeric", "real", "double precision"]);
const TEXTS = new Set(["text", "character varying", "character", "citext"]);

/**
 * The condition under which a type refuses a value of another type: SQL over `value`, `"never"`, or `"attempt"` where
 * only the conversion itself can tell. Types as `format_type` or the parser spells them.
 */
export function refusedBy(
  value: string,
  from: string,
  to: string,
  serverVersion: number,
): string | "never" | "attempt" {
  const source = parseType(from);
  const target = parseType(to);
  if (!source || !target) return "attempt";
  if (keepsHeap(from, to) || widens(source.base, target.base)) return "never";
  if (TEXTS.has(target.base)) return longerThan(value, target.modifiers[0] ?? (target.base === "character" ? 1 : null));
  if (NUMBERS.has(source.base) && NUMBERS.has(target.base)) return outOfRange(value, target, source.base);
  if (!TEXTS.has(source.base)) return "attempt";
  if (serverVersion >= INPUT_IS_VALID) return `NOT pg_catalog.pg_input_is_valid(${value}::text, ${literal(to)})`;
  return refusedText(`${value}::text`, target);
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
function longerThan(value: string, length: number | null): string | "never" {
  return length === null ? "never" : `length(rtrim(${value}::text, ' ')) > ${length}`;
}

function outOfRange(value: string, { base, modifiers }: Target, from: string): string | "never" {
  const number = `${value}::numeric`;
  const range = INTEGER[base];
  if (range) return `round(${number}) NOT BETWEEN ${range[0]} AND ${range[1]}`;
  if (base === "numeric") {
    const [precision, scale = 0] = modifiers;
    if (precision === undefined) return "never";
    return `(${number} <> 'NaN' AND abs(round(${number}, ${scale})) >= 1e${precision - scale})`;
  }
  if (base === "real" && (from === "double precision" || from === "numeric")) return beyond(value, LARGEST_REAL);
  if (base === "double precision" && from === "numeric") return beyond(value, LARGEST_DOUBLE);
  return "never";
}

/** By name first: before PostgreSQL 14 a numeric knows no infinity. */
function beyond(value: string, largest: string): string {
  return `CASE WHEN ${value}::text IN ('NaN', 'Infinity', '-Infinity') THEN false ELSE abs(${value}::numeric) > ${largest} END`;
}

const NUMBER_TEXT = "^\\s*[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]{1,3})?\\s*$";

/** Before PostgreSQL 16: by the form of the text, and by its size once the form is right. */
function refusedText(text: string, target: Target): string | "attempt" {
  const range = INTEGER[target.base];
  if (range) {
    return `CASE WHEN ${text} ~ '^\\s*[-+]?[0-9]+\\s*$' THEN ${text}::numeric NOT BETWEEN ${range[0]} AND ${range[1]} ELSE true END`;
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
