import type { SourceFile } from "../migration/source-file.js";
import { parseSql } from "../sql/parse.js";
import { readStatement } from "./read-query.js";
import type { Found } from "./workload.js";

/** Every statement in an SQL file. */
export function readSqlFile(file: SourceFile, version: string | null): readonly Found[] {
  return parseSql(file.text, file.path).statements.map((statement) =>
    readStatement(statement, {
      text: statement.sql,
      version,
      source: { kind: "sql", place: `${file.path}:${statement.source.line}` },
    }),
  );
}
