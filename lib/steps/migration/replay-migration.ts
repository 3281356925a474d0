import type { Migration } from "../../core/migration/release.js";
import { refusedStatement } from "../../core/operations/refusals.js";
import type { Statement } from "../../core/sql/statement.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { type AppliedMigration, type ApplyMigration, applyMigration } from "./apply-migration.js";

/**
 * Runs a migration on a scratch database to reach the state after it. Leaves out statements that are never executed because they end the
 * transaction, wait, or reach beyond the database (the server is the same one), and those whose result is already there. Throws
 * `DatabaseError` if a statement was not understood, since without it the state would be another.
 */
export async function replayMigration(
  session: Session,
  input: ApplyMigration,
  isThere: (statement: Statement) => boolean = () => false,
): Promise<AppliedMigration> {
  const migration = replayable(input.migration, isThere);
  return applyMigration(session, { ...input, whole: true, scratch: true, migration });
}

/**
 * The migration without statements that are never executed or whose result is already there. Throws `DatabaseError` if a statement was not
 * understood.
 */
export function replayable(migration: Migration, isThere: (statement: Statement) => boolean = () => false): Migration {
  const refusals = migration.up.statements.map((statement) => refusedStatement(statement));
  const unread = refusals.flat().find(({ unknown }) => unknown);
  if (unread) throw new DatabaseError(unread.message, "42601");
  const statements = migration.up.statements.filter(
    (statement, at) => refusals[at]?.length === 0 && !isThere(statement),
  );
  return { ...migration, up: { ...migration.up, statements } };
}
