import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseName } from "../../../lib/cli/commands/demo/tenants.js";
import { runOutput } from "../../../lib/cli/json/run.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import { TestFleet } from "../../support/fleet.js";

const SCHEMAS = ["acme", "Globex Corp", "initech"];

/** What the tenants share and their own history does not make. */
const SHARED = `create extension citext schema public; create extension if not exists hstore schema public;
create type public.colour as enum ('red', 'blue'); create domain public.amount as int check (value >= 0);
create table public.plans (id int primary key, name text); insert into public.plans values (1, 'free');
create function public.touch() returns trigger language plpgsql as $$ begin return new; end $$;
create function public.rate(n int) returns int language sql immutable as 'select n * 2';
create schema extra; create sequence extra.numbers;`;

const BASELINE = `CREATE TABLE customers (id bigint PRIMARY KEY DEFAULT nextval('extra.numbers'), email citext NOT NULL UNIQUE, extra hstore,
  plan int REFERENCES public.plans DEFAULT 1, mood colour, paid amount, doubled int GENERATED ALWAYS AS (public.rate(3)) STORED);
CREATE TRIGGER touch BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION touch();
CREATE VIEW plan_names AS SELECT email, name FROM customers JOIN public.plans ON plans.id = plan;
INSERT INTO customers (email, plan) VALUES ('first', 1);
`;

describe("what tenants that are schemas share in their database", () => {
  let fleet: TestFleet;

  beforeAll(async () => {
    fleet = await TestFleet.create(1);
    const [only = ""] = fleet.tenants;
    const checksum = createHash("sha256").update(BASELINE).digest("hex");
    await fleet.inTenant(only, async (client) => {
      await client.query(SHARED);
      for (const schema of SCHEMAS) {
        await client.query(`create schema ${identifier(schema)}`);
        await client.query(`set search_path = ${identifier(schema)}, public`);
        await client.query(BASELINE);
        await client.query("insert into customers (email) select 'u' || n from generate_series(1, 20) n");
        await client.query(
          "create table schema_gate_ledger (version text primary key, name text not null, checksum text not null, applied_at timestamptz not null default now(), elapsed_ms bigint not null)",
        );
        await client.query(
          "insert into schema_gate_ledger (version, name, checksum, elapsed_ms) values ('20240101', 'baseline', $1, 1)",
          [checksum],
        );
      }
    });
    const url = `postgres://postgres@127.0.0.1:${fleet.server.port}/${databaseName(only)}`;
    writeFileSync(
      join(fleet.directory, "tenants.json"),
      JSON.stringify(SCHEMAS.map((schema) => ({ id: schema.toLowerCase().replace(/[^a-z]/, "-"), url, schema }))),
    );
    fleet.writeConfig({ migrations: "migrations", registry: { file: "tenants.json", shared: ["public", "extra"] } });
  }, 120_000);
  afterAll(() => fleet.destroy());

  async function check(release: string) {
    const folder = join(fleet.directory, "migrations");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(join(folder, "20240101_baseline.sql"), BASELINE);
    writeFileSync(join(folder, "20240201_release.sql"), release);
    const { code, stdout, stderr } = await fleet.run(["check", "--json"]);
    if (!stdout.trim()) throw new Error(stderr);
    const { findings, divergences } = runOutput.parse(JSON.parse(stdout));
    const errors = findings.errors.map((each) => `${each.code}: ${each.message}`);
    return { code, errors, divergences };
  }

  it.each([
    "ALTER TABLE customers ADD COLUMN alias citext, ADD COLUMN second colour DEFAULT 'red';",
    "CREATE TABLE orders (id int PRIMARY KEY, plan int NOT NULL REFERENCES plans, sum amount);",
    "DROP VIEW plan_names; ALTER TABLE customers ALTER COLUMN email TYPE text;",
    "CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'select rate(n)';",
    "CREATE EXTENSION IF NOT EXISTS citext;",
  ])(
    "does not block: %s",
    async (release) => {
      expect(await check(release)).toEqual({ code: 0, errors: [], divergences: [] });
    },
    120_000,
  );

  it.each([
    ["CREATE EXTENSION IF NOT EXISTS pg_trgm;", "isolation."],
    ["DO $$ BEGIN CREATE EXTENSION IF NOT EXISTS pg_trgm; END $$;", "isolation."],
    ["ALTER TYPE colour ADD VALUE 'green';", "isolation."],
    [
      "CREATE OR REPLACE FUNCTION public.rate(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'select n * 3';",
      "isolation.",
    ],
  ])(
    "blocks what reaches beyond the tenant: %s",
    async (release, code) => {
      const { code: exit, errors } = await check(release);
      expect(exit).not.toBe(0);
      expect(errors.join("\n")).toContain(code);
      expect(errors.join("\n")).not.toContain("diverge.undeclared");
    },
    120_000,
  );
});
