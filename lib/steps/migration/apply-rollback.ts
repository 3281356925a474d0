import type { LedgerFormat } from "../../core/release/ledger.js";
import type { Migration } from "../../core/release/release.js";
import { bindSchemas } from "../../core/rollback/own-schema.js";
import type { RollbackCandidate } from "../../core/rollback/plan.js";
import type { Clock } from "../../ports/clock.js";
import type { Session } from "../../ports/database.js";
import { prepareSession, type SessionSettings } from "./prepare-session.js";
import { inTransaction } from "./transaction.js";

export interface ApplyRollback {
  readonly migration: Migration;
  /** The migration before it in the folder: some ledgers keep the newest alone. */
  readonly previous: Migration | null;
  /** The way back that passed its proof for the tenant's cluster. */
  readonly candidate: RollbackCandidate;
  readonly ledger: LedgerFormat | null;
  readonly settings: SessionSettings;
  readonly schema: string | null;
  readonly clock: Clock;
}

export interface AppliedRollback {
  readonly version: string;
  readonly ms: number;
}

/** There is no way back that could be run. */
export class RollbackImpossible extends Error {
  override readonly name = "RollbackImpossible";
}

/**
 * Takes one migration back and erases it from the ledger, in one transaction split only where PostgreSQL forbids it.
 * Throws `RollbackImpossible`, or `DatabaseError` with nothing of the current transaction left behind.
 */
export async function applyRollback(session: Session, input: ApplyRollback): Promise<AppliedRollback> {
  const { candidate, migration } = input;
  if (candidate.class === "impossible") {
    throw new RollbackImpossible(
      `${migration.version} cannot be undone: ${candidate.reason ?? "no way back is known"}`,
    );
  }
  const start = input.clock.monotonic();
  for (const part of parts(candidate)) {
    if (part.outside) await runOutside(session, input, part.statements);
    else await runInside(session, input, part.statements, part.last);
  }
  return { version: migration.version, ms: input.clock.monotonic() - start };
}

interface Part {
  readonly outside: boolean;
  readonly statements: readonly string[];
  /** The part that erases the ledger's row. */
  readonly last: boolean;
}

function parts(candidate: RollbackCandidate): readonly Part[] {
  const found: { outside: boolean; statements: string[] }[] = [];
  for (const [at, sql] of candidate.statements.entries()) {
    const outside = candidate.outside.includes(at);
    const open = found.at(-1);
    if (open && !open.outside && !outside) open.statements.push(sql);
    else found.push({ outside, statements: [sql] });
  }
  // The ledger's row goes in a transaction, so the last part is always one.
  if (found.at(-1)?.outside !== false) found.push({ outside: false, statements: [] });
  return found.map((part, at) => ({ ...part, last: at === found.length - 1 }));
}

async function runOutside(session: Session, input: ApplyRollback, statements: readonly string[]): Promise<void> {
  await prepareSession(session, input, "outside");
  for (const sql of statements) await session.script(bindSchemas(sql, input.schema));
}

async function runInside(
  session: Session,
  input: ApplyRollback,
  statements: readonly string[],
  last: boolean,
): Promise<void> {
  await prepareSession(session, input, "inside");
  await inTransaction(session, "read committed", async () => {
    // Deferred constraints with pending events would make PostgreSQL refuse the ALTER TABLE that follows.
    await session.script("set constraints all immediate");
    for (const sql of statements) await session.script(bindSchemas(sql, input.schema));
    if (!last) return;
    await prepareSession(session, input, "inside");
    for (const sql of input.ledger?.erase(input.migration, input.previous) ?? []) await session.script(sql);
  });
}
