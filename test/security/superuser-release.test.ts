import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../review/harness.js";
import { schemaGate } from "../support/captured-io.js";
import { MAJORS } from "../support/majors.js";
import { onServer, temporaryDatabase } from "../support/postgres.js";
import { testSession } from "../support/session.js";

const evil = (file: string) => `if (select rolsuper from pg_roles where rolname = session_user) then
  execute 'set role none'; execute 'copy (select 1) to program ''touch ${file}'''; end if;`;

const plpgsql = (head: string, file: string, end: string) =>
  `create function ${head} language plpgsql as $$ begin ${evil(file)} ${end} end $$;`;

type Release = (file: string) => string;

/** Releases that are harmless as the lesser role of a clone, and not as a superuser. */
const RELEASES: Readonly<Record<string, Release>> = {
  "a DO block": (file) => `do $$ begin ${evil(file)} end $$;`,
  "a row trigger": (file) =>
    `${plpgsql("f() returns trigger", file, "return new;")} create trigger r before update on t for each row execute function f(); update t set a = 2;`,
  "a rule": (file) =>
    `${plpgsql("f() returns int", file, "return 1;")} create rule r as on update to t do also select f(); update t set a = 2;`,
  "a CHECK": (file) => `${plpgsql("f(int) returns bool", file, "return true;")} alter table t add check (f(a));`,
  "a generated column": (file) =>
    `${plpgsql("f(int) returns int immutable", file, "return 1;")} alter table t add g int generated always as (f(a)) stored;`,
  "an index": (file) => `${plpgsql("f(int) returns int immutable", file, "return 1;")} create index on t (f(a));`,
  "a domain": (file) =>
    `${plpgsql("f(int) returns bool", file, "return true;")} create domain d as int check (f(value)); alter table t alter a type d;`,
  "a materialized view": (file) =>
    `${plpgsql("f() returns int", file, "return 1;")} create materialized view v as select f();`,
  "a procedure": (file) => `create procedure p() language plpgsql as $$ begin ${evil(file)} end $$; call p();`,
  "an aggregate": (file) =>
    `${plpgsql("f(int, int) returns int", file, "return 1;")} create aggregate g(int) (sfunc = f, stype = int, initcond = 0); update t set b = (select g(a) from t);`,
  "a text that a function of pg_catalog executes": (file) =>
    `update t set b = length(pg_catalog.query_to_xml(case when (select rolsuper from pg_roles where rolname = session_user)
      then 'select lo_export(lo_from_bytea(0, ''x''), ''${file}'')' else 'select 1' end, false, false, '')::text);`,
};

const TABLES = "create table t (id int primary key, a int, b int);";
const SETUP = `${TABLES} insert into t values (1, 1, 1);
create table schema_migrations (version bigint primary key, dirty boolean not null); insert into schema_migrations values (1, false)`;

interface Asked {
  readonly sql: string;
  readonly connection?: object;
  /** The owner of the tables; default: the superuser. */
  readonly owner?: string;
}

