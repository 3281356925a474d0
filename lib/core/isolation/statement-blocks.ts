import { parseSql } from "../sql/parse.js";
import { kindOf } from "../sql/tree.js";

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
