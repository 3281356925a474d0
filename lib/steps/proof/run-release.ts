import type { Migration } from "../../core/migration/release.js";
import type { MigrationObservation } from "../../core/rollback/observation.js";
import type { Statement } from "../../core/sql/statement.js";
import { DatabaseError } from "../../ports/database.js";
import { CANCELLER } from "../migration/lock-watch.js";
import { up } from "./apply-on-clone.js";
import { readSnapshot, type Snapshot } from "./backend-snapshot.js";
import type { Clones, WorkingClone } from "./clones.js";
import { type ColumnSums, readColumnSums } from "./column-sums.js";
import type { ProveOnClone } from "./input.js";
import type { ProvedStatement } from "./proof.js";
import { applyCommand } from "./run-command.js";
import { changedTables, readState, type State } from "./state.js";
import { StatementWatch } from "./watch-statements.js";
import { hasBackfill } from "./whole-form.js";

/** The release on its way up: the state before each migration and after the last, and what was seen in between. */
export interface AppliedRelease {
  readonly states: readonly State[];
  /** For each state: the values of the tables that the release had changed by then; empty when not thorough. */
  readonly sums: readonly ColumnSums[];
  readonly observed: readonly MigrationObservation[];
  readonly statements: readonly ProvedStatement[];
  readonly failure: Failure | null;
  /** What a team's own program printed; null if there is none. */
  readonly output: string | null;
}

export interface Failure {
  readonly migration: Migration;
  readonly statement: Statement | null;
  readonly error: DatabaseError;
}

/** One migration on its way up. */
export interface Step {
  readonly statements: readonly ProvedStatement[];
  /** Null when it failed. */
  readonly reached: { readonly state: State; readonly observed: MigrationObservation } | null;
  readonly failure: Failure | null;
  readonly output: string | null;
}

/** Runs the whole release once, watching. Stops at the first failure. */
export async function applyRelease(
  working: WorkingClone,
  clones: Clones,
  input: ProveOnClone,
): Promise<AppliedRelease> {
  const first = await readState(working.session, input.schema, input.numbered);
  const states = [first];
  const sums: ColumnSums[] = [new Map()];
  const observed: MigrationObservation[] = [];
  const statements: ProvedStatement[] = [];
  const atStart = await readSnapshot(working.session);
  const origin = input.clock.monotonic();
  let output: string | null = null;
  for (const migration of input.migrations) {
    input.signal?.throwIfAborted();
    const step = await (migration.migrator
      ? applyCommand(working, clones, input, migration, states)
      : applyStatements(working, input, migration, { origin, atStart, before: states.at(-1) ?? first }));
    statements.push(...step.statements);
    output = step.output ?? output;
    if (!step.reached) return { states, sums, observed, statements, failure: because(step.failure, clones), output };
    const { state } = step.reached;
    states.push(state);
    const changed = input.thorough || hasBackfill(input) ? changedTables(state, first) : [];
    sums.push(await readColumnSums(working.session, state, changed, input.schema));
    observed.push(step.reached.observed);
  }
  return { states, sums, observed, statements, failure: null, output };
}

function because(failure: Failure | null, clones: Clones): Failure | null {
  clones.assertWatched();
  return failure && { ...failure, error: clones.reasonFor(failure.error) };
}

async function applyStatements(
  { session, clone }: WorkingClone,
  input: ProveOnClone,
  migration: Migration,
  { origin, atStart, before }: { readonly origin: number; readonly atStart: Snapshot; readonly before: State },
): Promise<Step> {
  // Extensions that the login creates come before the first statement.
  const known = session.makeExtension ? null : before.catalog;
  const watch = new StatementWatch(session, input.schema, migration.version, input.clock, origin, atStart, known);
  // Nobody waits on the clone itself, but others do wait for the server's shared roles and databases, and so does the proof.
  const locks = { connect: () => clone.open(CANCELLER), clock: input.clock };
  try {
    await up(session, input, migration, [], { observe: watch, watch: locks });
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const failure = { migration, statement: watch.current, error };
    return { statements: watch.statements, reached: null, failure, output: null };
  }
  const state = await readState(session, input.schema, input.numbered);
  const observed = { version: migration.version, statements: watch.observations, after: state.catalog };
  return { statements: watch.statements, reached: { state, observed }, failure: null, output: null };
}
