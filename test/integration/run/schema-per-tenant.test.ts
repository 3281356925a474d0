import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseName } from "../../../lib/cli/commands/demo/tenants.js";
import { outlookOutput } from "../../../lib/cli/json/outlook.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import { TestFleet } from "../../support/fleet.js";

const SCHEMAS = ["acme", "Globex Corp", "initech", "o'brien"];

const BASELINE = `CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL, plan text);
CREATE VIEW active AS SELECT id, email FROM customers WHERE plan IS NOT NULL;
`;
const RELEASE = `ALTER TABLE customers ADD COLUMN quota integer NOT NULL DEFAULT 10;
CREATE UNIQUE INDEX customers_email_key ON customers (email);
ALTER TABLE customers ALTER COLUMN email DROP NOT NULL;
`;

describe("tenants that are schemas of one database", () => {
  let fleet: TestFleet;
  let database = "";

  beforeAll(async () => {
    fleet = await TestFleet.create(1);
    const [only = ""] = fleet.tenants;
    database = databaseName(only);
    await fleet.inTenant(only, async (client) => {
      for (const schema of SCHEMAS) {
        await client.query(`create schema ${identifier(schema)}`);
        await client.query(`set search_path = ${identifier(schema)}`);
        await client.query(BASELINE);
        await client.query("insert into customers (email) select 'u' || n from generate_series(1, 20) n");
        await client.query(
          "create table schema_gate_ledger (version text primary key, name text not null, checksum text not null, applied_at timestamptz not null default now(), elapsed_ms bigint not null)",
        );
      }
    });
    const folder = join(fleet.directory, "migrations");
    mkdirSync(folder);
    writeFileSync(join(folder, "20240101_baseline.sql"), BASELINE);
    writeFileSync(join(folder, "20240201_quota.sql"), RELEASE);
    writeFileSync(join(folder, "20240202_note.sql"), "alter table customers add column note text;");
    const { createHash } = await import("node:crypto");
    const checksum = createHash("sha256").update(BASELINE).digest("hex");
    await fleet.inTenant(only, async (client) => {
      for (const schema of SCHEMAS) {
        await client.query(
          `insert into ${identifier(schema)}.schema_gate_ledger (version, name, checksum, elapsed_ms) values ('20240101', 'baseline', $1, 1)`,
          [checksum],
        );
      }
    });
    const url = `postgres://postgres@127.0.0.1:${fleet.server.port}/${database}`;
    writeFileSync(
      join(fleet.directory, "tenants.json"),
      JSON.stringify(SCHEMAS.map((schema) => ({ id: schema.toLowerCase().replace(/[^a-z]/, "-"), url, schema }))),
    );
    fleet.writeConfig({ migrations: "migrations", registry: { file: "tenants.json" } });
  });
  afterAll(() => fleet.destroy());

  it("form one cluster whatever their schemas are called, and each gets the release once", async () => {
    const waiting = await fleet.run(["run", "--no-wait"]);
    expect(waiting.code, waiting.stderr).toBe(4);
    expect((await fleet.run(["approve"])).code).toBe(0);
    const resumed = await fleet.run(["resume", "--json"]);
    expect(resumed.code, resumed.stderr).toBe(0);
    const summary = JSON.parse(resumed.stdout);
    expect(summary.tenants).toEqual({ total: SCHEMAS.length, migrated: SCHEMAS.length });
    expect(summary.divergences).toEqual([]);
    const [only = ""] = fleet.tenants;
    await fleet.inTenant(only, async (client) => {
      for (const schema of SCHEMAS) {
        const { rows } = await client.query(
          `select (select count(*)::int from ${identifier(schema)}.schema_gate_ledger) as entries, (select count(quota)::int from ${identifier(schema)}.customers) as rows`,
        );
        expect(rows, schema).toEqual([{ entries: 3, rows: 20 }]);
      }
    });
  }, 180_000);

  it("say of a tenant with part of the release that its rows were not counted", async () => {
    const [only = ""] = fleet.tenants;
    const [whole] = await fleet.inTenant(only, async (client) => {
      const { rows } = await client.query("delete from acme.schema_gate_ledger where version = '20240202' returning *");
      return rows;
    });
    const shown = await fleet.run(["rollback", "--dry-run"]);
    expect(shown.code, shown.stderr).toBe(3);
    const why = "rows of customers where email is NULL: the tenant has only part of the release";
    expect(shown.stdout).toContain(`taking 20240201 back may stop at ${why}`);
    expect(shown.stdout.match(/may stop/g)).toHaveLength(1);
    await fleet.inTenant(only, (client) =>
      client.query(
        "insert into acme.schema_gate_ledger select * from jsonb_populate_record(null::acme.schema_gate_ledger, $1)",
        [whole],
      ),
    );
  });

  it("say before the first is taken back at which rows the way back would stop", async () => {
    const [only = ""] = fleet.tenants;
    const insert = `insert into ${identifier("o'brien")}.customers (plan) values ('a'), ('b')`;
    await fleet.inTenant(only, (client) => client.query(insert));
    const shown = await fleet.run(["rollback", "--dry-run", "--json"]);
    expect(shown.code, shown.stderr).toBe(1);
    const { waves } = outlookOutput.parse(JSON.parse(shown.stdout));
    const stopped = waves.flatMap(({ tenants }) =>
      tenants.map(({ tenant, putAside }) => [tenant, putAside?.stoppedBy.map(({ meaning, rows }) => [meaning, rows])]),
    );
    expect(Object.fromEntries(stopped)).toEqual({
      acme: [],
      "globex-corp": [],
      initech: [],
      "o-brien": [["rows of customers where email is NULL", 2]],
    });
    const refused = await fleet.run(["rollback", "--yes"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("o-brien: taking 20240201 back stops at 2 rows of customers where email is NULL.");
    expect(refused.stderr).toContain("Nothing was taken back.");
    const others = await fleet.run(["rollback", "--exclude", "o-brien", "--yes"]);
    expect(others.code, others.stderr).toBe(0);
  }, 180_000);
});
