import type { TableRef } from "../../core/catalog/lookup.js";
import type { IsolationLevel, Migration } from "../../core/migration/release.js";
import { operationsOfText, type Segment, segmentsOf } from "../../core/operations/segments.js";
import type { LedgerFormat } from "../../core/release/ledger.js";
import type { Statement } from "../../core/sql/statement.js";
import type { KeepAside, SetAside } from "../../core/undo/keep/aside.js";
import type { Clock } from "../../ports/clock.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { Migrator } from "../../ports/migrator.js";
import { writeLedger } from "../catalog/ledger.js";
import { withAllowedExtensions } from "./allowed-extensions.js";
import { applyBackfill } from "./apply-backfill.js";
import { applyCommand } from "./apply-command.js";
import type { BackfillPace } from "./backfill-pace.js";
import { deferredInside } from "./deferred-inside.js";
import type { Guard } from "./guard.js";
import { insideTenant } from "./inside-tenant.js";
import { KeptBudget } from "./kept-budget.js";
import { type LockWatch, withinLockTimeout } from "./lock-watch.js";
import { waitForOldSnapshots } from "./old-snapshots.js";
import { preparation, prepareSession, type SessionScope, type SessionSettings } from "./prepare-session.js";
import { clearProgress, forgetProgress, type Progress, readProgress, recordProgress } from "./progress.js";
import { markSetAside, restoreSetAside } from "./restore-set-aside.js";
import { keepAfter, keepBefore } from "./run-kept.js";
import { settleStatement } from "./settle-statement.js";
import { stayInside } from "./stay-inside.js";
import { inTransaction } from "./transaction.js";
import { waitsWithoutBlocking } from "./waits-without-blocking.js";

/** Called around every statement of the migration, on the migration's own session and inside its transaction. */
export interface StatementObserver {
  before?(statement: Statement): Promise<void>;
  after?(statement: Statement, ms: number, batched?: Batched): Promise<void>;
  /** After what the statement destroys was kept aside, with the milliseconds that this took before and after the statement. */
  kept?(statement: Statement, ms: { readonly before: number; readonly after: number }): void;
  /** Before the transaction commits, with its locks still held. */
  committing?(statements: readonly Statement[]): Promise<void>;
}

/** What a statement did that ran in batches, each in its own transaction. */
export interface Batched {
  readonly verb: "insert" | "update" | "delete";
  readonly table: TableRef;
  readonly rows: number;
  readonly batches: number;
  /** The longest time that its locks were held. */
  readonly longestMs: number;
}

export interface ApplyMigration {
  readonly migration: Migration;
  /** Null on scratch databases, where no ledger is kept. */
  readonly ledger: LedgerFormat | null;
  readonly isolation: IsolationLevel;
  readonly settings: SessionSettings;
  /** The tenant's schema in a shared database. */
  readonly schema: string | null;
  /** Of the proved way back: what is copied before its statement destroys it. */
  readonly keep: readonly KeepAside[];
  /** Of the same way back: what an earlier rollback put aside, and is now given back. */
  readonly aside?: readonly SetAside[];
  /** Bytes that `keep` may take in this tenant; without it there is no limit. */
  readonly keepLimit?: number;
  readonly clock: Clock;
  /** Runs a migration that is a program. */
  readonly migrator?: Migrator;
  /** Ends such a program early. */
  readonly stop?: AbortSignal;
  /** Only where another run could come in between; a clone needs none. */
  readonly guard?: Guard;
  /** Only where others wait behind its locks; a clone has no others. */
  readonly watch?: LockWatch;
  readonly observe?: StatementObserver;
  /** Runs a backfill as the single statement that it is: where nobody waits for its locks, and for comparison. */
  readonly whole?: boolean;
  /** Asked between the batches of a backfill. */
  readonly pace?: BackfillPace;
  /** The table is vacuumed after this many changed rows; never if absent. */
  readonly vacuumEvery?: number;
  /** On a scratch database, which is nobody's: there a history may repeat what it once did to objects that tenants share. */
  readonly scratch?: true;
}

