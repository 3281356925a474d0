import type { SourceSpan } from "../finding.js";
import { as } from "../sql/tree.js";
import type { LintStatement } from "./lint-statement.js";
import { placeWithin } from "./place.js";
import type { Report } from "./rules/rule.js";

/**
 * Where a report points: at its node's location if the parser gives one, otherwise at its subject's name within the statement (the parser keeps no
 * location for an ALTER TABLE command), otherwise at the whole statement.
 */
export function placeOf(report: Report): SourceSpan {
  const { statement, location } = report;
  if (statement.nested) return statement.source;
  const offset = location === undefined ? offsetOfSubject(report) : offsetIn(statement, location);
  return offset !== undefined && offset < statement.sql.length ? placeWithin(statement, offset) : statement.source;
}

/** A node's location counts bytes from where the parsed text began. */
function offsetIn(statement: LintStatement, location: number): number | undefined {
  const bytes = location - statement.base;
  if (bytes < 0) return undefined;
  const ascii = /^[^\u0080-\uFFFF]*$/.test(statement.sql);
  return ascii ? bytes : Buffer.from(statement.sql, "utf8").subarray(0, bytes).toString("utf8").length;
}

function offsetOfSubject({ statement, subject }: Report): number | undefined {
  const alter = as(statement.node, "AlterTableStmt") ?? as(statement.node, "RenameStmt");
  const table = alter?.relation?.location;
  if (table === undefined || (subject.kind !== "column" && subject.kind !== "constraint")) return undefined;
  const name = subject.name.slice(subject.name.lastIndexOf(".") + 1);
  const after = placeAfterWord(statement.sql, offsetIn(statement, table) ?? 0);
  return offsetOfWord(statement.sql, name, after);
}

/** The first place where a name occurs as a word of its own. */
function offsetOfWord(sql: string, word: string, from: number): number | undefined {
  for (let at = sql.indexOf(word, from); at >= 0; at = sql.indexOf(word, at + 1)) {
    if (!/[\w$]/.test(sql[at - 1] ?? " ") && !/[\w$]/.test(sql[at + word.length] ?? " ")) return at;
  }
  return undefined;
}

function placeAfterWord(sql: string, start: number): number {
  return start + (/^(?:"(?:[^"]|"")*"|[^\s;,("])+/.exec(sql.slice(start))?.[0].length ?? 0);
}
