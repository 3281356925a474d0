import { parseStatement } from "../sql/parse.js";
import type { Statement } from "../sql/statement.js";
import { as, option } from "../sql/tree.js";

/** What a CREATE EXTENSION says. */
export interface ExtensionStatement {
  readonly name: string;
  readonly schema: string | null;
  readonly version: string | null;
  /** Also creates what it needs. */
  readonly cascade: boolean;
}

/** Null where the statement does not create an extension. */
export function extensionOf(statement: Statement): ExtensionStatement | null {
  if (!/\bextension\b/i.test(statement.sql)) return null;
  const parsed = parseStatement(statement);
  const tree = "node" in parsed ? as(parsed.node, "CreateExtensionStmt") : undefined;
  if (tree?.extname === undefined) return null;
  const text = (name: string) => as(option(tree.options, name)?.arg, "String")?.sval ?? null;
  const cascade = option(tree.options, "cascade") !== undefined;
  return { name: tree.extname, schema: text("schema"), version: text("new_version"), cascade };
}