export interface AppliedMigration {
  readonly version: string;
  readonly ms: number;
  /** How many transactions it took: 1 unless PostgreSQL forbids it. */
  readonly transactions: number;
  /** True when an earlier, interrupted attempt had done part of it. */
  readonly resumed: boolean;
  /** Bytes of the copies when they were made. */
  readonly keptBytes: number;
  /** What a team's own program printed, without secrets; null for statements. */
  readonly output: string | null;
}

/** One run of a migration: everything kept aside counts against one budget, however many transactions it takes. */
export interface Work extends ApplyMigration {
  readonly budget: KeptBudget;
}

/**
 * Runs one migration and records it in the ledger, in one transaction. Where PostgreSQL forbids that, each part records its own progress,
 * so that a killed run resumes where it stopped. Throws `DatabaseError`, leaving nothing of the current transaction behind. The dry run and
 * the rollout both execute migrations only through this function.
 */
export async function applyMigration(session: Session, asked: ApplyMigration): Promise<AppliedMigration> {
  const input = { ...asked, migration: await withAllowedExtensions(session, asked.migration) };
  const start = input.clock.monotonic();
  const { version, migrator } = input.migration;
  if (migrator) {
    const applied = await applyCommand(session, input, migrator);
    return { version, ms: input.clock.monotonic() - start, transactions: 1, ...applied };
  }
  const budget = new KeptBudget(version, input.keepLimit);
  const work: Work = { ...input, budget };
  const { backfill, statements } = input.migration.up;
  const marked = backfill && statements.find(({ index }) => index === backfill.statement);
  if (backfill && marked && input.whole !== true) {
    const end = (on: Session, of: Work) => record(on, of, start, preparation(on, of, "inside"));
    const applied = await applyBackfill(session, work, marked, backfill, { guarded, end });
    return { version, ms: input.clock.monotonic() - start, ...applied, keptBytes: budget.taken, output: null };
  }
  const segments = segmentsOf(input.migration.up);
  const [only] = segments;
  const resumed =
    segments.length === 0 || (segments.length === 1 && only?.transactional)
      ? await applyWhole(session, work, only?.statements ?? [])
      : await applyInParts(session, work, segments);
  const ms = input.clock.monotonic() - start;
  const transactions = Math.max(1, segments.length);
  return { version, ms, transactions, resumed, keptBytes: budget.taken, output: null };
}

async function applyWhole(session: Session, input: Work, statements: readonly Statement[]): Promise<boolean> {
  const start = input.clock.monotonic();
  let later: readonly SetAside[] = [];
  await guarded(session, input, async () => {
    await markSetAside(session, input.aside ?? [], input.schema);
    await runInside(session, input, statements);
    later = await restoreSetAside(session, input.aside ?? [], input.schema);
    await record(session, input, start, preparation(session, input, "inside"));
    await input.observe?.committing?.(statements);
  });
  if (later.length > 0)
    await inTransaction(session, "read committed", () => restoreSetAside(session, later, input.schema));
  return false;
}

async function applyInParts(session: Session, input: Work, segments: readonly Segment[]): Promise<boolean> {
  const start = input.clock.monotonic();
  const { version } = input.migration;
  if (input.guard && !(await input.guard.outside(session, version))) return false;
  const progress = await readProgress(session, version, input.schema);
  if (progress.size === 0) await guarded(session, input, () => markSetAside(session, input.aside ?? [], input.schema));
  for (const [at, segment] of segments.entries()) {
    if (progress.get(at) === "finished") continue;
    if (segment.transactional) await applyTransaction(session, input, segment, at);
    else await applyAlone(session, input, segment, at, progress);
  }
  await guarded(session, input, async () => {
    await restoreSetAside(session, input.aside ?? [], input.schema);
    await record(session, input, start);
    await clearProgress(session, version, input.schema);
  });
  return progress.size > 0;
}

/** One transaction, which does nothing if another run has done the migration's work in the meantime. `last` is sent with COMMIT. */
async function guarded<T>(
  session: Session,
  input: Work,
  work: () => Promise<T | undefined>,
  last: (result: T | undefined) => readonly string[] = () => [],
): Promise<void> {
  session.lookUpIn(input.schema, input.settings.shared);
  await inTransaction(
    session,
    input.isolation,
    async () => {
      if (input.guard && !(await input.guard.inside(session, input.migration.version))) return undefined;
      return work();
    },
    preparation(session, input, "inside"),
    last,
  );
}

