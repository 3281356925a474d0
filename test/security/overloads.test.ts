import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseName } from "../../lib/cli/commands/demo/tenants.js";
import { loadParser } from "../../lib/core/sql/parse.js";
import { identifier } from "../../lib/core/sql/quote.js";
import { schemaGate, stateOnly } from "../support/captured-io.js";
import { TestFleet } from "../support/fleet.js";
import { CALLED, namesOfTexts, plantOverloads, type UsedNames } from "../support/planted-overloads.js";
import { sentSql } from "../support/sent-sql.js";

const SCHEMAS = ["acme", "globex"];

const BASELINE = `CREATE TABLE plans (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text, plan int, note varchar(40), age int);
CREATE VIEW active AS SELECT id, email FROM customers WHERE plan IS NOT NULL;
`;
/** Something for each probe that reads rows, what is kept aside, and statements outside a transaction. */
const RELEASE: Readonly<Record<string, string>> = {
  "20240201_rows.sql": `ALTER TABLE customers ALTER COLUMN email SET NOT NULL;
ALTER TABLE customers ADD CONSTRAINT customers_plan_fkey FOREIGN KEY (plan) REFERENCES plans (id);
ALTER TABLE customers ADD CONSTRAINT customers_age_check CHECK (age IS NOT NULL);
CREATE UNIQUE INDEX customers_email_key ON customers (email);
`,
  "20240202_kept.sql": "UPDATE customers SET age = 7 WHERE id < 5;\n",
  "20240203_outside.sql":
    "-- schema-gate: allow SG048 until 2027-01-31: our own runner splits it\nCREATE INDEX CONCURRENTLY customers_plan ON customers (plan);\n",
};

describe("overloads of PostgreSQL's functions and operators that a tenant makes where tenants share a database", () => {
  let fleet: TestFleet;
  let used: UsedNames = { functions: [], operators: [] };

  beforeAll(async () => {
    await loadParser();
    fleet = await TestFleet.create(1);
    const [only = ""] = fleet.tenants;
    await fleet.inTenant(only, (client) =>
      client.query("create role mallory; grant usage, create on schema public to mallory"),
    );
    mkdirSync(join(fleet.directory, "migrations"));
    const files = { "20240101_baseline.sql": BASELINE, ...RELEASE };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(fleet.directory, "migrations", name), text);
    const url = `postgres://postgres@127.0.0.1:${fleet.server.port}/${databaseName(only)}`;
    const tenants = SCHEMAS.map((schema) => ({ id: schema, url, schema }));
    writeFileSync(join(fleet.directory, "tenants.json"), JSON.stringify(tenants));
    // Else nothing is executed where mallory has an operator.
    configure({ superuser: "to see what is called all the same" });
  });
  afterAll(() => fleet.destroy());

  function configure(more: Readonly<Record<string, string>>): void {
    fleet.writeConfig({
      migrations: "migrations",
      registry: { file: "tenants.json" },
      thresholds: { ask: 1, quorum: 1, block: 1 },
      connection: { password: "env:TENANT_PASSWORD", ...more },
      approval: { approvers: [{ id: "somebody" }] },
    });
  }

  async function command(...argv: readonly string[]) {
    const env = {
      ...stateOnly(),
      HOME: process.env.HOME,
      PATH: process.env.PATH,
      TENANT_PASSWORD: fleet.server.password,
    };
    const { code, stdout, stderr } = await schemaGate(fleet.directory, argv, { env });
    const text = `${argv.join(" ")}: ${code}\n${stdout}\n${stderr}`;
    expect(text).not.toContain(CALLED);
    return { code, text };
  }

  /** The tenants as they were before the release. */
  async function begin(): Promise<void> {
    const [only = ""] = fleet.tenants;
    const checksum = createHash("sha256").update(BASELINE).digest("hex");
    await fleet.inTenant(only, async (client) => {
      for (const schema of SCHEMAS.map(identifier)) {
        const own = identifier(`schema_gate_${schema.replaceAll('"', "")}`);
        await client.query(`drop schema if exists ${schema} cascade; drop schema if exists ${own} cascade`);
        await client.query(`create schema ${schema}; set search_path = ${schema}, pg_catalog; ${BASELINE}`);
        await client.query(
          `insert into plans values (1, 'free'); insert into customers (email, plan, note, age)
           select pg_catalog.format('u%s', n), 1, 'n', n from pg_catalog.generate_series(1, 20) n;
           create table schema_gate_ledger (version text primary key, name text not null, checksum text not null,
             applied_at timestamptz not null default now(), elapsed_ms bigint not null)`,
        );
        const row = "('20240101', 'baseline', $1, 1)";
        await client.query(`insert into schema_gate_ledger (version, name, checksum, elapsed_ms) values ${row}`, [
          checksum,
        ]);
      }
    });
  }

  /** Everything that asks a tenant, from the first look to what is kept after the rollout. */
  async function day(): Promise<readonly string[]> {
    await begin();
    const said: string[] = [];
    const passes = async (code: number, ...argv: readonly string[]) => {
      const answer = await command(...argv);
      said.push(answer.text);
      expect(answer.code, answer.text).toBe(code);
    };
    await passes(0, "doctor");
    await passes(0, "inspect", "--fresh");
    await passes(0, "check", "--fresh");
    await passes(0, "run");
    await passes(0, "kept", "list");
    return said;
  }

  it("are found for everything that is sent", async () => {
    const { texts } = await sentSql(day);
    used = namesOfTexts(texts);
    expect(used.functions.length).toBeGreaterThan(60);
    expect(used.functions).toEqual(
      expect.arrayContaining(["left", "hashtextextended", "pg_relation_size", "set_config"]),
    );
    expect(used.operators).toEqual(expect.arrayContaining(["=", ">=", "<>", "*", "||"]));
  }, 300_000);

  it("are never called, in schema public", async () => {
    const [only = ""] = fleet.tenants;
    const made = await fleet.inTenant(only, async (client: pg.Client) => {
      await client.query("set role mallory");
      return plantOverloads(client, "public", used);
    });
    expect(made).toBeGreaterThan(used.functions.length * 2 + used.operators.length * 100);
    await day();
  }, 300_000);

  it("block a release that names one of them itself: its probe would run what a tenant wrote as the gate", async () => {
    await begin();
    configure({});
    const sql = "ALTER TABLE customers ADD CONSTRAINT older CHECK (age > 0);\n";
    writeFileSync(join(fleet.directory, "migrations", "20240204_check.sql"), sql);
    const { code, text } = await command("check", "--fresh");
    expect(code, text).toBe(1);
    expect(text).toContain("dry-run.others-code");
    expect(text.replaceAll(/\s+/g, " ")).toMatch(
      /It would run public\.\S+ \(by mallory\).* with the rights of the gate's role/,
    );
  }, 120_000);
});
