import type { Node } from "libpg-query";
import { parseSql } from "../../core/sql/parse.js";
import type { Session } from "../../ports/database.js";

/** Statements that run no code but functions, and create none. Anything else may contain a block, roll a part back, or bring code along. */
const PLAIN: ReadonlySet<string> = new Set([
  "AlterSeqStmt",
  "AlterTableStmt",
  "CommentStmt",
  "CreateSeqStmt",
  "CreateStmt",
  "DeleteStmt",
  "DropStmt",
  "GrantStmt",
  "IndexStmt",
  "InsertStmt",
  "RenameStmt",
  "SelectStmt",
  "UpdateStmt",
  "VariableSetStmt",
  "ViewStmt",
]);

/** False if the statements themselves have no block that could catch an error. True for what cannot be parsed. */
export function mayHaveBlocks(statements: readonly string[]): boolean {
  return statements.some((text) => {
    const parsed = parseSql(text, "").statements;
    return parsed.some((statement) => !("node" in statement) || !PLAIN.has(kindOf(statement.node)));
  });
}

function kindOf(node: Node): string {
  return Object.keys(node)[0] ?? "";
}

/**
 * Whether the database has any function that could catch an error and roll a part back: one that somebody created, in another language than
 * SQL, which has no handlers. Object ids below 16384 are PostgreSQL's own; 14 is the id of SQL on every server.
 */
export async function hasHandlers(session: Session): Promise<boolean> {
  const [row] = await session.repeated<{ has: boolean }>(
    "select exists (select from pg_catalog.pg_proc p where p.oid >= 16384 and p.prolang <> 14) as has",
  );
  return row?.has !== false;
}