async function applyTransaction(session: Session, input: Work, segment: Segment, at: number): Promise<void> {
  await guarded(session, input, async () => {
    await runInside(session, input, segment.statements);
    await recordProgress(session, input.migration.version, at, "finished", input.schema);
    await input.observe?.committing?.(segment.statements);
  });
}

/** One statement outside a transaction: its start is recorded first, so that a resumed run checks what it left. */
async function applyAlone(
  session: Session,
  input: Work,
  segment: Segment,
  at: number,
  progress: Progress,
): Promise<void> {
  const { version } = input.migration;
  for (const statement of segment.statements) {
    await input.guard?.outside(session, version);
    await prepareSession(session, input, waitsWithoutBlocking(statement) ? "outside" : "blocking");
    const left = progress.get(at) === "started" ? await settleStatement(session, statement, input) : "again";
    if (left === "done") continue;
    if (waitsForSnapshots(statement)) await waitForOldSnapshots(session, input.clock, input.settings.lockTimeout);
    await recordProgress(session, version, at, "started", input.schema);
    try {
      await runStatements(session, input, [statement], "outside");
    } catch (error) {
      // The caller must see the failure itself, whether or not its leftover could be cleared away.
      await clearLeftover(session, input, statement, at, error).catch(() => {});
      throw error;
    }
  }
  await recordProgress(session, version, at, "finished", input.schema);
}

/** An object that was there before is not ours to settle, now or when the migration is resumed. */
async function clearLeftover(
  session: Session,
  input: Work,
  statement: Statement,
  at: number,
  error: unknown,
): Promise<void> {
  const existed = error instanceof DatabaseError && error.code === "42P07";
  if (existed) await forgetProgress(session, input.migration.version, at, input.schema);
  else await settleStatement(session, statement, input);
}

function waitsForSnapshots(statement: Statement): boolean {
  return operationsOfText(statement).some(
    (operation) => operation.kind === "create-index" || operation.kind === "reindex",
  );
}

async function runStatements(
  session: Session,
  input: Work,
  statements: readonly Statement[],
  place: "inside" | "outside",
): Promise<void> {
  for (const statement of statements) {
    const keep = input.keep.filter((each) => each.statement === statement.index);
    const before = await timed(input.clock, () => keepBefore(session, keep, input.budget, input.schema));
    await input.observe?.before?.(statement);
    const { lockTimeout } = input.settings;
    const limit = { lockTimeout, quiet: place === "outside" && waitsWithoutBlocking(statement), text: statement.sql };
    const execute = () => session.execute(statement.sql);
    const ms = await timed(input.clock, () => withinLockTimeout(session, limit, input.watch, execute));
    if (place === "inside") await stayWhereItMay(session, input);
    await input.observe?.after?.(statement, ms);
    const after = await timed(input.clock, () => keepAfter(session, keep, input.schema));
    if (keep.length > 0) input.observe?.kept?.(statement, { before, after });
  }
}

/** The statements of a transaction, with what fires at its end. */
function runInside(session: Session, input: Work, statements: readonly Statement[]): Promise<void> {
  const texts = statements.map(({ sql }) => sql);
  return insideTenant(session, scopeOf(input), texts, async () => {
    await runStatements(session, input, statements, "inside");
    if (statements.length > 0) await deferredInside(session, scopeOf(input), input.watch);
  });
}

function stayWhereItMay(session: Session, input: Work): Promise<void> {
  return stayInside(session, scopeOf(input));
}

function scopeOf({ settings, schema, scratch }: Work): SessionScope {
  return { settings, schema: scratch ? null : schema };
}

async function timed(clock: Clock, work: () => Promise<unknown>): Promise<number> {
  const start = clock.monotonic();
  await work();
  return clock.monotonic() - start;
}

/** `first` is sent before the ledger's row. */
async function record(
  session: Session,
  input: ApplyMigration,
  start: number,
  first: readonly string[] = [],
): Promise<void> {
  const elapsed = Math.round(input.clock.monotonic() - start);
  session.lookUpIn(input.schema, input.settings.shared);
  if (first.length > 0) await session.script(first.join("; "));
  if (input.ledger)
    await writeLedger(session, input.ledger, input.schema, (placed) => placed.record(input.migration, elapsed));
}
