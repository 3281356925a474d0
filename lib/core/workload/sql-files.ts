import type { SourceFile } from "../migration/source-file.js";
import { parseSql } from "../sql/parse.js";
import { readStatement } from "./read-query.js";
import type { Found } from "./workload.js";

/** Every statement of a file of SQL. */
export function readSqlFile(file: SourceFile, version: string | null): readonly Found[] {
  return parseSql(file.text, file.path).statements.map((statement) =>
    readStatement(statement, {
      text: statement.sql,
      version,
      source: { kind: "sql", place: `${file.path}:${statement.source.line}` },
    }),
  );
}
