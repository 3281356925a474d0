import { segmentsOf } from "../../core/operations/index.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { prepareSession } from "../migration/prepare-session.js";
import { up } from "./apply-on-clone.js";
import type { Clones } from "./clones.js";
import type { ProveOnClone } from "./input.js";
import type { Rerun } from "./proof.js";
import { compareStates, readState, type State } from "./state.js";
import { describeFailure } from "./try-candidate.js";

/** Runs the release a second time on top of itself, in a transaction that is rolled back. */
export async function runAgain(session: Session, input: ProveOnClone, after: State): Promise<Rerun> {
  const segments = input.migrations.flatMap((migration) => segmentsOf(migration.up));
  if (segments.some((segment) => !segment.transactional)) {
    return { outcome: "not tried", reason: "a statement runs outside a transaction and could not be taken back" };
  }
  await session.script("begin");
  try {
    await prepareSession(session, input, "inside");
    for (const { statements } of segments) for (const { sql } of statements) await session.execute(sql);
    const { verdict } = compareStates(await readState(session, input.schema, input.numbered), after);
    return { outcome: verdict === "differs" ? "changes" : "nothing" };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { outcome: "fails", reason: describeFailure(error) };
  } finally {
    await session.script("rollback").catch(() => {});
  }
}

/** A team's own program keeps its own ledger: a second run should find nothing left to do. On its own clone. */
export async function runCommandAgain(clones: Clones, input: ProveOnClone): Promise<Rerun> {
  const working = await clones.make("rerun");
  try {
    for (const migration of input.migrations) await up(working.session, input, migration, []);
    const once = await readState(working.session, input.schema, input.numbered);
    for (const migration of input.migrations) await up(working.session, input, migration, []);
    const { verdict } = compareStates(await readState(working.session, input.schema, input.numbered), once);
    return { outcome: verdict === "differs" ? "changes" : "nothing" };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { outcome: "fails", reason: describeFailure(error) };
  } finally {
    await clones.drop(working);
  }
}
