import { hasSqlDetails, loadModule, parseSync } from "libpg-query";
import type { ParsedStatement, UnparsedStatement } from "./statement.js";

let loaded: Promise<void> | null = null;

/** Loads the parser once per process; must be awaited before `parseSql`. */
export function loadParser(): Promise<void> {
  loaded ??= loadModule();
  return loaded;
}

export interface ParsedSql {
  readonly statements: readonly (ParsedStatement | UnparsedStatement)[];
}

export function isParsed(statement: ParsedStatement | UnparsedStatement): statement is ParsedStatement {
  return "node" in statement;
}

/**
 * Splits a text into statements with PostgreSQL's own grammar. The parser counts bytes; places are given in lines and
 * characters. A text that it refuses comes back as one unparsed statement.
 */
export function parseSql(text: string, file: string): ParsedSql {
  if (isBlank(text)) return { statements: [] };
  const bytes = Buffer.from(text, "utf8");
  try {
    const result = parseSync(text);
    const statements = (result.stmts ?? []).map((raw, index): ParsedStatement => {
      const start = raw.stmt_location ?? 0;
      const end = raw.stmt_len ? start + raw.stmt_len : bytes.length;
      const slice = bytes.subarray(start, end).toString("utf8");
      const lead = leadingTrivia(slice);
      const sql = slice.slice(lead).trimEnd();
      const offset = bytes.subarray(0, start).toString("utf8").length + lead;
      if (!raw.stmt) throw new Error("the parser returned a statement without a tree");
      return { index, sql, source: span(text, file, offset, offset + sql.length), node: raw.stmt };
    });
    return { statements };
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    const at = Math.max(0, Math.min(error.sqlDetails?.cursorPosition ?? 0, text.length));
    const place = span(text, file, at, at);
    return { statements: [{ index: 0, sql: text.trim(), source: place, error: error.message }] };
  }
}

function isBlank(text: string): boolean {
  return leadingTrivia(text) === text.length;
}

/** Length of white space, comments and empty statements at the start of a text. Block comments nest. */
function leadingTrivia(text: string): number {
  let at = 0;
  for (;;) {
    const rest = text.slice(at);
    const space = /^[\s;\uFEFF]+/.exec(rest) ?? /^--[^\n]*(\n|$)/.exec(rest);
    if (space) at += space[0].length;
    else if (rest.startsWith("/*")) at += blockComment(rest);
    else return at;
  }
}

function blockComment(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const pair = text.slice(at, at + 2);
    if (pair === "/*") depth++;
    if (pair === "*/") depth--;
    if (pair === "/*" || pair === "*/") at++;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function span(text: string, file: string, start: number, end: number) {
  const from = lineColumn(text, start);
  const to = lineColumn(text, end);
  return { file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}

function lineColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}
