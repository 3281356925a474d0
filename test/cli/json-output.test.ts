import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../lib/cli/commands.js";
import { diffOutput, inspectOutput } from "../../lib/cli/json/catalog.js";
import { contractOutput } from "../../lib/cli/json/contract.js";
import { lintOutput, rulesOutput } from "../../lib/cli/json/lint.js";
import { statusOutput } from "../../lib/cli/json/run.js";
import { schemaFiles } from "../../lib/cli/json/schemas.js";
import { schemaGate } from "../support/captured-io.js";
import { temporaryDatabase } from "../support/postgres.js";
import { mustFitSchema, schemasOf } from "../support/published-schemas.js";

const root = mkdtempSync(join(tmpdir(), "json-output-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const json = async (...argv: string[]) => JSON.parse((await schemaGate(root, [...argv, "--json"])).stdout);

it("has a published schema for every command that takes --json", async () => {
  const without: string[] = [];
  for (const { name, load } of COMMANDS) {
    const command = new Command(name);
    (await load()).describe(command);
    if (!command.options.some((option) => option.long === "--json")) continue;
    for (const schema of schemasOf(name)) if (!schemaFiles().has(schema)) without.push(name);
  }
  expect(without).toEqual([]);
});

describe("what is printed fits its schema", () => {
  beforeAll(() => {
    mkdirSync(join(root, "migrations"));
    writeFileSync(
      join(root, "migrations", "1_t.sql"),
      "CREATE TABLE app.t (id bigint PRIMARY KEY, a int DEFAULT 0);\n",
    );
    writeFileSync(
      join(root, "migrations", "2_a.sql"),
      `ALTER TABLE app.t ALTER a SET NOT NULL, ADD CHECK (a > 0);
      CREATE UNIQUE INDEX t_a ON app.t (a);
      ALTER TABLE app.t ADD FOREIGN KEY (a) REFERENCES app.t (a);
      DO $$ BEGIN EXECUTE 'drop table ' || current_user; END $$;`,
    );
  });

  it("lint", async () => {
    expect(lintOutput.parse(await json("lint", "migrations")).findings.length).toBeGreaterThan(0);
  });

  it("rules", async () => {
    expect(rulesOutput.parse(await json("rules")).length).toBeGreaterThan(50);
    expect(rulesOutput.parse(await json("rules", "SG001"))).toHaveLength(1);
  });

  it("contract", async () => {
    const one = contractOutput.parse(await json("contract", "migrations"));
    expect(one).toMatchObject({ coverage: { pieces: [{ status: "opaque" }] } });
    expect(contractOutput.parse(await json("contract", "migrations", "migrations"))).toHaveLength(2);
  });

  it("contract with the application's own code", async () => {
    mkdirSync(join(root, "app"));
    writeFileSync(join(root, "app", "main.rs"), "diesel::table! { app.t (id) { id -> Int8, a -> Nullable<Int4>, } }\n");
    const answer = await schemaGate(root, ["contract", "migrations", "--application", "app", "--json"]);
    const output = contractOutput.parse(JSON.parse(answer.stdout));
    expect(output).toMatchObject({ contract: { application: [{ column: "id" }, { column: "a" }] } });
  });

  it("which refuses what is not in it", () => {
    expect(() => mustFitSchema(["status", "--json"], '[{"surprise": 1}]')).toThrow(/fits no published schema/);
  });

  it("inspect and diff", async () => {
    const declared = await temporaryDatabase(
      "18",
      "create schema app; create table app.t (id bigint primary key, a int)",
    );
    const actual = await temporaryDatabase("15", "create schema app; create table app.t (id bigint, b text not null)");
    writeFileSync(join(root, "tenants.csv"), `id,url\na,${declared.url}\nb,${actual.url}\nc,${actual.url}-gone\n`);
    writeFileSync(
      join(root, "schema-gate.yaml"),
      JSON.stringify({
        migrations: "migrations",
        registry: { file: "tenants.csv" },
        connection: { superuser: "a server of the tests alone" },
        approval: { approvers: [{ id: "alice" }] },
        staging: { mode: "same host" },
      }),
    );
    const fleet = inspectOutput.parse(await json("inspect"));
    expect(fleet.clusters).toHaveLength(2);
    expect(fleet.tenants.find(({ tenant }) => tenant === "c")).toMatchObject({ cluster: null, statistics: null });
    const [a, b] = await Promise.all([
      temporaryDatabase("18", "create table public.t (a int not null, b text)"),
      temporaryDatabase("15", "create table public.t (b text, a int); create index on public.t (a)"),
    ]);
    expect(diffOutput.parse(await json("diff", a.url, b.url)).differences.length).toBeGreaterThan(1);
  });

  it("status", async () => {
    expect(statusOutput.parse(await json("status"))).toEqual([]);
  });
});
