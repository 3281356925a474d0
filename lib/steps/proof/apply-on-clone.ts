import type { Migration } from "../../core/migration/release.js";
import type { KeepAside, SetAside } from "../../core/undo/keep/aside.js";
import type { Session } from "../../ports/database.js";
import { type AppliedMigration, applyMigration, type StatementObserver } from "../migration/apply-migration.js";
import type { LockWatch } from "../migration/lock-watch.js";
import type { ProveOnClone } from "./input.js";

/** One migration, as the rollout will run it, without a ledger. `stop` ends a program early. */
export async function up(
  session: Session,
  input: ProveOnClone,
  migration: Migration,
  keep: readonly KeepAside[],
  watched: {
    readonly observe?: StatementObserver;
    readonly watch?: LockWatch;
    readonly stop?: AbortSignal;
    readonly aside?: readonly SetAside[];
    readonly whole?: boolean;
  } = {},
): Promise<AppliedMigration> {
  const { settings, schema, clock, keepLimit, migrator } = input;
  return applyMigration(session, {
    migration,
    ledger: null,
    isolation: migration.up.isolation,
    settings,
    schema,
    keep,
    clock,
    ...(keepLimit === undefined ? {} : { keepLimit }),
    ...(migrator ? { migrator } : {}),
    ...watched,
  });
}
