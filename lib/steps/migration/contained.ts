import type { Migration } from "../../core/migration/release.js";
import { isPlainlyHarmless, isPlainlyHarmlessText } from "../../core/operations/plainly-harmless.js";
import { type Clone, DatabaseError } from "../../ports/database.js";

/** Nothing was executed: on this clone a release could act outside it. */
export class NotContained extends DatabaseError {
  constructor(
    /** What would run there. */
    subject: string,
    reason: string,
    readonly remedy: string,
  ) {
    super(`${subject} may do more than its statements say, and ${reason}`, "UNCONTAINED");
  }
}

/** What to do about it, before the statements. */
export const CONTAIN =
  "Sign in as a role that reaches nothing outside of its databases, or let the login make a lesser role for clones.";

/**
 * Called before anything is executed on a clone. Throws `NotContained` if a migration or a query is not plainly harmless and nothing holds
 * it back.
 */
export function assertContained(
  { uncontained }: Clone,
  migrations: readonly Migration[],
  queries: readonly string[] = [],
): void {
  if (uncontained === null) return;
  const { reason, remedy } = uncontained;
  const migration = migrations.find((each) => !isPlainlyHarmless(each));
  if (migration) throw new NotContained(`migration ${migration.version}`, reason, remedy);
  if (!queries.every((text) => isPlainlyHarmlessText(text))) throw new NotContained("a query", reason, remedy);
}
