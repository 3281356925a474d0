import { randomUUID } from "node:crypto";
import type { Migration } from "../../../lib/core/migration/release.js";
import type { LedgerFormat } from "../../../lib/core/release/ledger.js";
import { ledgerFor } from "../../../lib/core/release/ledgers/ledgers.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import { DatabaseError, type Session } from "../../../lib/ports/database.js";
import { replayMigration } from "../../../lib/steps/migration/replay-migration.js";
import { seedRows } from "../../../lib/steps/proof/seed-rows.js";
import type { Gate } from "../../support/gate.js";
import { testClock } from "../../support/migration.js";
import { type Major, onServer, serverUrl } from "../../support/postgres.js";
import { openTestSession } from "../../support/session.js";
import { type Contents, contentsOf, lost } from "./contents.js";
import { contradict } from "./contradict.js";
import { LEDGERS } from "./ledgers.js";
import { differing, type Picture, pictureOf } from "./picture.js";

/** PostgreSQL of this major version; of 15 and with its client pg_dump takes the pictures too. */
export const MAJOR: Major = process.env.SCHEMA_GATE_HISTORIES_MAJOR === "15" ? "15" : "18";

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

/** The copy of a tenant on which the plain SQL runs. */
function plain(tenant: TenantKind): string {
  return `plain_${tenant}`;
}

async function said(gate: Gate): Promise<readonly string[]> {
  return (await gate.findings()).filter(({ severity }) => severity === "error").map(({ message }) => message);
}

/** By tenant, how the first differ from the second. */
function differences(is: readonly Picture[], was: readonly Picture[], than: string): readonly string[] {
  return TENANTS.flatMap((tenant, at) => {
    const [now, then] = [is[at], was[at]];
    return now && then ? differing(now, then).map((what) => `${tenant}, not as ${than}: ${what}`) : [];
  });
}

/** Databases that stand before the next release of a history. */
export class HistoryFleet {
  private readonly prefix = `history_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
  /** Whether releases were skipped that only the empty tenant has. */
  private behind = false;

  private constructor(private readonly ledger: LedgerFormat) {}

  static async create(convention: string): Promise<HistoryFleet> {
    const fleet = new HistoryFleet(ledgerFor(convention));
    for (const kind of Object.keys(ROWS))
      await onServer(MAJOR, `create database ${fleet.name(kind)} template template0`);
    return fleet;
  }

  /** Lines of a registry. */
  tenants(): readonly string[] {
    return TENANTS.map((kind) => [kind, this.url(kind), ""].join(","));
  }

  private url(kind: string): string {
    return serverUrl(MAJOR, `${this.prefix}_${kind}`);
  }

  /** A tenant with rows that contradict what the release demands, as far as the rows that are there can be changed so. */
  async standUp(migration: Migration): Promise<void> {
    if (this.behind) for (const kind of ["rows", "many"] as const) await this.fromEmpty(kind);
    this.behind = false;
    await this.copy("rows", "contradicting");
    await this.inside("contradicting", (session) => contradict(session, migration));
  }

  /** Runs the release as a migrator does on a copy of each tenant. */
  async apply(migration: Migration): Promise<readonly Truth[]> {
    const truths: Truth[] = [];
    for (const tenant of TENANTS) {
      await this.copy(tenant, plain(tenant));
      truths.push(await this.inside(plain(tenant), (session) => this.run(session, tenant, migration)));
    }
    return truths;
  }

  /** The approved rollout, next to what the plain SQL made, and the way back, next to what was before. Returns what differs. */
  async carryOut(gate: Gate, migration: Migration): Promise<readonly string[]> {
    const before = await this.pictures(TENANTS);
    const outcome = await gate.rollOut();
    const made = differences(await this.pictures(TENANTS), await this.pictures(TENANTS.map(plain)), "plain SQL");
    if (outcome.status !== "passed") return [`the rollout ended ${outcome.status}: ${outcome.reason}`, ...made];
    const left = await gate.rollBack(TENANTS);
    if (left.length > 0)
      return [...made, ...left.map((tenant) => `${tenant} was not taken back`), ...(await said(gate))];
    const back = differences(await this.pictures(TENANTS), before, "before");
    // A clock or a random number writes another value each time; so it does for two plain runs.
    return [...(made.length > 0 ? await this.withoutChance(made, migration) : []), ...back];
  }

  /** The copies on which the plain SQL ran are the tenants from then on, where it ran on all that go on. */
  async goOn(truths: readonly Truth[]): Promise<boolean> {
    const ran = (kind: TenantKind) => truths.find(({ tenant }) => tenant === kind)?.failed === null;
    if (ran("empty")) {
      await this.replace("empty", plain("empty"));
      for (const kind of ["rows", "many"] as const) {
        if (!ran(kind)) await this.copy("empty", kind);
        else await this.replace(kind, plain(kind));
        await this.seed(kind);
      }
    }
    for (const kind of ["contradicting", ...TENANTS.map(plain)]) await this.drop(kind);
    return ran("empty");
  }

  /**
   * Brings the tenants behind a migration without judging it: the next that is judged finds generated rows. Returns whether it applies to
   * the empty one.
   */
  async skip(migration: Migration): Promise<boolean> {
    this.behind = true;
    await this.copy("empty", plain("empty"));
    const ran = await this.inside(plain("empty"), (session) =>
      this.replay(session, migration).then(() => true, isRefusal),
    );
    if (ran) await this.replace("empty", plain("empty"));
    return ran;
  }

  async destroy(): Promise<void> {
    for (const kind of [...TENANTS, ...TENANTS.map(plain)]) await this.drop(kind);
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

  private async pictures(kinds: readonly string[]): Promise<readonly Picture[]> {
    const pictures: Picture[] = [];
    for (const kind of kinds) pictures.push(await pictureOf(MAJOR, this.url(kind)));
    return pictures;
  }

  /** What a second plain run, on tenants that stand before the release again, makes as the first did. */
  private async withoutChance(found: readonly string[], migration: Migration): Promise<readonly string[]> {
    const first = await this.pictures(TENANTS.map(plain));
    for (const tenant of TENANTS) {
      await this.copy(tenant, plain(tenant));
      await this.inside(plain(tenant), (session) => this.replay(session, migration));
    }
    const chance = new Set(differences(await this.pictures(TENANTS.map(plain)), first, "plain SQL"));
    return found.filter((each) => !chance.has(each));
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
    await onServer(MAJOR, `create database ${this.name(to)} template ${this.name(from)} strategy file_copy`);
  }

  private async replace(kind: string, by: string): Promise<void> {
    await this.drop(kind);
    await onServer(MAJOR, `alter database ${this.name(by)} rename to ${this.name(kind)}`);
  }

  private async drop(kind: string): Promise<void> {
    await onServer(MAJOR, `drop database if exists ${this.name(kind)} with (force)`);
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

export function isRefusal(error: unknown): false {
  if (error instanceof DatabaseError) return false;
  throw error;
}
