import { randomUUID } from "node:crypto";
import { ownSchemaOf } from "../../../lib/core/catalog/own-schema.js";
import type { Migration } from "../../../lib/core/migration/release.js";
import { ledgerFor } from "../../../lib/core/release/ledgers/ledgers.js";
import { identifier, literal, qualified } from "../../../lib/core/sql/quote.js";
import { DatabaseError, type Session } from "../../../lib/ports/database.js";
import { replayMigration } from "../../../lib/steps/migration/replay-migration.js";
import { seedRows } from "../../../lib/steps/proof/seed-rows.js";
import { testClock } from "../../support/migration.js";
import { onServer, serverUrl } from "../../support/postgres.js";
import { openTestSession } from "../../support/session.js";
import { contentsOf, lost } from "./contents.js";
import { contradict } from "./contradict.js";
import { isRefusal, keepLedgers, ROWS, SETTINGS, type Truth } from "./fleet.js";

const KINDS = ["empty", "rows", "contradicting"] as const;
type Kind = (typeof KINDS)[number];

/** Tenants that are schemas of one database and stand before the next release of a history. */
export class SchemaHistoryFleet {
  private readonly prefix = `history_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
  private readonly applied: Migration[] = [];
  /** Whether releases were skipped since rows were generated. */
  private behind = false;

  private constructor(private readonly convention: string) {}

  static async create(convention: string): Promise<SchemaHistoryFleet> {
    const fleet = new SchemaHistoryFleet(convention);
    await onServer("18", `create database ${fleet.name("fleet")} template template0`);
    await fleet.inside("fleet", (session) => session.script(KINDS.map(made).join("; ")));
    return fleet;
  }

  /** Lines of a registry with a column `schema`. */
  tenants(): readonly string[] {
    return KINDS.map((kind) => [kind, serverUrl("18", `${this.prefix}_seen`), schemaOf(kind)].join(","));
  }

  /** The database that a check sees, where one tenant's rows contradict what the release demands. */
  async standUp(migration: Migration): Promise<void> {
    if (this.behind) await this.inside("fleet", seed);
    this.behind = false;
    await this.copy("fleet", "seen");
    await this.inside("seen", async (session) => {
      await session.script(`set search_path to ${schemaOf("contradicting")}, public`);
      await contradict(session, migration);
    });
  }

  /** Runs the release for one tenant after the other in that database. */
  async apply(migration: Migration): Promise<readonly Truth[]> {
    const truths: Truth[] = [];
    for (const kind of KINDS) truths.push(await this.run(kind, migration));
    await this.drop("seen");
    return truths;
  }

  async skip(migration: Migration): Promise<boolean> {
    this.behind = true;
    return this.advance(migration);
  }

  async destroy(): Promise<void> {
    for (const name of ["fleet", "next", "seen"]) await this.drop(name);
  }

  private async run(kind: Kind, migration: Migration): Promise<Truth> {
    const [before, others] = await this.inside("seen", async (session) => [
      await contentsOf(session),
      await everythingBut(session, kind),
    ]);
    const start = performance.now();
    const failed = await this.attempted("seen", kind, migration);
    const ms = performance.now() - start;
    const [after, then] = await this.inside("seen", async (session) => [
      await contentsOf(session),
      await everythingBut(session, kind),
    ]);
    const touched = [...new Set([...others.keys(), ...then.keys()])].filter(
      (table) => others.get(table) !== then.get(table),
    );
    return { tenant: kind, failed, ms, lost: failed === null ? lost(before, after) : [], touched };
  }

  /** In a copy that takes the fleet's place where the release runs on the empty tenant; a tenant that it breaks is made again. */
  async goOn(truths: readonly Truth[], migration: Migration): Promise<boolean> {
    if (truths.some(({ tenant, failed }) => tenant === "empty" && failed !== null)) return false;
    if (!(await this.advance(migration))) return false;
    await this.inside("fleet", seed);
    return true;
  }

  /** Returns whether it runs for each of the tenants, also of those without rows. */
  private async advance(migration: Migration): Promise<boolean> {
    await this.copy("fleet", "next");
    for (const kind of KINDS) {
      if ((await this.attempted("next", kind, migration)) === null) continue;
      if (kind === "empty") return false;
      await this.inside("next", (session) => session.script(`drop schema ${schemaOf(kind)} cascade; ${made(kind)}`));
      for (const each of [...this.applied, migration])
        if ((await this.attempted("next", kind, each)) !== null) return false;
    }
    this.applied.push(migration);
    await this.drop("fleet");
    await onServer("18", `alter database ${this.name("next")} rename to ${this.name("fleet")}`);
    return true;
  }

  /** The server's message; null where it ran. */
  private async attempted(database: string, kind: Kind, migration: Migration): Promise<string | null> {
    const { isolation } = migration.up;
    const schema = schemaOf(kind);
    const ledger = ledgerFor(this.convention, schema);
    const common = { ledger, isolation, settings: SETTINGS, keep: [], clock: testClock };
    try {
      await this.inside(database, (session) => replayMigration(session, { migration, ...common, schema }));
      return null;
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      return `${error.message} [${error.code}]`;
    }
  }

  private async inside<T>(database: string, work: (session: Session) => Promise<T>): Promise<T> {
    const session = await openTestSession(serverUrl("18", `${this.prefix}_${database}`), "write");
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

  private async drop(database: string): Promise<void> {
    await onServer("18", `drop database if exists ${this.name(database)} with (force)`);
  }

  private name(database: string): string {
    return identifier(`${this.prefix}_${database}`);
  }
}

function schemaOf(kind: Kind): string {
  return `tenant_${kind}`;
}

function made(kind: Kind): string {
  return `create schema ${schemaOf(kind)}`;
}

/** Rows for the tenants that have some; the ledgers stay as they are. */
async function seed(session: Session): Promise<void> {
  const ledgers = await keepLedgers(session);
  await seedRows(session, ROWS.rows).catch(isRefusal);
  const tables = await session.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = $1",
    [schemaOf("empty")],
  );
  if (tables.length > 0) await session.script(`truncate ${tables.map(({ name }) => name).join(", ")} cascade`);
  for (const sql of ledgers) await session.script(sql);
}

/** A fingerprint of the rows and columns of each table outside of one tenant, whose progress in a release is its own too. */
async function everythingBut(session: Session, kind: Kind): Promise<ReadonlyMap<string, string>> {
  const own = [schemaOf(kind), ownSchemaOf(schemaOf(kind))];
  const tables = await session.query<{ schema: string; name: string; columns: string }>(
    `select n.nspname as schema, c.relname as name,
       (select string_agg(format('%s %s %s', a.attname, a.atttypid, a.attnotnull), ',' order by a.attnum) from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' and n.nspname not in (${own.map(literal).join(", ")})`,
  );
  const found = new Map<string, string>();
  for (const { schema, name, columns } of tables) {
    const [row] = await session.query<{ rows: string }>(
      `select coalesce(md5(string_agg(t::text, ' ' order by t::text)), '') as rows from ${qualified(schema, name)} t`,
    );
    found.set(`${schema}.${name}`, `${columns} ${row?.rows}`);
  }
  return found;
}
