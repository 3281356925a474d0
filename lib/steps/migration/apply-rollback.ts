import { FIRST_BATCH, nextSize } from "../../core/backfill/batch-size.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import type { Migration } from "../../core/migration/release.js";
import type { LedgerFormat } from "../../core/release/ledger.js";
import type { RollbackCandidate } from "../../core/rollback/plan.js";
import { isInBatches, SIZE_SETTING } from "../../core/undo/keep/in-batches.js";
import type { Clock } from "../../ports/clock.js";
import type { Row, Session } from "../../ports/database.js";
import { writeLedger } from "../catalog/ledger.js";
import { clearBackfill } from "./backfill-state.js";
import { deferredInside } from "./deferred-inside.js";
import type { Guard } from "./guard.js";
import { insideTenant } from "./inside-tenant.js";
import { KeptBudget } from "./kept-budget.js";
import { type LockWatch, withinLockTimeout } from "./lock-watch.js";
import { preparation, prepareSession, type SessionSettings } from "./prepare-session.js";
import { clearProgress, readProgress, recordProgress } from "./progress.js";
import { fitKept, keepAfter, keepBefore, WAY_BACK } from "./run-kept.js";
import { settleStatement } from "./settle-statement.js";
import { stayInside } from "./stay-inside.js";
import { inTransaction } from "./transaction.js";
import { waitsWithoutBlocking } from "./waits-without-blocking.js";

