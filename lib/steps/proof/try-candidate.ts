import type { NumberedColumn } from "../../core/backfill/numbered-columns.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import type { RollbackCandidate } from "../../core/rollback/plan.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { insideTenant } from "../migration/inside-tenant.js";
import { prepareSession, type SessionScope } from "../migration/prepare-session.js";
import { WAY_BACK } from "../migration/run-kept.js";
import { stayInside } from "../migration/stay-inside.js";
import type { ProveOnClone } from "./input.js";
import type { CandidateTrial } from "./proof.js";
import { readColumns } from "./read-columns.js";
import type { Passage } from "./set-lost-aside.js";
import { compareStates, readState, type State } from "./state.js";

/** A trial, and whether it leads to the state before the migration. */
export interface Tried {
  readonly trial: Omit<CandidateTrial, "ms">;
  readonly passed: boolean;
  /** Its statements ran, whatever they led to. */
  readonly ran: boolean;
  /** The columns before and after it; none if it did not run. */
  readonly passages: readonly Passage[];
}

/** What a way back has to lead to. */
export interface Before {
  readonly state: State;
  /** Columns that may have been numbered again since the state was read. */
  readonly renumbered: readonly NumberedColumn[];
}

/** Runs a way back in a transaction, compares, and rolls everything back. */
export async function tryCandidate(
  session: Session,
  candidate: RollbackCandidate,
  before: Before,
  scope: SessionScope & Pick<ProveOnClone, "numbered">,
): Promise<Tried> {
  await session.script("begin");
  try {
    await prepareSession(session, scope, "inside");
    await session.script("set constraints all immediate");
    if (candidate.source !== "author") await session.script(WAY_BACK);
    const from = await readColumns(session);
    await insideTenant(session, scope, candidate.statements, async () => {
      for (const sql of candidate.statements) await session.execute(bindSchemas(sql, scope.schema));
      await session.script("set constraints all immediate");
    });
    const passages = [{ statement: 0, from, to: await readColumns(session) }];
    await stayInside(session, scope);
    return judge(candidate, await readState(session, scope.schema, scope.numbered), before, passages);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return failed(candidate.source, error);
  } finally {
    await session.script("rollback").catch(() => {});
  }
}

export function judge(candidate: RollbackCandidate, now: State, before: Before, passages: readonly Passage[]): Tried {
  const { verdict, differences } = compareStates(now, before.state, before.renumbered);
  return {
    trial: { source: candidate.source, verdict, differences },
    passed: verdict !== "differs",
    ran: true,
    passages,
  };
}

export function failed(source: RollbackCandidate["source"], error: unknown): Tried {
  const trial = { source, verdict: "error", differences: [reasonOf(error)] } as const;
  return { trial, passed: false, ran: false, passages: [] };
}

export function describeFailure(error: DatabaseError): string {
  return `${error.message}${error.detail ? ` (${error.detail})` : ""} [${error.code}]`;
}

/** For a person: a message without the name of an error's class. */
function reasonOf(error: unknown): string {
  if (error instanceof DatabaseError) return describeFailure(error);
  return error instanceof Error ? error.message : String(error);
}
