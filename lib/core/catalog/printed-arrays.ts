import { closing, tokensOf } from "../sql/tokens.js";

/**
 * Text of an expression as the server would print it after reading its own output. For `state IN ('a', 'b')` over a varchar it prints a cast of the
 * array; when it reads that, it casts each element instead (parse_expr.c, `transformTypeCast` on an ARRAY constructor), and prints it so from then
 * on: after a restore from a dump, and after anything that rebuilds what uses the column. Both are one expression.
 */
export function canonicalArrays(text: string): string {
  if (!text.includes("ARRAY[") || !text.includes("[]")) return text;
  const tokens = tokensOf(text);
  let written = "";
  for (let at = 0; at < tokens.length; at++) {
    const cast = castArray(tokens, at);
    written += cast ? cast.text : (tokens[at] ?? "");
    if (cast) at = cast.end;
  }
  return written;
}

/** `(ARRAY[…])::type[]` starting at a position; also without parentheses, as the server prints statistics. Null when there is none. */
function castArray(tokens: readonly string[], at: number): { readonly text: string; readonly end: number } | null {
  const isBare = tokens[at] === "ARRAY";
  const open = isBare ? at + 1 : at + 2;
  if (!isBare && (tokens[at] !== "(" || tokens[at + 1] !== "ARRAY")) return null;
  const end = tokens[open] === "[" ? closing(tokens, open) : -1;
  const cast = isBare ? end + 1 : end + 2;
  if (end <= open + 1 || (!isBare && tokens[end + 1] !== ")") || tokens[cast] !== "::") return null;
  const type = ARRAY_TYPE.exec(tokens.slice(cast + 1).join(""));
  if (!type) return null;
  const [whole, element = ""] = type;
  return { text: elements(tokens.slice(open + 1, end), element, isBare), end: cast + tokensOf(whole).length };
}

/** An element type's name with its modifiers, and the array's brackets. */
const ARRAY_TYPE =
  /^((?:(?:"(?:[^"]|"")+"|[a-z_][\w$]*)\.)?(?:"(?:[^"]|"")+"|[a-z_][\w$]*)(?: varying| precision)?(?:\(-?\d+(?:,-?\d+)?\))?(?: with(?:out)? time zone)?)(?:\[\])+/;

function elements(tokens: readonly string[], type: string, isBare: boolean): string {
  const cast = split(tokens).map((element) => {
    const text = canonicalArrays(element.join("").trim());
    if (!text.startsWith("ARRAY[")) return isBare && isSimple(text) ? `${text}::${type}` : `(${text})::${type}`;
    const inner = tokensOf(text);
    return elements(inner.slice(2, closing(inner, 1)), type, isBare);
  });
  return `ARRAY[${cast.join(", ")}]`;
}

/** A value, a name or a call, with casts: it needs no parentheses before another cast. */
function isSimple(text: string): boolean {
  return SIMPLE.test(text.replace(/'(?:[^']|'')*'/g, "''"));
}

const SIMPLE = /^(?:''|[\w.$"]+)(?:\([^()]*\))?(?:::[\w."]+(?: varying| precision)?(?:\([\d,]+\))?(?:\[\])*)*$/;

/** The parts between commas that are not inside brackets. */
function split(tokens: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? "";
    const end = token === "(" || token === "[" ? closing(tokens, at) : at;
    if (token === ",") parts.push([]);
    else parts.at(-1)?.push(...tokens.slice(at, end + 1));
    at = Math.max(end, at);
  }
  return parts;
}
