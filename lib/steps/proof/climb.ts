import type { Migration } from "../../core/release/release.js";
import type { MigrationObservation } from "../../core/rollback/observation.js";
import type { KeepAside } from "../../core/rollback/plan.js";
import type { Statement } from "../../core/sql/statement.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { type AppliedMigration, applyMigration, type StatementObserver } from "../migration/apply-migration.js";
import type { ProveOnClone } from "./input.js";
import type { ProvedStatement } from "./proof.js";
import { readState, type State } from "./state.js";
import { StatementWatch } from "./watch-statements.js";

/** The release on its way up: the state before each migration and after the last, and what was seen between. */
export interface Climb {
  readonly states: readonly State[];
  readonly observed: readonly MigrationObservation[];
  readonly statements: readonly ProvedStatement[];
  readonly failure: Failure | null;
}

export interface Failure {
  readonly migration: Migration;
  readonly statement: Statement | null;
  readonly error: DatabaseError;
}

/** Runs the whole release once, watching. Stops at the first failure. */
export async function climb(session: Session, input: ProveOnClone): Promise<Climb> {
  const states = [await readState(session, input.schema)];
  const observed: MigrationObservation[] = [];
  const statements: ProvedStatement[] = [];
  const origin = input.clock.monotonic();
  let failure: Failure | null = null;
  for (const migration of input.migrations) {
    input.signal?.throwIfAborted();
    const watch = new StatementWatch(session, input.schema, migration.version, input.clock, origin);
    try {
      await up(session, input, migration, [], watch);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      failure = { migration, statement: watch.current, error };
    }
    statements.push(...watch.statements);
    if (failure) break;
    const state = await readState(session, input.schema);
    states.push(state);
    observed.push({ version: migration.version, statements: watch.observations, after: state.catalog });
  }
  return { states, observed, statements, failure };
}

/** One migration, as the rollout will run it, without a ledger. */
export async function up(
  session: Session,
  input: ProveOnClone,
  migration: Migration,
  keep: readonly KeepAside[],
  observe?: StatementObserver,
): Promise<AppliedMigration> {
  const { settings, schema, clock, keepLimit } = input;
  return applyMigration(session, {
    migration,
    ledger: null,
    isolation: migration.up.isolation,
    settings,
    schema,
    keep,
    clock,
    ...(keepLimit === undefined ? {} : { keepLimit }),
    ...(observe ? { observe } : {}),
  });
}
