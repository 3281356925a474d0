import { firstSize } from "../../core/backfill/batch-size.js";
import { amountSql, type KeyTexts, keyName, lastKeySql, leftSql, windowEndSql } from "../../core/backfill/batch-sql.js";
import { type BackfillPlan, planBackfill } from "../../core/backfill/plan.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import { digest } from "../../core/json.js";
import type { BackfillMark } from "../../core/migration/backfill-mark.js";
import type { Statement } from "../../core/sql/statement.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { readCatalog } from "../catalog/read-catalog.js";
import type { Work } from "./apply-migration.js";
import { BackfillHalted, BackfillRefused, callsFor, RowsStay } from "./backfill-errors.js";
import type { BackfillSeen } from "./backfill-pace.js";
import {
  BACKFILL_BEGUN,
  type BackfillState,
  clearBackfill,
  readBackfill,
  setUpBackfill,
  stateSql,
} from "./backfill-state.js";
import { BatchSizing } from "./batch-sizing.js";
import { type Changed, changeWindow, keyAt } from "./change-window.js";
import { clearProgress, readProgress, recordProgress } from "./progress.js";
import { keepBefore } from "./run-kept.js";
import { vacuumBetween } from "./vacuum-between.js";

/** Passes over the table at most. A plain statement would not have seen rows written since the last pass began, either. */
const MOST_PASSES = 20;
/** A batch that takes this many times its target is cancelled and made smaller. */
const PATIENCE = 20;
const LEAST_PATIENCE_MS = 5_000;

/** The part of the engine that is in `apply-migration`. */
export interface Transactions {
  guarded<T>(
    session: Session,
    input: Work,
    work: () => Promise<T | undefined>,
    last?: (result: T | undefined) => readonly string[],
  ): Promise<void>;
  end(session: Session, input: Work): Promise<void>;
}

export interface AppliedBackfill {
  readonly resumed: boolean;
  readonly transactions: number;
}

const PART = 0;

const withCommit = (statement: string | undefined) => (statement === undefined ? [] : [statement]);

/**
 * Runs one statement in batches, each in a transaction together with its cursor: whatever dies in between, no row is repeated or missed.
 * Throws `BackfillRefused` before anything is changed, `BackfillHalted` at a row that always fails.
 */
export async function applyBackfill(
  session: Session,
  input: Work,
  statement: Statement,
  mark: BackfillMark,
  transactions: Transactions,
): Promise<AppliedBackfill> {
  const { version } = input.migration;
  if (input.guard && !(await input.guard.outside(session, version))) return { resumed: false, transactions: 0 };
  const { plan, refusal } = planBackfill(statement, mark, await readCatalog(session, input.schema));
  if (refusal) throw new BackfillRefused(refusal);
  const progress = await readProgress(session, version, input.schema);
  await setUpBackfill(session, input.schema);
  const walk = new Backfill(session, input, plan, transactions, digest([statement.sql, mark.by, mark.table]));
  await input.observe?.before?.(statement);
  const start = input.clock.monotonic();
  if (progress.size === 0) await walk.begin();
  const batches = await walk.run();
  await walk.finish(statement, input.clock.monotonic() - start);
  return { resumed: progress.size > 0, transactions: batches + 2 };
}

class Backfill {
  private state: BackfillState;
  /** The end of the current batch, to name its row. */
  private to: KeyTexts | null = null;
  private longestMs = 0;
  /** Of the statement only: a transaction's other costs are no reason for fewer rows. */
  private workMs = 0;
  /** Rows changed before the current batch. */
  private before = 0;
  /** Rows that had been changed when the table was last vacuumed. */
  private vacuumed: number | null = null;

  private sizing: BatchSizing | null = null;

  constructor(
    private readonly session: Session,
    private readonly input: Work,
    private readonly plan: BackfillPlan,
    private readonly transactions: Transactions,
    private readonly of: string,
  ) {
    this.state = { ...BACKFILL_BEGUN, of };
  }

