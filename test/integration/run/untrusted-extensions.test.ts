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

/** `by`: what somebody has done in the tenants since. */
async function check(pending: string, history = HISTORY, by = "", more = "") {
  const major = MAJORS.at(-1) ?? "18";
  const folder = temporaryFolder();
  const ledger = "create table schema_migrations (version bigint primary key, dirty boolean not null);";
  const urls: string[] = [];
  for (let at = 0; at < 2; at++) {
    const { url, client } = await temporaryDatabase(
      major,
      `${history} ${ledger} insert into schema_migrations values (1, false); ${by}`,
    );
    // A database with sessions cannot be copied.
    await client.end();
    urls.push(url);
  }
  mkdirSync(join(folder, "migrations"));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write("migrations/000001_init.up.sql", history);
  write("migrations/000002_next.up.sql", pending);
  write("tenants.csv", `id,url\n${urls.map((url, at) => `t${at},${url}`).join("\n")}\n`);
  write(
    "schema-gate.yaml",
    "migrations: migrations\nregistry: { file: tenants.csv }\nstaging: { mode: same host }\napproval: { approvers: [{ id: ada, email: ada@example.com }] }\n" +
      more,
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

it.each([
  ["with another that the history makes, as anybody may", "create extension cube; create extension earthdistance;"],
  ["with another by CASCADE", "create extension earthdistance cascade;"],
  ["of the version that the history names", "create extension pageinspect version '1.5';"],
  ["in a schema that is made for it", "create schema ext; create extension earthdistance schema ext cascade;"],
])(
  "makes what a history asks for: %s",
  async (_, extensions) => {
    const { code, stdout, stderr } = await check(
      "alter table t add column note text;",
      `${extensions} create table t (id int primary key);`,
    );
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/divergences +none/);
  },
  120_000,
);

it.each([
  [
    "in another schema",
    "create extension pageinspect schema public;",
    "create schema other; alter extension pageinspect set schema other;",
    /pageinspect.*schema/i,
  ],
  [
    "of another version",
    "create extension pageinspect version '1.5';",
    "alter extension pageinspect update to '1.6';",
    /pageinspect.*version/i,
  ],
])(
  "finds one that is %s than the history says",
  async (_, extensions, by, said) => {
    const { stdout, stderr } = await check(
      "alter table t add column note text;",
      `${extensions} create table t (id int primary key);`,
      by,
    );
    expect(stdout + stderr).not.toMatch(/divergences +none/);
    expect(stdout + stderr).toMatch(said);
  },
  120_000,
);

it.each([
  [
    "at its place",
    "alter table t add column note text; create extension pageinspect; alter table t add column more text;",
  ],
  ["in a schema that is made for it", "create schema ext; create extension pageinspect schema ext;"],
  ["with IF NOT EXISTS", "create extension if not exists pageinspect;"],
])(
  "makes one that the config allows, as whoever made the clone: %s",
  async (_, pending) => {
    const { code, stdout, stderr } = await check(
      pending,
      HISTORY,
      "",
      "extensions: [{ name: pageinspect, reason: pages }]\n",
    );
    expect(code, stdout + stderr).toBe(0);
  },
  120_000,
);

it.each([
  ["another one", "create extension pageinspect;", "extensions: [{ name: pgrowlocks, reason: locks }]\n"],
  [
    "what it needs by CASCADE",
    "create extension earthdistance cascade;",
    "extensions: [{ name: pageinspect, reason: pages }]\n",
  ],
  [
    "one that is made within a body",
    "do $$ begin create extension pageinspect; end $$;",
    "extensions: [{ name: pageinspect, reason: pages }]\n",
  ],
])(
  "makes none but what it allows: not %s",
  async (_, pending, allowed) => {
    const { code, stderr } = await check(pending, HISTORY, "", allowed);
    expect(code).toBe(1);
    expect(stderr).toMatch(/permission denied to create extension/);
  },
  120_000,
);
