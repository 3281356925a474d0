import type { SourceSpan } from "../finding.js";
import { LineIndex } from "../sql/line-index.js";
import type { Statement } from "../sql/statement.js";

/** The place in the file of an offset within a statement's text, and of the word there. */
export function placeWithin(statement: Statement, offset: number): SourceSpan {
  const { sql, source } = statement;
  const word = /^(?:"(?:[^"]|"")*"|[\w$.\u0080-\uFFFF]+|[^\s]+)/.exec(sql.slice(offset))?.[0] ?? "";
  const lines = new LineIndex(sql);
  const from = shift(source, lines.place(offset));
  const to = shift(source, lines.place(offset + word.length));
  return { file: source.file, ...from, endLine: to.line, endColumn: to.column };
}

function shift(start: SourceSpan, place: { line: number; column: number }): { line: number; column: number } {
  return place.line === 1
    ? { line: start.line, column: start.column + place.column - 1 }
    : { line: start.line + place.line - 1, column: place.column };
}
