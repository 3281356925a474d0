import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { flywayChecksum } from "../../../lib/core/migration/checksums/crc32.js";
import { sipHash13 } from "../../../lib/core/migration/checksums/siphash.js";
import { refineryChecksum } from "../../../lib/core/release/conventions/refinery.js";
import { ledgerFor } from "../../../lib/core/release/ledgers/ledgers.js";
import { pendingMigrations } from "../../../lib/core/release/pending.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { filesOf } from "../../support/release-files.js";

const SQL = "create table a (id int);\n";
const TWO = "create table b (id int);\n";

/** Each framework with two migrations, the table as the framework itself makes it, and what it asks of the table. */
const FRAMEWORKS: readonly {
  readonly convention: string;
  readonly files: Record<string, string>;
  readonly table: string;
  /** One row with `ok`: the framework would find its own doing in order. */
  readonly accepts: string;
}[] = [
  {
    convention: "sqlx",
    files: { "1_first_table.sql": `-- no-transaction\n${SQL}`, "2_b.sql": TWO },
    table:
      "create table _sqlx_migrations (version bigint primary key, description text not null, installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null, execution_time bigint not null)",
    accepts: `select bool_and(success) and min(description) = 'b' and max(description) = 'first table' and max(checksum) filter (where version = 2) = decode('${createHash("sha384").update(TWO).digest("hex")}', 'hex') as ok from _sqlx_migrations`,
  },
  {
    convention: "diesel",
    files: { "2024-01-01-000000_a/up.sql": SQL, "2024-01-02-000000_b/up.sql": TWO },
    table:
      "create table __diesel_schema_migrations (version varchar(50) primary key not null, run_on timestamp not null default current_timestamp)",
    accepts:
      "select array_agg(version order by version)::text = '{20240101000000,20240102000000}' as ok from __diesel_schema_migrations",
  },
  {
    convention: "refinery",
    files: { "V1__a.sql": SQL, "U2__b.sql": TWO },
    table:
      "create table refinery_schema_history (version int4 primary key, name varchar(255), applied_on varchar(255), checksum varchar(255))",
    accepts: `select bool_and(applied_on::timestamptz is not null and applied_on like '%T%Z') and max(checksum) filter (where version = 2) = '${refineryChecksum("b", "2", TWO)}' as ok from refinery_schema_history`,
  },
  {
    convention: "golang-migrate",
    files: { "../go.mod": "golang-migrate/migrate", "1_a.up.sql": SQL, "2_b.up.sql": TWO },
    table: "create table schema_migrations (version bigint not null primary key, dirty boolean not null)",
    accepts: "select count(*) = 1 and max(version) = 2 and not bool_or(dirty) as ok from schema_migrations",
  },
  {
    convention: "dbmate",
    files: { "1_a.sql": `-- migrate:up\n${SQL}`, "2_b.sql": `-- migrate:up\n${TWO}` },
    table: "create table schema_migrations (version varchar(128) primary key)",
    accepts: "select array_agg(version order by version)::text = '{1,2}' as ok from schema_migrations",
  },
  {
    convention: "goose",
    files: { "1_a.sql": `-- +goose Up\n${SQL}`, "2_b.sql": `-- +goose Up\n${TWO}` },
    table:
      "create table goose_db_version (id serial not null primary key, version_id bigint not null, is_applied boolean not null, tstamp timestamp not null default now()); insert into goose_db_version (version_id, is_applied) values (0, true)",
    accepts:
      "select array_agg(version_id order by id)::text = '{0,1,2}' and bool_and(is_applied) as ok from goose_db_version",
  },
  {
    convention: "flyway",
    files: { "V1__first_table.sql": SQL, "V2__b.sql": TWO },
    table:
      "create table flyway_schema_history (installed_rank int not null primary key, version varchar(50), description varchar(200) not null, type varchar(20) not null, script varchar(1000) not null, checksum int, installed_by varchar(100) not null, installed_on timestamp not null default now(), execution_time int not null, success boolean not null)",
    accepts: `select array_agg(installed_rank order by version)::text = '{1,2}' and max(description) = 'first table' and max(checksum) filter (where version = '2') = ${flywayChecksum(TWO)} as ok from flyway_schema_history`,
  },
  {
    convention: "prisma",
    files: { "1_a/migration.sql": SQL, "2_b/migration.sql": TWO },
    table:
      "create table _prisma_migrations (id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null, logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0)",
    accepts: `select bool_and(finished_at is not null and rolled_back_at is null and length(id) = 36) and max(checksum) filter (where migration_name = '2_b') = '${createHash("sha256").update(TWO).digest("hex")}' as ok from _prisma_migrations`,
  },
  {
    convention: "drizzle",
    files: {
      "0000_a.sql": SQL,
      "0001_b.sql": TWO,
      "meta/_journal.json": JSON.stringify({
        entries: [
          { when: 1700000000001, tag: "0000_a" },
          { when: 1700000000002, tag: "0001_b" },
        ],
      }),
    },
    table:
      "create schema drizzle; create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)",
    accepts: `select max(created_at) = 1700000000002 and max(hash) filter (where created_at = 1700000000002) = '${createHash("sha256").update(TWO).digest("hex")}' as ok from drizzle.__drizzle_migrations`,
  },
  {
    convention: "node-pg-migrate",
    files: { "1_a.sql": `-- Up Migration\n${SQL}`, "2_b.sql": `-- Up Migration\n${TWO}` },
    table: "create table pgmigrations (id serial primary key, name varchar(255) not null, run_on timestamp not null)",
    accepts: "select array_agg(name order by run_on, id)::text = '{1_a,2_b}' as ok from pgmigrations",
  },
  {
    convention: "up-down",
    files: { "1_a.up.sql": SQL, "2_b.up.sql": TWO },
    table: "select 1",
    accepts: `select array_agg(version order by version)::text = '{1,2}' and max(checksum) filter (where version = '2') = '${createHash("sha256").update(TWO).digest("hex")}' as ok from schema_gate.ledger`,
  },
];