  private get version(): string {
    return this.input.migration.version;
  }

  private get keeping(): boolean {
    return this.input.keep.length > 0;
  }

  /** How many rows a batch walks. A clone needs no limit: nobody waits there. */
  private sizes(total: number | null): BatchSizing {
    this.sizing ??= new BatchSizing(this.plan.batchMs, firstSize(this.input.guard === undefined, total));
    return this.sizing;
  }

  /** Counts and weighs the work, creates the tables of the copies, and records the start. */
  async begin(): Promise<void> {
    const { session, input } = this;
    const amount = await this.amount();
    if (this.keeping && amount) input.budget.weigh(amount.bytes);
    const begun = async () => {
      // Another process of the same run may have started since the progress was read.
      if ((await readBackfill(session, this.version, input.schema)) !== null) return undefined;
      await keepBefore(session, input.keep, input.budget, input.schema);
      await recordProgress(session, this.version, PART, "started", input.schema);
      return stateSql(this.version, { ...this.state, total: amount?.rows ?? null }, input.schema);
    };
    await this.transactions.guarded(session, input, begun, withCommit);
  }

  /** Null if counting takes longer than a statement may. */
  private async amount(): Promise<{ readonly rows: number; readonly bytes: number } | null> {
    const { session, input, plan } = this;
    let found: { rows: number; bytes: number } | null = null;
    try {
      await this.transactions.guarded(session, input, async () => {
        const [row] = await session.execute<{ rows: string; bytes: string }>(
          bindSchemas(amountSql(plan, this.keeping), input.schema),
        );
        found = row ? { rows: Number(row.rows), bytes: Number(row.bytes) } : null;
      });
    } catch (error) {
      if (!(error instanceof DatabaseError) || callsFor(error) === "stop") throw error;
    }
    return found;
  }

  /** Until nothing is left to do. Returns how many batches it took. */
  async run(): Promise<number> {
    const { input, session, plan } = this;
    for (;;) {
      const began = input.clock.monotonic();
      let ours = false;
      const batch = () => {
        ours = true;
        return this.batch();
      };
      try {
        await this.transactions.guarded(session, this.scope(), batch, withCommit);
        if (!ours) return this.state.batches;
        const ms = input.clock.monotonic() - began;
        this.sizes(this.state.total).succeeded(this.workMs);
        this.longestMs = Math.max(this.longestMs, ms);
        if (this.state.pass > 1 && this.state.after === null) await this.endWhereNoneIsLeft();
        const seen = this.seen(ms);
        if (this.state.finished) {
          await input.pace?.ended?.(seen);
          return this.state.batches;
        }
        this.vacuumed = await vacuumBetween(session, input, plan, this.state.changed, this.vacuumed);
        await input.pace?.between(session, seen);
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        await this.failed(error);
      }
    }
  }

  private seen(batchMs: number): BackfillSeen {
    const { changed, total } = this.state;
    return { version: this.version, rows: changed, total, batchRows: changed - this.before, batchMs };
  }

  /** A single row may take as long as a statement may; more rows are cancelled sooner, and made fewer. */
  private scope(): Work {
    const { statementTimeout } = this.input.settings;
    const patience = Math.max(LEAST_PATIENCE_MS, PATIENCE * this.plan.batchMs);
    const limit = statementTimeout === 0 ? patience : Math.min(statementTimeout, patience);
    if (this.sizing?.size === 1) return this.input;
    return { ...this.input, settings: { ...this.input.settings, statementTimeout: limit } };
  }

