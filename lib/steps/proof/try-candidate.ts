import { bindSchemas } from "../../core/catalog/own-schema.js";
import type { RollbackCandidate } from "../../core/rollback/plan.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { prepareSession, type SessionScope } from "../migration/prepare-session.js";
import { EVERY_ROW } from "../migration/run-kept.js";
import { stayInside } from "../migration/stay-inside.js";
import type { CandidateTrial } from "./proof.js";
import { compareStates, readState, type State } from "./state.js";

/** A trial, and whether the state that it leads to is the one before the migration. */
export interface Tried {
  readonly trial: Omit<CandidateTrial, "ms">;
  readonly passed: boolean;
  /** Its statements ran, whatever they led to. */
  readonly ran: boolean;
}

/** Runs a way back in a transaction, compares, and takes everything back again. */
export async function tryCandidate(
  session: Session,
  candidate: RollbackCandidate,
  before: State,
  scope: SessionScope,
): Promise<Tried> {
  const { source } = candidate;
  await session.script("begin");
  try {
    await prepareSession(session, scope, "inside");
    await session.script("set constraints all immediate");
    if (candidate.source !== "author") await session.script(EVERY_ROW);
    for (const sql of candidate.statements) await session.execute(bindSchemas(sql, scope.schema));
    await session.script("set constraints all immediate");
    await stayInside(session, scope);
    return judge(candidate, await readState(session, scope.schema), before);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { trial: { source, verdict: "error", differences: [describeFailure(error)] }, passed: false, ran: false };
  } finally {
    await session.script("rollback").catch(() => {});
  }
}

export function judge(candidate: RollbackCandidate, now: State, before: State): Tried {
  const { verdict, differences } = compareStates(now, before);
  return { trial: { source: candidate.source, verdict, differences }, passed: verdict !== "differs", ran: true };
}

export function describeFailure(error: DatabaseError): string {
  return `${error.message}${error.detail ? ` (${error.detail})` : ""} [${error.code}]`;
}

/** For a person: a message without the name of an error's class. */
export function reasonOf(error: unknown): string {
  if (error instanceof DatabaseError) return describeFailure(error);
  return error instanceof Error ? error.message : String(error);
}
