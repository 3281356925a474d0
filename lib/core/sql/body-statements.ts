import { type Constants, NO_CONSTANTS } from "./constant-text.js";
import { deparse } from "./deparse.js";
import { parseSql } from "./parse.js";
import { type Body, textBodyStatements } from "./plpgsql.js";
import type { ParsedStatement } from "./statement.js";
import { as, listItems } from "./tree.js";

/**
 * The same as `textBodyStatements`, plus a function's body inside its statement. Separate from it, since loading the deparser takes time and lint
 * does not need it.
 */
export function bodyStatements(statement: ParsedStatement, constants: Constants = NO_CONSTANTS): Body | null {
  return textBodyStatements(statement, constants) ?? atomicBody(statement);
}

/** `BEGIN ATOMIC … END` and `RETURN …`, which are in the statement itself. */
function atomicBody(statement: ParsedStatement): Body | null {
  const body = as(statement.node, "CreateFunctionStmt")?.sql_body;
  if (!body) return null;
  const value = as(body, "ReturnStmt")?.returnval;
  const nodes = value ? [] : listItems(body).flatMap((each) => listItems(each));
  const texts = [...(value ? [`SELECT ${deparse(value)}`] : []), ...nodes.map(deparse)];
  const { source } = statement;
  const statements = texts.flatMap((text) => parseSql(text, source.file).statements);
  return { runs: false, statements: statements.map((each) => ({ ...each, source, guards: [] })), opaque: [] };
}
