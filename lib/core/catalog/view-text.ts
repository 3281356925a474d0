import { closing, tokensOf } from "../sql/tokens.js";

/**
 * The text of a view's query, the same on every server version. Up to 15 the columns of a query with one item in FROM were printed with its name
 * before them, since then without (ruleutils.c, `varprefix`: a view's query no longer counts OLD and NEW among its relations). Nested queries have it
 * in either. Only for comparison: where an output column has the name of another column, ORDER BY needs the prefix.
 */
export function canonicalQuery(text: string): string {
  const tokens = tokensOf(text);
  const from = clauseAt(tokens, 0, FROM);
  if (from === -1 || clauseAt(tokens, 0, SET_OPERATION) !== -1) return text;
  const next = clauseAt(tokens, from + 1, AFTER_FROM);
  const end = next === -1 ? tokens.length : next;
  const name = onlyItem(tokens.slice(from + 1, end));
  if (name === null) return text;
  return `${bare(tokens.slice(0, from), name)}${tokens.slice(from, end).join("")}${bare(tokens.slice(end), name)}`;
}

const FROM: ReadonlySet<string> = new Set(["FROM"]);
const SET_OPERATION: ReadonlySet<string> = new Set(["UNION", "INTERSECT", "EXCEPT"]);
const AFTER_FROM: ReadonlySet<string> = new Set([
  "WHERE",
  "GROUP",
  "HAVING",
  "WINDOW",
  "ORDER",
  "OFFSET",
  "LIMIT",
  "FETCH",
  "FOR",
]);

/** The first of these words outside all brackets; -1 when there is none. */
function clauseAt(tokens: readonly string[], start: number, words: ReadonlySet<string>): number {
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at] ?? "";
    if (token === "(" || token === "[") at = Math.max(closing(tokens, at), at);
    else if (words.has(token)) return at;
  }
  return -1;
}

/** The name of FROM's only item; null where there are several. */
function onlyItem(item: readonly string[]): string | null {
  const parts: string[] = [];
  for (let at = 0; at < item.length; at++) {
    const token = item[at] ?? "";
    if (token === ",") return null;
    if (token === "(" || token === "[") {
      const first = item.slice(at + 1).find((each) => each.trim() !== "");
      // Joins are in parentheses, and so is a query; a call has a name before them.
      if (parts.length === 0 && !NESTED.has(first ?? "")) return null;
      at = Math.max(closing(item, at), at);
      parts.push("()");
    } else if (token.trim() !== "" && token !== "ONLY" && token !== "LATERAL") parts.push(token);
  }
  return itemName(parts);
}

const NESTED: ReadonlySet<string> = new Set(["SELECT", "WITH", "VALUES"]);

/** `a`, `s.a`, `a b`, `s.f() b`, `() b`, `f() WITH ORDINALITY b`, `() b()`. */
function itemName(parts: readonly string[]): string | null {
  const upTo = parts.indexOf("TABLESAMPLE");
  const named = (upTo === -1 ? parts : parts.slice(0, upTo)).filter((part) => part !== "()");
  const name = named.at(-1);
  return name !== undefined && IDENTIFIER.test(name) ? name : null;
}

const IDENTIFIER = /^(?:"(?:[^"]|"")+"|[a-z_][\w$]*)$/;

/** Drops the name before the item's columns; nested queries stay as they are. */
function bare(tokens: readonly string[], name: string): string {
  let written = "";
  let before = "";
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? "";
    const isNested = token === "(" && NESTED.has(tokens.slice(at + 1).find((each) => each.trim() !== "") ?? "");
    const end = isNested ? Math.max(closing(tokens, at), at) : at;
    const isPrefix = token === name && tokens[at + 1] === "." && !QUALIFYING.has(before) && isColumn(tokens, at + 2);
    if (isPrefix) at++;
    else written += tokens.slice(at, end + 1).join("");
    at = Math.max(end, at);
    if (token.trim() !== "") before = isPrefix ? "." : token;
  }
  return written;
}

/** A name after one of these is a schema's. */
const QUALIFYING: ReadonlySet<string> = new Set([".", "::", "COLLATE"]);

function isColumn(tokens: readonly string[], at: number): boolean {
  const token = tokens[at] ?? "";
  return (token === "*" || IDENTIFIER.test(token)) && tokens[at + 1] !== "(" && tokens[at + 1] !== ".";
}
