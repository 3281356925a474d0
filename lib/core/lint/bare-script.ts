import type { SourceFile } from "../migration/source-file.js";
import { parseSql } from "../sql/parse.js";
import type { LintScript } from "./lint-statement.js";

/** A file outside any framework: what runs it, and so whether it runs in a transaction, is unknown. The parser must be loaded. */
export function bareScript({ path, text }: Pick<SourceFile, "path" | "text">): LintScript {
  return { file: path, transaction: "unknown", statements: parseSql(text, path).statements, text };
}