  /** Before another pass: if one look finds nothing, the table is not walked again; if the look takes too long, it is. */
  private async endWhereNoneIsLeft(): Promise<void> {
    const { session, input, plan, version } = this;
    const look = async () => {
      const known = await readBackfill(session, version, input.schema);
      if (!known || known.finished || known.last !== null) return undefined;
      if ((await session.execute(bindSchemas(leftSql(plan), input.schema))).length > 0) return undefined;
      this.state = { ...known, finished: true };
      return stateSql(version, this.state, input.schema);
    };
    try {
      await this.transactions.guarded(session, this.scope(), look, withCommit);
    } catch (error) {
      if (!(error instanceof DatabaseError) || callsFor(error) === "stop") throw error;
    }
  }

  /** The progress to write at the end of its transaction. */
  private async batch(): Promise<string | undefined> {
    const { session, input } = this;
    const { schema } = input;
    const known = await readBackfill(session, this.version, schema);
    if (!known) throw new DatabaseError("the record of how far the backfill came is gone", "BACKFILL-LOST");
    if (known.of !== this.of)
      throw new DatabaseError(
        `${this.version} is half done with another text of its statement or its key; go on with the run that began it`,
        "BACKFILL-OTHER",
      );
    this.state = known;
    this.before = known.changed;
    if (known.finished) return undefined;
    const last = known.last ?? (await this.key(lastKeySql(this.plan)));
    const { size } = this.sizes(known.total);
    const end = last && (await this.key(windowEndSql(this.plan, known.after, last, size)));
    const done = last ? await this.change(known.after, end ?? last) : { changed: 0, bytes: 0 };
    input.budget.stands(known.bytes + done.bytes);
    const changed = known.changed + done.changed;
    const changedInPass = known.changedInPass + done.changed;
    const bytes = known.bytes + done.bytes;
    const batches = known.batches + 1;
    const sum = { ...known, changed, changedInPass, bytes, batches };
    const next = end ? { ...sum, after: end, last } : this.nextPass(sum);
    this.state = next;
    return stateSql(this.version, next, schema);
  }

  private nextPass(state: BackfillState): BackfillState {
    const again = this.plan.form === "condition" && state.changedInPass > 0 && state.pass < MOST_PASSES;
    if (!again) return { ...state, finished: true };
    return { ...state, pass: state.pass + 1, after: null, last: null, changedInPass: 0 };
  }

  private key(sql: string): Promise<KeyTexts | null> {
    return keyAt(this.session, this.input, sql);
  }

  private async change(after: KeyTexts | null, to: KeyTexts): Promise<Changed> {
    this.to = to;
    const keeping = !this.keeping ? "none" : this.state.pass > 1 ? "later pass" : "first pass";
    const done = await changeWindow(this.session, { ...this.scope(), keeping }, this.plan, { after, to });
    this.workMs = done.ms;
    return done;
  }

  private async failed(error: DatabaseError): Promise<void> {
    const after = this.sizes(this.state.total).failed(error);
    if (after.kind === "stop") throw error;
    if (after.kind === "halt") throw this.halted(error);
    if (after.waitMs > 0) await this.input.clock.sleep(after.waitMs, this.input.stop);
  }

  private halted(error: DatabaseError): BackfillHalted {
    const key = this.to ? keyName(this.plan, this.to) : "that is first";
    const endless = error instanceof RowsStay;
    return new BackfillHalted(
      endless ? "endless" : "row",
      key,
      endless ? error.message : `${error.message} [${error.code}]`,
    );
  }

  /** Records the migration and deletes the cursor, in one transaction. */
  async finish(statement: Statement, ms: number): Promise<void> {
    const { session, input, plan } = this;
    await this.transactions.guarded(session, input, async () => {
      const batched = {
        verb: plan.verb,
        table: plan.written,
        rows: this.state.changed,
        batches: this.state.batches,
        longestMs: this.longestMs,
      };
      await input.observe?.after?.(statement, ms, batched);
      await this.transactions.end(session, input);
      await clearProgress(session, this.version, input.schema);
      await clearBackfill(session, this.version, input.schema);
      await input.observe?.committing?.([statement]);
    });
    if (this.keeping) input.observe?.kept?.(statement, { before: 0, after: 0 });
  }
}
