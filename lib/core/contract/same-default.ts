/**
 * Whether the default in a text is the one that the catalog shows for a column of type `type`. The server folds constants into the type's own form
 * (`'1 day'`, `'{"a":1}'`, `'now'` become others) and adds casts, so only constants whose form it keeps are compared: text, numbers and booleans. For
 * anything else, only whether there is a default.
 */
export function sameDefault(expected: string | null, actual: string | null, type: string): boolean {
  const wanted = expected === null || isNull(expected) ? null : expected;
  const found = actual === null || isNull(actual) ? null : actual;
  if (wanted === null || found === null) return wanted === found;
  const [a, b] = [constant(wanted), constant(found)];
  if (a === null || b === null) return true;
  return KEEPS.find(({ of }) => of.test(type))?.same(a, b) ?? true;
}

interface Kept {
  readonly of: RegExp;
  same(a: string, b: string): boolean;
}

const KEEPS: readonly Kept[] = [
  { of: /^(text|character varying|name)(\(\d+\))?$/, same: (a, b) => a === b },
  { of: /^(character|bpchar)(\(\d+\))?$/, same: (a, b) => a.trimEnd() === b.trimEnd() },
  { of: /^(smallint|integer|bigint)$/, same: sameNumber },
  { of: /^boolean$/, same: (a, b) => sameOrUnknown(truth(a), truth(b)) },
];

/** `1.0` and `'1'` are the same; a number that is rounded to the type, or has a form that is not known here, may be any. */
function sameNumber(a: string, b: string): boolean {
  const whole = (text: string) => (/^[+-]?\d+$/.test(text.trim()) ? BigInt(text.trim().replace("+", "")) : null);
  return sameOrUnknown(whole(a), whole(b));
}

/** The server accepts any unambiguous prefix of the words. */
function truth(text: string): boolean | null {
  const word = text.trim().toLowerCase();
  if (word === "1" || word === "on" || (word !== "" && ("true".startsWith(word) || "yes".startsWith(word))))
    return true;
  if (word === "0" || /^of/.test(word) || (word !== "" && ("false".startsWith(word) || "no".startsWith(word))))
    return false;
  return null;
}

function sameOrUnknown<T>(a: T | null, b: T | null): boolean {
  return a === null || b === null || a === b;
}

function isNull(text: string): boolean {
  return /^null$/i.test(bare(text)) || /^cast\s*\(\s*null\s+as\b/i.test(text.trim());
}

/** The value of a string, a number or a boolean; null for an expression. */
function constant(text: string): string | null {
  const plain = bare(text);
  if (/^'(?:[^']|'')*'$/s.test(plain)) return plain.slice(1, -1).replaceAll("''", "'");
  return /^([+-]?[\d.]+|true|false)$/i.test(plain) ? plain : null;
}

/** Without the casts at its end and the parentheses around it, however many of each. */
function bare(text: string): string {
  const trimmed = text.trim();
  const less = trimmed
    .replace(/^\((.*)\)$/s, (all, inner: string) => (balanced(inner) ? inner : all))
    .replace(/::[\w\s."[\](),]+$/, (cast) => (balanced(cast) ? "" : cast));
  return less === trimmed ? trimmed : bare(less);
}

function balanced(text: string): boolean {
  let depth = 0;
  for (const letter of text.replace(/'(?:[^']|'')*'|"[^"]*"/g, "")) {
    if (letter === "(") depth++;
    if (letter === ")" && --depth < 0) return false;
  }
  return depth === 0;
}
