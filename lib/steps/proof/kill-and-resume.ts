import { numberedBefore } from "../../core/backfill/numbered-columns.js";
import type { Migration } from "../../core/migration/release.js";
import type { KeepAside } from "../../core/undo/keep/aside.js";
import { DatabaseError } from "../../ports/database.js";
import { MigratorFailed } from "../../ports/migrator.js";
import { up } from "./apply-on-clone.js";
import type { Clones, WorkingClone } from "./clones.js";
import type { ProveOnClone } from "./input.js";
import type { Outcome } from "./outcome.js";
import type { ResumePoint } from "./proof.js";
import { compareStates, readState, type State } from "./state.js";

/** A migration's place in the release, the state before it, and who judges the state after it. */
export interface Around {
  readonly at: number;
  readonly before: State;
  readonly outcome: Outcome;
}

/** Statements of a migration after which it is killed, at most; if there are more, the kills are spread evenly. */
const MOST_POINTS = 12;

/**
 * Runs a migration again and again, each time killing its backend after another statement, and says what each kill left: the old state, the
 * new one, or a state from which the run continued to the new one. Ends in the new state.
 */
export async function killAndResume(
  working: WorkingClone,
  clones: Clones,
  input: ProveOnClone,
  migration: Migration,
  keep: readonly KeepAside[],
  around: Around,
): Promise<readonly ResumePoint[]> {
  const points: Point[] = [];
  let done = false;
  for (const statement of spread(migration.up.statements.length)) {
    const killed = await runAndKill(working, clones, input, migration, keep, statement);
    if (!killed) {
      done = true;
      break;
    }
    points.push({ statement, state: await stateOf(working, input, around) });
    if (points.at(-1)?.state === "new") break;
  }
  return resumed(working, input, migration, keep, around, points, done);
}

interface Point {
  readonly statement: number;
  readonly state: ResumePoint["state"] | "between";
}

/** Kills a team's own program halfway through the time that it took before, and runs it again. Empty if it was faster than that. */
export async function killCommand(
  working: WorkingClone,
  input: ProveOnClone,
  migration: Migration,
  keep: readonly KeepAside[],
  around: Around,
  ms: number,
): Promise<readonly ResumePoint[]> {
  try {
    await up(working.session, input, migration, keep, { stop: AbortSignal.timeout(Math.ceil(ms / 2)) });
    return [];
  } catch (error) {
    if (!(error instanceof MigratorFailed)) throw error;
  }
  const points = [{ statement: 0, state: await stateOf(working, input, around) }];
  return resumed(working, input, migration, keep, around, points);
}

/** Continues after the last kill, and says for each kill what happened. `done`: a run that nothing killed has finished the migration. */
async function resumed(
  working: WorkingClone,
  input: ProveOnClone,
  migration: Migration,
  keep: readonly KeepAside[],
  around: Around,
  points: readonly Point[],
  done = false,
): Promise<readonly ResumePoint[]> {
  if (!done && (migration.migrator || points.at(-1)?.state !== "new"))
    await up(working.session, input, migration, keep);
  const end = await readState(working.session, input.schema, input.numbered);
  const reason = await around.outcome.difference(working.session, end, around.at);
  return points.map(({ statement, state }) => ({
    migration: migration.version,
    statement,
    state: state === "between" ? (reason === null ? "resumed" : "lost") : state,
    reason,
  }));
}

/** True when the backend died; false when the statement was not reached because an earlier run had done it. */
async function runAndKill(
  working: WorkingClone,
  clones: Clones,
  input: ProveOnClone,
  migration: Migration,
  keep: readonly KeepAside[],
  statement: number,
): Promise<boolean> {
  const victim = await clones.connect(working.clone);
  const killer = await clones.connectAsLogin(working.clone);
  const after = async (done: { readonly index: number }) => {
    if (done.index !== statement) return;
    await killer.query("select pg_terminate_backend($1)", [victim.backend]);
  };
  try {
    await up(victim, input, migration, keep, { observe: { after } });
    return false;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await untilGone(working, victim.backend, input);
    return true;
  } finally {
    await victim.close();
    await killer.close();
  }
}

/** The dying backend may still hold its locks for a moment. */
async function untilGone(working: WorkingClone, backend: number, input: ProveOnClone): Promise<void> {
  for (let wait = 1; wait < 5000; wait *= 2) {
    const rows = await working.session.query("select 1 from pg_stat_activity where pid = $1", [backend]);
    if (rows.length === 0) return;
    await input.clock.sleep(wait);
  }
}

async function stateOf(working: WorkingClone, input: ProveOnClone, around: Around): Promise<"old" | "new" | "between"> {
  const now = await readState(working.session, input.schema, input.numbered);
  if (compareStates(now, around.before, numberedBefore(input.migrations, around.at)).verdict !== "differs")
    return "old";
  return (await around.outcome.difference(working.session, now, around.at)) === null ? "new" : "between";
}

function spread(count: number): readonly number[] {
  if (count <= MOST_POINTS) return [...Array(count).keys()];
  return [...new Set([...Array(MOST_POINTS).keys()].map((at) => Math.round((at * (count - 1)) / (MOST_POINTS - 1))))];
}
