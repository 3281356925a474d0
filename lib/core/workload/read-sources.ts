import type { SourceFile } from "../migration/source-file.js";
import { workloadOf } from "./merge.js";
import { readRustQueries } from "./rust-queries.js";
import { readSqlFile } from "./sql-files.js";
import { isSqlxData, readSqlxData } from "./sqlx-data.js";
import type { Found, Workload } from "./workload.js";

/** Code that only a test or an example runs. */
const APART = /(^|\/)(tests?|examples|benches|target|node_modules|vendor)\//;

/** Whether an application's file may contain queries, or tells which crate a name belongs to. */
export function mayHoldQueries(path: string): boolean {
  if (isSqlxData(path)) return true;
  return /\.rs$|(^|\/)Cargo\.toml$/.test(path) && !APART.test(path);
}

/** The queries of an application's own files; `version` null means the files as they are now. */
export function readApplication(files: readonly SourceFile[], version: string | null): Workload {
  const found: Found[] = [];
  for (const file of files) {
    if (isSqlxData(file.path)) found.push(...readSqlxData(file, version));
    else if (file.path.endsWith(".rs")) found.push(...readRustQueries(file, version, files));
  }
  return workloadOf(found, { versions: version === null ? [] : [version] });
}

/** The queries in SQL files. */
export function readSqlFiles(files: readonly SourceFile[], version: string | null): Workload {
  return workloadOf(
    files.flatMap((file) => readSqlFile(file, version)),
    { versions: version === null ? [] : [version] },
  );
}
