import type { Migration } from "../../core/migration/release.js";
import { type ExtensionStatement, extensionOf } from "../../core/operations/extension-statement.js";
import { operationsOfText } from "../../core/operations/index.js";
import type { Statement } from "../../core/sql/statement.js";
import type { Session } from "../../ports/database.js";

/**
 * On a clone, where a lesser role executes: creates the extensions of a migration that the config allows, before its first statement, and
 * returns the migration without the statements that this has already done. Elsewhere it returns the migration unchanged. Throws
 * `DatabaseError`.
 */
export async function withAllowedExtensions(session: Session, migration: Migration): Promise<Migration> {
  const { makeExtension } = session;
  if (!makeExtension) return migration;
  const made: ExtensionStatement[] = [];
  for (const statement of migration.up.statements) {
    const extension = extensionOf(statement);
    if (extension && (await makeExtension(extension))) made.push(extension);
  }
  if (made.length === 0) return migration;
  const statements = migration.up.statements.filter((statement) => !isDone(statement, made));
  return { ...migration, up: { ...migration.up, statements } };
}

/** Whether a statement creates only one of these, or the schema of one. */
function isDone(statement: Statement, made: readonly ExtensionStatement[]): boolean {
  const extension = extensionOf(statement);
  if (extension) return made.some(({ name }) => name === extension.name);
  const [only, ...more] = operationsOfText(statement);
  if (only?.kind !== "create-object" || only.objectKind !== "schema" || more.length > 0) return false;
  return made.some(({ schema }) => schema === only.name.name);
}