describe.each(MAJORS)("a release that acts where it is a superuser, on %s", (major) => {
  async function check({ sql, connection = {}, owner }: Asked) {
    const folder = temporaryFolder();
    const { url, client, name } = await temporaryDatabase(major, SETUP);
    if (owner !== undefined) {
      await onServer(major, `do $$ begin create role ${owner}; exception when duplicate_object then null; end $$`);
      await client.query(
        `alter database ${name} owner to ${owner}; alter table t owner to ${owner}; alter table schema_migrations owner to ${owner}`,
      );
    }
    // A database with sessions cannot be copied.
    await client.end();
    mkdirSync(join(folder, "m"));
    writeFileSync(join(folder, "m/000001_init.up.sql"), TABLES);
    writeFileSync(join(folder, "m/000002_next.up.sql"), sql);
    writeFileSync(join(folder, "tenants.csv"), `id,url\nt0,${url}\n`);
    const config = {
      migrations: "m",
      convention: "golang-migrate",
      registry: { file: "tenants.csv" },
      staging: { mode: "same host" },
      connection,
      application: [],
    };
    writeFileSync(join(folder, "schema-gate.yaml"), JSON.stringify(config));
    const answer = await schemaGate(folder, ["check", "--json"]);
    const found: readonly { readonly code: string }[] = JSON.parse(answer.stdout).findings.errors;
    return { ...answer, folder, errors: found.map(({ code }) => code) };
  }

  it.each(Object.entries(RELEASES))(
    "%s: blocked, and nothing came through",
    async (_, release) => {
      const file = join(temporaryFolder(), "outside");
      const { code, errors, stdout } = await check({ sql: release(file) });
      expect(code, stdout).toBe(1);
      expect(errors).toContain("introspect.superuser");
      expect(stdout).toContain("Migration 2 may do more than its statements say, and would run as the superuser");
      expect(existsSync(file)).toBe(false);
    },
    60_000,
  );

  it("a role that was taken on can be left, so the login counts", async () => {
    const file = join(temporaryFolder(), "outside");
    const sql = RELEASES["a DO block"]?.(file) ?? "";
    const { errors, stdout } = await check({ sql, owner: "mild_owner", connection: { role: "mild_owner" } });
    expect(errors, stdout).toContain("introspect.superuser");
    expect(existsSync(file)).toBe(false);
  }, 60_000);

  it("runs where the config says why: the report warns, and on the clone a lesser role executes all the same", async () => {
    const file = join(temporaryFolder(), "outside");
    const superuser = "a server of the tests alone";
    const sql = RELEASES["a DO block"]?.(file) ?? "";
    const { errors, folder, stdout } = await check({ sql, connection: { superuser } });
    expect(errors, stdout).not.toContain("introspect.superuser");
    const [run = ""] = readdirSync(join(folder, ".schema-gate", "runs"));
    const report = await schemaGate(folder, ["report", run, "--json"]);
    expect(report.stdout).toContain(superuser);
    expect(existsSync(file)).toBe(false);
  }, 60_000);

  it("a registry that names a superuser after the approval: no tenant is migrated", async () => {
    const folder = temporaryFolder();
    const { url, client, name } = await temporaryDatabase(major, SETUP);
    await onServer(
      major,
      `do $$ begin create role swap_owner; create role swap_login login createdb password 'x'; grant swap_owner to swap_login;
         exception when duplicate_object then null; end $$`,
    );
    await client.query(`alter database ${name} owner to swap_owner; alter table t owner to swap_owner;
      alter table schema_migrations owner to swap_owner; grant all on schema public to swap_owner`);
    await client.end();
    mkdirSync(join(folder, "m"));
    writeFileSync(join(folder, "m/000001_init.up.sql"), TABLES);
    writeFileSync(
      join(folder, "m/000002_next.up.sql"),
      "create function f(int) returns bool immutable language plpgsql as $$ begin return true; end $$; alter table t add check (f(a));",
    );
    const registry = (to: string) => writeFileSync(join(folder, "tenants.csv"), `id,url\nt0,${to}\n`);
    registry(url.replace(/\/\/postgres:[^@]*@/, "//swap_login:x@"));
    const config = {
      migrations: "m",
      convention: "golang-migrate",
      registry: { file: "tenants.csv" },
      staging: { mode: "same host" },
      connection: { role: "swap_owner" },
      requester: "release-pipeline",
      approval: { approvers: [{ id: "robin" }] },
      thresholds: { ask: 0, quorum: 1, block: 1 },
      application: [],
    };
    writeFileSync(join(folder, "schema-gate.yaml"), JSON.stringify(config));
    const asked = await schemaGate(folder, ["run", "--no-wait"]);
    expect(asked.code, asked.stdout + asked.stderr).toBe(4);
    const approved = await schemaGate(folder, ["approve"], { login: "robin" });
    expect(approved.code, approved.stderr).toBe(0);
    registry(url);
    const resumed = await schemaGate(folder, ["resume"]);
    expect(resumed.code, resumed.stdout).not.toBe(0);
    expect(resumed.stdout + resumed.stderr).toContain(
      "would run as swap_owner, and postgres, who signs in, is a superuser",
    );
    const session = await testSession(url);
    expect(await session.query("select 1 as there from pg_proc where proname = 'f'")).toEqual([]);
  }, 120_000);

  it("plain statements need no reason", async () => {
    const sql = "begin; alter table t add c int; create extension if not exists hstore; commit;";
    const { code, stdout } = await check({ sql });
    expect(code, stdout).toBe(0);
  }, 60_000);
});
