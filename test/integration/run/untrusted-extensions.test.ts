import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../review/harness.js";
import { schemaGate } from "../../support/captured-io.js";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";

const HISTORY = `create schema ext;
create extension pg_buffercache with schema ext;
comment on extension pg_buffercache is 'what is cached';
create extension if not exists pg_stat_statements;
create extension if not exists pgcrypto;
create table t (id int primary key, k uuid default gen_random_uuid());`;

async function check(pending: string) {
  const major = MAJORS.at(-1) ?? "18";
  const folder = temporaryFolder();
  const ledger = "create table schema_migrations (version bigint primary key, dirty boolean not null);";
  const urls: string[] = [];
  for (let at = 0; at < 2; at++) {
    const { url, client } = await temporaryDatabase(
      major,
      `${HISTORY} ${ledger} insert into schema_migrations values (1, false)`,
    );
    // A database with sessions cannot be copied.
    await client.end();
    urls.push(url);
  }
  mkdirSync(join(folder, "migrations"));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write("migrations/000001_init.up.sql", HISTORY);
  write("migrations/000002_next.up.sql", pending);
  write("tenants.csv", `id,url\n${urls.map((url, at) => `t${at},${url}`).join("\n")}\n`);
  write(
    "schema-gate.yaml",
    "migrations: migrations\nregistry: { file: tenants.csv }\nstaging: { mode: same host }\napproval: { approvers: [{ id: ada, email: ada@example.com }] }\n",
  );
  return schemaGate(folder, ["check"]);
}

it("compares with a history of extensions that only a superuser makes, where the tenants have them", async () => {
  const { code, stdout } = await check("alter table t add column note text;");
  expect(code, stdout).toBe(0);
  expect(stdout).toMatch(/divergences +none/);
}, 120_000);

it("makes none that no tenant has: the release is what would bring it", async () => {
  const { code, stderr } = await check("create extension pageinspect;");
  expect(code).toBe(1);
  expect(stderr).toContain('permission denied to create extension "pageinspect"');
}, 120_000);
