import { commandLine } from "../migration/migrator-command.js";
import type { Migration } from "../migration/release.js";
import type { Statement } from "../sql/statement.js";

/** Stands for the whole run of a team's own program where a statement is needed. */
export function commandOf(migration: Migration): Statement {
  const { file } = migration.up;
  const line = migration.migrator ? commandLine(migration.migrator) : file;
  return { index: 0, sql: line, source: { file, line: 1, column: 1 } };
}