export interface ApplyRollback {
  readonly migration: Migration;
  /** The migration before it in the folder: some ledgers keep only the newest. */
  readonly previous: Migration | null;
  /** The way back that passed its proof for the tenant's cluster. */
  readonly candidate: RollbackCandidate;
  readonly ledger: LedgerFormat | null;
  /** A backfill that stopped on its way up: it is in no ledger, and its cursor is deleted. */
  readonly halfDone?: boolean;
  readonly settings: SessionSettings;
  readonly schema: string | null;
  readonly clock: Clock;
  /** Bytes of later writes that may be put aside; without it there is no limit. */
  readonly keepLimit?: number;
  /** Only where another run could come in between; a clone needs none. */
  readonly guard?: Guard;
  /** Only where others wait behind its locks; a clone has no others. */
  readonly watch?: LockWatch;
  /** Called around each transaction or lone statement, with the index of its first statement; inside the transaction if there is one. */
  readonly observe?: {
    begin(statement: number): Promise<void>;
    end(statement: number): Promise<void>;
  };
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
 * Takes one migration back and deletes it from the ledger. Rows written since that would be lost are copied first. Runs in one transaction,
 * split only where PostgreSQL forbids it; then each part records its own progress, so that a killed rollback continues where it stopped.
 * Throws `RollbackImpossible`, `KeptTooLarge`, or `DatabaseError`, leaving nothing of the current transaction behind.
 */
export async function applyRollback(session: Session, input: ApplyRollback): Promise<AppliedRollback> {
  const { candidate, migration } = input;
  if (candidate.class === "impossible") {
    throw new RollbackImpossible(
      `${migration.version} cannot be undone: ${candidate.reason ?? "no way back is known"}`,
    );
  }
  const start = input.clock.monotonic();
  const all = parts(candidate);
  const done = { version: migration.version, ms: 0 };
  if (all.length > 1 && input.guard && !(await input.guard.outside(session, migration.version))) return done;
  if (input.halfDone) await forgetCursor(session, input);
  const budget = new KeptBudget(migration.version, input.keepLimit);
  const progress = all.length > 1 ? await readProgress(session, progressKey(input), input.schema) : new Map();
  for (const [at, part] of all.entries()) {
    if (progress.get(at) === "finished") continue;
    if (part.repeated) await runRepeated(session, input, part, at);
    else if (part.outside) await runOutside(session, input, part, at, progress.get(at) === "started");
    else await runInside(session, { ...input, budget }, part, all.length > 1 ? at : null);
  }
  return { version: migration.version, ms: input.clock.monotonic() - start };
}

/** Done first: going up again from the middle of a way back would skip the rows restored by then. */
async function forgetCursor(session: Session, input: ApplyRollback): Promise<void> {
  const { version } = input.migration;
  const forget = async () => {
    if (input.guard && !(await input.guard.inside(session, version))) return;
    await clearBackfill(session, version, input.schema);
  };
  await inTransaction(session, "read committed", forget, preparation(session, input, "inside"));
}

/** Everything put aside counts against one budget, however many transactions it takes. */
interface Work extends ApplyRollback {
  readonly budget: KeptBudget;
}

interface Part {
  readonly outside: boolean;
  /** Repeated, each time in its own transaction, until nothing is left to do. */
  readonly repeated: boolean;
  /** Index of its first statement. */
  readonly first: number;
  readonly statements: readonly string[];
  /** The part that deletes the ledger's row. */
  readonly last: boolean;
}

function parts(candidate: RollbackCandidate): readonly Part[] {
  const found: { outside: boolean; repeated: boolean; first: number; statements: string[] }[] = [];
  for (const [at, sql] of candidate.statements.entries()) {
    const outside = candidate.outside.includes(at);
    const repeated = isInBatches(sql);
    const open = found.at(-1);
    if (open && !open.outside && !outside && open.repeated === repeated) open.statements.push(sql);
    else found.push({ outside, repeated, first: at, statements: [sql] });
  }
  // The ledger's row is deleted in a transaction, so the last part always is one.
  const end = found.at(-1);
  if (!end || end.outside || end.repeated)
    found.push({ outside: false, repeated: false, first: candidate.statements.length, statements: [] });
  return found.map((part, at) => ({ ...part, last: at === found.length - 1 }));
}

/** Stored next to the progress of the same migration's way up. */
function progressKey(input: ApplyRollback): string {
  return `back ${input.migration.version}`;
}

/** `begun`: an earlier attempt was interrupted here, so its leftovers are checked first. */
async function runOutside(
  session: Session,
  input: ApplyRollback,
  { statements, first }: Part,
  at: number,
  begun: boolean,
): Promise<void> {
  await input.observe?.begin(first);
  for (const [index, text] of statements.entries()) {
    await input.guard?.outside(session, input.migration.version);
    const sql = bindSchemas(text, input.schema);
    const source = { file: progressKey(input), line: 1, column: 1 };
    const statement = { index, sql, source };
    const quiet = waitsWithoutBlocking(statement);
    await prepareSession(session, input, quiet ? "outside" : "blocking");
    if (begun && (await settleStatement(session, statement, input)) === "done") continue;
    await recordProgress(session, progressKey(input), at, "started", input.schema);
    const limit = { lockTimeout: input.settings.lockTimeout, quiet, text: sql };
    await withinLockTimeout(session, limit, input.watch, () => session.execute(sql));
  }
  await input.observe?.end(first);
  await recordProgress(session, progressKey(input), at, "finished", input.schema);
}

/** How long a batch of a way back should take. Milliseconds. */
const BATCH_MS = 200;

/** The copies themselves show what is left to do, so a killed rollback continues where it stopped. */
async function runRepeated(session: Session, input: ApplyRollback, part: Part, at: number): Promise<void> {
  let size = FIRST_BATCH;
  let left = Number.POSITIVE_INFINITY;
  for (let first = true; left > 0; first = false) {
    const began = input.clock.monotonic();
    const batch = async () => {
      left = 0;
      if (input.guard && !(await input.guard.inside(session, input.migration.version))) return;
      if (first) await input.observe?.begin(part.first);
      await session.script(`${WAY_BACK}; set local ${SIZE_SETTING} = ${size}`);
      await insideTenant(session, input, part.statements, async () => {
        for (const sql of part.statements) {
          const [row] = await runStatement<{ left?: string }>(session, input, sql);
          if (row?.left !== undefined) left = Number(row.left);
        }
        await deferredInside(session, input, input.watch);
      });
      if (left > 0) return;
      await input.observe?.end(part.first);
      await recordProgress(session, progressKey(input), at, "finished", input.schema);
    };
    session.lookUpIn(input.schema, input.settings.shared);
    await inTransaction(session, "read committed", batch, preparation(session, input, "inside"));
    size = nextSize(size, input.clock.monotonic() - began, BATCH_MS);
  }
}

async function runStatements(session: Session, input: Work, { first, statements }: Part): Promise<void> {
  for (const [index, sql] of statements.entries()) {
    const fit = input.candidate.aside.flatMap((each) => (each.fit.at === first + index ? each.fit.statements : []));
    if (fit.length > 0) await fitKept(session, fit, input);
    await runStatement(session, input, sql);
  }
  if (statements.length > 0) await deferredInside(session, input, input.watch);
}

/** One statement in its transaction, held to its limits and its tenant. */
async function runStatement<R extends Row>(session: Session, input: ApplyRollback, sql: string): Promise<readonly R[]> {
  const execute = () => session.execute<R>(bindSchemas(sql, input.schema));
  const rows = await withinLockTimeout(session, input.settings, input.watch, execute);
  await stayInside(session, input);
  return rows;
}

/** `at`: the part's place among several; null if it is the only one. */
async function runInside(session: Session, input: Work, part: Part, at: number | null): Promise<void> {
  const work = async () => {
    if (input.guard && !(await input.guard.inside(session, input.migration.version))) return;
    // Deferred constraints with pending events would make PostgreSQL refuse the ALTER TABLE that follows.
    await session.script("set constraints all immediate");
    await input.observe?.begin(part.first);
    const aside = input.candidate.aside.filter(({ statement }) => statement === part.first);
    await keepBefore(session, aside, input.budget, input.schema);
    if (input.candidate.source !== "author") await session.script(WAY_BACK);
    const texts = [...part.statements, ...input.candidate.aside.flatMap(({ fit }) => fit.statements)];
    await insideTenant(session, input, texts, () => runStatements(session, input, part));
    await keepAfter(session, aside, input.schema);
    await input.observe?.end(part.first);
    if (!part.last) return recordProgress(session, progressKey(input), at ?? 0, "finished", input.schema);
    await prepareSession(session, input, "inside");
    const { ledger, previous } = input;
    if (ledger && !input.halfDone)
      await writeLedger(session, ledger, input.schema, (placed) => placed.erase(input.migration, previous));
    if (at !== null) await clearProgress(session, progressKey(input), input.schema);
    if (input.halfDone) await clearProgress(session, input.migration.version, input.schema);
  };
  session.lookUpIn(input.schema, input.settings.shared);
  await inTransaction(session, "read committed", work, preparation(session, input, "inside"));
}