describe("ledgers", () => {
  it.each(FRAMEWORKS)(
    "$convention: written as the framework writes it, and read back",
    async ({ convention, files, table, accepts }) => {
      const { client } = await temporaryDatabase("18", table);
      const release = await readRelease(filesOf(files));
      expect(release.convention).toBe(convention);
      const ledger = ledgerFor(convention);
      const run = async (statements: readonly string[]) => {
        for (const sql of statements) await client.query(sql);
      };
      const pending = async () => {
        const { rows } = await client.query(ledger.read);
        return pendingMigrations(release, rows.map(ledger.entry), ledger);
      };
      await run([...ledger.create, ...ledger.create]);
      expect((await client.query(ledger.exists)).rows).toEqual([{ present: true }]);
      for (const migration of release.migrations) await run(ledger.record(migration, 12.4));
      expect((await client.query(accepts)).rows).toEqual([{ ok: true }]);
      expect(await pending()).toEqual({ pending: [], findings: [] });
      const [first, second] = release.migrations;
      if (!first || !second) throw new Error("two migrations are needed");
      await run(ledger.erase(second, first));
      expect((await pending()).pending).toEqual([second]);
      await run(ledger.erase(first, null));
      expect((await pending()).pending).toEqual([first, second]);
    },
  );

  it("keeps a tenant's own ledger in the tenant's schema", async () => {
    const { client } = await temporaryDatabase(
      "15",
      'create schema "t 1"; create table public._sqlx_migrations (version bigint)',
    );
    expect((await client.query(ledgerFor("sqlx", "t 1").exists)).rows).toEqual([{ present: false }]);
    for (const sql of ledgerFor("up-down", "t 1").create) await client.query(sql);
    const { rows } = await client.query("select schemaname, tablename from pg_tables where schemaname = 't 1'");
    expect(rows).toEqual([{ schemaname: "t 1", tablename: "schema_gate_ledger" }]);
  });

  it("takes a Flyway baseline for everything up to it", () => {
    const row = { version: "3", description: "x", type: "BASELINE", checksum: null, success: true };
    expect(ledgerFor("flyway").entry(row).upTo).toBe(true);
  });

  it("computes the checksum that refinery's own test names for the same migration", () => {
    const sql = "CREATE TABLE cars (\n    id int,\n    name varchar(255)\n);\n";
    expect(refineryChecksum("add_cars_table", "2", sql)).toBe("8238603820526370208");
    expect(sipHash13(new Uint8Array())).not.toBe(0n);
  });

  it("computes Flyway's CRC-32 over the lines, whatever their ends", () => {
    expect(flywayChecksum("123456789")).toBe(0xcbf43926 | 0);
    expect(flywayChecksum("1234\r\n56789\n")).toBe(flywayChecksum("1234\n56789"));
  });
});
