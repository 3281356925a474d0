import { LineIndex } from "../sql/line-index.js";
import type { Fix } from "./lint-release.js";

/**
 * Replaces each fix's statement with the fix's statements. If a statement has several fixes, the first is taken; what is left shows when the text is
 * linted again.
 */
export function applyFixes(text: string, fixes: readonly Fix[]): string {
  const lines = new LineIndex(text);
  const taken = new Map<number, Fix>();
  for (const fix of fixes) {
    const start = lines.offset(fix.statement.source.line, fix.statement.source.column);
    if (text.startsWith(fix.statement.sql, start) && !taken.has(start)) taken.set(start, fix);
  }
  let result = text;
  for (const [start, fix] of [...taken].sort(([a], [b]) => b - a)) {
    const newline = text.includes("\r\n") ? "\r\n" : "\n";
    const replacement = fix.statements.join(`;${newline}`);
    result = result.slice(0, start) + replacement + result.slice(start + fix.statement.sql.length);
  }
  return result;
}
