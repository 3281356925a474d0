import { randomUUID } from "node:crypto";
import type { Migration } from "../../../lib/core/migration/release.js";
import type { LedgerFormat } from "../../../lib/core/release/ledger.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import { DatabaseError, type Session } from "../../../lib/ports/database.js";
import { replayMigration } from "../../../lib/steps/migration/replay-migration.js";
import { seedRows } from "../../../lib/steps/proof/seed-rows.js";
import { testClock } from "../../support/migration.js";
import { onServer, serverUrl } from "../../support/postgres.js";
import { openTestSession } from "../../support/session.js";
import { type Contents, contentsOf, lost } from "./contents.js";
import { contradict } from "./contradict.js";

/** The tenants of a replay, and how many rows are generated for each table of them. */
export const ROWS = { empty: 0, rows: 4, many: 60 } as const;
type Kind = keyof typeof ROWS;
const TENANTS = ["empty", "rows", "many", "contradicting"] as const;
type TenantKind = (typeof TENANTS)[number];

/** What the plain SQL of a release does to one tenant. */
export interface Truth {
  readonly tenant: string;
  /** The server's message; null when it ran. */
  readonly failed: string | null;
  readonly ms: number;
  /** Tables and columns whose rows are gone. */
  readonly lost: readonly string[];
  /** Tables outside of the tenant that have other rows or columns. */
  readonly touched: readonly string[];
}

export const SETTINGS = { lockTimeout: 5_000, statementTimeout: 60_000, concurrentTimeout: 60_000 };

/** Databases that stand before the next release of a history. */
export class HistoryFleet {
  private readonly prefix = `history_${randomUUID().replaceAll("-", "").slice(0, 12)}`;

  private constructor(private readonly ledger: LedgerFormat) {}

  static async create(ledger: LedgerFormat): Promise<HistoryFleet> {
    const fleet = new HistoryFleet(ledger);
    for (const kind of Object.keys(ROWS))
      await onServer("18", `create database ${fleet.name(kind)} template template0`);
    return fleet;
  }

  /** Lines of a registry. */
  tenants(): readonly string[] {
    return TENANTS.map((kind) => [kind, this.url(kind), ""].join(","));
  }

  private url(kind: string): string {
    return serverUrl("18", `${this.prefix}_${kind}`);
  }

  /** A tenant with rows that contradict what the release demands, as far as the rows that are there can be changed so. */
  async standUp(migration: Migration): Promise<void> {
    await this.copy("rows", "contradicting");
    await this.inside("contradicting", (session) => contradict(session, migration));
  }

  /** Runs the release as a migrator does on a copy of each tenant. The copies are the tenants from then on where it ran on all that go on. */
  async apply(migration: Migration): Promise<readonly Truth[]> {
    const truths: Truth[] = [];
    for (const tenant of TENANTS) {
      await this.copy(tenant, "copy");
      const truth = await this.inside("copy", (session) => this.run(session, tenant, migration));
      truths.push(truth);
      if (truth.failed === null && tenant !== "contradicting") await this.replace(tenant, "copy");
      else await this.drop("copy");
    }
    await this.drop("contradicting");
    await this.goOn(truths);
    return truths;
  }

  /** Brings the tenants behind a migration without judging it. */
  async skip(migration: Migration): Promise<void> {
    await this.inside("empty", (session) => this.replay(session, migration));
    for (const kind of ["rows", "many"] as const) {
      const ran = await this.inside(kind, (session) => this.replay(session, migration).then(() => true, isRefusal));
      if (!ran) await this.fromEmpty(kind);
      else await this.seed(kind);
    }
  }

  async destroy(): Promise<void> {
    for (const kind of [...Object.keys(ROWS), "contradicting", "copy"]) await this.drop(kind);
  }

  private async run(session: Session, tenant: TenantKind, migration: Migration): Promise<Truth> {
    const before: Contents = await contentsOf(session);
    const start = performance.now();
    try {
      await this.replay(session, migration);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      return {
        tenant,
        failed: `${error.message} [${error.code}]`,
        ms: performance.now() - start,
        lost: [],
        touched: [],
      };
    }
    const ms = performance.now() - start;
    return { tenant, failed: null, ms, lost: lost(before, await contentsOf(session)), touched: [] };
  }

  private async replay(session: Session, migration: Migration): Promise<void> {
    const { isolation } = migration.up;
    const common = { ledger: this.ledger, isolation, settings: SETTINGS, schema: null, keep: [], clock: testClock };
    await replayMigration(session, { migration, ...common });
  }

  /** A tenant that the release would have broken is made again from the empty one. */
  private async goOn(truths: readonly Truth[]): Promise<void> {
    if (truths.find(({ tenant }) => tenant === "empty")?.failed !== null) return;
    for (const kind of ["rows", "many"] as const) {
      if (truths.find(({ tenant }) => tenant === kind)?.failed === null) await this.seed(kind);
      else await this.fromEmpty(kind);
    }
  }

  private async fromEmpty(kind: Kind): Promise<void> {
    await this.copy("empty", kind);
    await this.seed(kind);
  }

  private async seed(kind: Kind): Promise<void> {
    await this.inside(kind, async (session) => {
      const ledgers = await keepLedgers(session);
      await seedRows(session, ROWS[kind]).catch(isRefusal);
      for (const sql of ledgers) await session.script(sql);
    });
  }

  private async inside<T>(kind: string, work: (session: Session) => Promise<T>): Promise<T> {
    const session = await openTestSession(this.url(kind), "write");
    try {
      return await work(session);
    } finally {
      await session.close().catch(isRefusal);
    }
  }

  private async copy(from: string, to: string): Promise<void> {
    await this.drop(to);
    await onServer("18", `create database ${this.name(to)} template ${this.name(from)} strategy file_copy`);
  }

  private async replace(kind: string, by: string): Promise<void> {
    await this.drop(kind);
    await onServer("18", `alter database ${this.name(by)} rename to ${this.name(kind)}`);
  }

  private async drop(kind: string): Promise<void> {
    await onServer("18", `drop database if exists ${this.name(kind)} with (force)`);
  }

  private name(kind: string): string {
    return identifier(`${this.prefix}_${kind}`);
  }
}

/** Generated rows are none of the ledger's; what puts its own back. */
export async function keepLedgers(session: Session): Promise<readonly string[]> {
  const tables = await session.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where tablename = any($1)`,
    [LEDGERS],
  );
  const restore: string[] = [];
  for (const [at, { name }] of tables.entries()) {
    await session.script(`create temp table kept_ledger_${at} as table ${name}`);
    restore.push(`truncate ${name}; insert into ${name} overriding system value select * from kept_ledger_${at}`);
  }
  return restore;
}

const LEDGERS = [
  ..."_prisma_migrations _sqlx_migrations __diesel_schema_migrations schema_migrations goose_db_version".split(" "),
  ..."flyway_schema_history refinery_schema_history seaql_migrations pgmigrations migrations_history".split(" "),
];

export function isRefusal(error: unknown): false {
  if (error instanceof DatabaseError) return false;
  throw error;
}
