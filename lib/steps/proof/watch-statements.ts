import { type Catalog, TENANT_SCHEMA } from "../../core/catalog/catalog.js";
import { CatalogIndex, type TableRef } from "../../core/catalog/lookup.js";
import { effectsOf, type Operation, operationsOfText } from "../../core/operations/index.js";
import type { Transactionality } from "../../core/postgres/transactionality.js";
import type { StatementObservation } from "../../core/rollback/observation.js";
import type { Statement } from "../../core/sql/statement.js";
import type { Clock } from "../../ports/clock.js";
import type { Session } from "../../ports/database.js";
import { readCatalog } from "../catalog/read-catalog.js";
import type { Batched, StatementObserver } from "../migration/apply-migration.js";
import { changesBetween, readSnapshot, type Snapshot } from "./backend-snapshot.js";
import type { ProvedStatement } from "./proof.js";
import { tableName } from "./state.js";

type Open = { -readonly [K in keyof ProvedStatement]: ProvedStatement[K] };

/** Watches one migration run: what each statement locks, rewrites, scans and writes, and the schema before it. */
export class StatementWatch implements StatementObserver {
  readonly statements: Open[] = [];
  readonly observations: StatementObservation[] = [];
  /** The statement that is running; after a failure, the one that failed. */
  current: Statement | null = null;
  private snapshot: Snapshot | null = null;
  private catalog: Catalog | null = null;
  private began = 0;
  /** Time that the watching itself took; it is not part of the measurement. */
  private own = 0;
  private uncommitted: Open[] = [];

  constructor(
    private readonly session: Session,
    private readonly schema: string | null,
    private readonly version: string,
    private readonly clock: Clock,
    private readonly origin: number,
    /** The tables before the release; absent: those before each statement. */
    private readonly atStart?: Snapshot,
    /** The schema before the first statement, where it was just read; absent: it is read. */
    private known: Catalog | null = null,
  ) {}

  async before(statement: Statement): Promise<void> {
    await this.unmeasured(async () => {
      this.current = statement;
      this.catalog = this.known ?? (await readCatalog(this.session, this.schema));
      this.known = null;
      this.snapshot = await readSnapshot(this.session);
    });
    this.began = this.elapsed();
  }

  async after(statement: Statement, ms: number, batched?: Batched): Promise<void> {
    if (batched) return this.afterBatches(statement, ms, batched);
    await this.unmeasured(async () => {
      const { snapshot, catalog } = this;
      if (!snapshot || !catalog) throw new Error("a statement ended that did not begin");
      const changes = changesBetween(snapshot, await readSnapshot(this.session), this.atStart);
      const index = new CatalogIndex(catalog);
      const operations = operationsOfText(statement);
      const truncates = operations.some(({ kind }) => kind === "truncate");
      const proved: Open = {
        migration: this.version,
        index: statement.index,
        sql: statement.sql,
        source: statement.source,
        transactionality: strictest(operations),
        startMs: this.began,
        ms,
        locks: changes.locks.map((lock) => ({ ...lock, fromMs: this.began, toMs: this.began + ms })),
        predicted: operations.flatMap((operation) => effectsOf(operation, index).locks),
        kept: [],
        rewrites: truncates ? [] : changes.rewrites,
        scans: changes.scans,
        written: changes.written.map(({ table, ...counts }) => ({ table: tableName(table), ...counts })),
      };
      this.statements.push(proved);
      this.uncommitted.push(proved);
      const written: TableRef[] = changes.written.map(({ table }) => this.canonical(table));
      this.observations.push({ before: catalog, written });
    });
    if (strictest(operationsOfText(statement)) === "outside") this.uncommitted = [];
  }

  /** Each batch committed separately, so its transaction no longer shows anything; the engine reports it. */
  private async afterBatches(statement: Statement, ms: number, batched: Batched): Promise<void> {
    const { catalog, began } = this;
    if (!catalog) throw new Error("a statement ended that did not begin");
    const { verb, rows, batches, longestMs } = batched;
    const bound = {
      ...batched.table,
      schema: batched.table.schema === TENANT_SCHEMA ? (this.schema ?? "public") : batched.table.schema,
    };
    const table = tableName(bound);
    const operations = operationsOfText(statement);
    const counted = (each: Batched["verb"]) => (each === verb ? rows : 0);
    this.statements.push({
      migration: this.version,
      index: statement.index,
      sql: statement.sql,
      batched: { rows, batches, longestMs },
      source: statement.source,
      transactionality: "own",
      startMs: began,
      ms,
      locks: [{ table, mode: "RowExclusiveLock", fromMs: began, toMs: began + longestMs }],
      predicted: operations.flatMap((operation) => effectsOf(operation, new CatalogIndex(catalog)).locks),
      kept: [],
      rewrites: [],
      scans: [],
      written:
        rows === 0
          ? []
          : [{ table, inserted: counted("insert"), updated: counted("update"), deleted: counted("delete") }],
    });
    this.observations.push({ before: catalog, written: [batched.table] });
  }

  async committing(): Promise<void> {
    const now = this.elapsed();
    for (const statement of this.uncommitted) {
      statement.locks = statement.locks.map((lock) => ({ ...lock, toMs: Math.max(now, lock.toMs) }));
    }
    this.uncommitted = [];
  }

  /** In a catalog the tenant's own schema goes by its placeholder. */
  private canonical(table: TableRef): TableRef {
    return table.schema === this.schema ? { schema: TENANT_SCHEMA, name: table.name } : table;
  }

  private elapsed(): number {
    return this.clock.monotonic() - this.origin - this.own;
  }

  private async unmeasured(work: () => Promise<void>): Promise<void> {
    const start = this.clock.monotonic();
    await work();
    this.own += this.clock.monotonic() - start;
  }
}

function strictest(operations: readonly Operation[]): Transactionality {
  const modes = operations.map(({ transactionality }) => transactionality);
  return modes.includes("outside") ? "outside" : modes.includes("own") ? "own" : "inside";
}
