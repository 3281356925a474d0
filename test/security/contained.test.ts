import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pgDatabase } from "../../lib/adapters/pg/database.js";
import { endpointOf } from "../../lib/adapters/pg/endpoint.js";
import { schemaDifference } from "../../lib/adapters/pg-delta/schema-difference.js";
import { loadParser } from "../../lib/core/sql/parse.js";
import type { Tenant } from "../../lib/ports/registry.js";
import type { Proof } from "../../lib/steps/proof/proof.js";
import { proveOnClone } from "../../lib/steps/proof/prove-on-clone.js";
import { MAJORS } from "../support/majors.js";
import { testClock, testMigration } from "../support/migration.js";
import { onServer, serverUrl } from "../support/postgres.js";
import { evil } from "../support/reaching-release.js";

/** How a release comes to run them: each names `evil()` or `evil(int)`. */
const VEHICLES: Readonly<Record<string, string>> = {
  "a DO block": "do $$ begin perform evil(1); end $$",
  "a trigger function":
    "create trigger r before update on t for each row execute function evil_row(); update t set a = 2",
  "a deferred constraint trigger":
    "create constraint trigger r after update on t deferrable initially deferred for each row execute function evil_row(); update t set a = 2",
  "a rule": "create rule r as on update to t do also select evil(1); update t set a = 2",
  "a CHECK": "alter table t add check (evil(a) = 1)",
  "a CHECK of a domain": "create domain d as int check (evil(value) = 1); alter table t add d d default 1",
  "a generated column": "alter table t add g int generated always as (evil(a)) stored",
  "a default": "alter table t add g int default evil(1)",
  "an index": "create index on t (evil(a))",
  "a policy":
    "create policy p on t using (evil(a) = 1); alter table t force row level security, enable row level security; update t set a = 2",
  "a view": "create view v as select evil(a) from t; update t set a = (select count(*) from v)",
  "a materialized view": "create materialized view v as select evil(a) from t",
  "an aggregate":
    "create aggregate g(int) (sfunc = evil_sum, stype = int, initcond = '0'); update t set a = (select g(a) from t)",
  "an operator": "create operator ==== (leftarg = int, rightarg = int, function = evil_sum); update t set a = 1 ==== 2",
  "a cast":
    "create type feeling as enum ('x'); create function evil_cast(feeling) returns int language sql as 'select evil(1)'; create cast (feeling as int) with function evil_cast(feeling); update t set a = 'x'::feeling::int",
  "a procedure that is called": "create procedure p() language plpgsql as $$ begin perform evil(1); end $$; call p()",
  "an event trigger":
    "create function evil_happens() returns event_trigger language plpgsql as $$ begin perform evil(1); end $$; create event trigger e on ddl_command_end execute function evil_happens(); create table u (a int)",
  "ALTER TYPE with USING": "alter table t alter a type bigint using evil(a)",
  "a partition's key":
    "create table u (a int) partition by range (evil(a)); create table u1 partition of u for values from (0) to (9); insert into u values (1)",
};

const WHO = [
  "a superuser whose tenants have an owner",
  "a superuser who owns the tenants",
  "a member of the owner",
] as const;

beforeAll(() => loadParser());

describe.each(MAJORS)("a release that reaches beyond its database, on %s", (major) => {
  const folder = mkdtempSync(join(tmpdir(), "schema-gate-contained-"));
  const file = join(folder, "outside");
  const names = randomBytes(4).toString("hex");
  const [owner, member, reached] = [`owner_${names}`, `member_${names}`, `reached_${names}`];
  const victim = new pg.Client({ connectionString: serverUrl(major) });
  const asked = new pg.Client({ connectionString: serverUrl(major) });
  let backend = 0;
  const databases: string[] = [];

  beforeAll(async () => {
    victim.on("error", () => {});
    await victim.connect();
    await asked.connect();
    backend = Number((await victim.query("select pg_backend_pid() as pid")).rows[0]?.pid);
    await onServer(major, `create role ${owner}`);
    await onServer(major, `create role ${member} login createdb password 'x' in role ${owner}`);
    for (const [at, belongs] of [owner, "postgres", owner].entries()) {
      const database = `contained_${names}_${at}`;
      await onServer(major, `create database ${database} owner ${belongs}`);
      databases.push(database);
      const client = new pg.Client({ connectionString: serverUrl(major, database) });
      await client.connect();
      await client.query("create extension if not exists dblink");
      await client.query(
        `set role ${belongs}; create table t (id int primary key, a int); insert into t values (1, 1)`,
      );
      await client.end();
    }
  });
  afterAll(async () => {
    await victim.end().catch(() => {});
    await asked.end();
    for (const database of databases) await onServer(major, `drop database if exists ${database} with (force)`);
    await onServer(major, `drop role ${member}`);
    await onServer(major, `drop role ${owner}`);
    rmSync(folder, { recursive: true, force: true });
  });

  async function prove(who: (typeof WHO)[number], sql: string, uncontained = false): Promise<Proof> {
    const at = WHO.indexOf(who);
    const url = new URL(serverUrl(major, databases[at] ?? ""));
    if (who === "a member of the owner") Object.assign(url, { username: member, password: "x" });
    const endpoint = endpointOf(url.toString());
    const role = who === "a superuser who owns the tenants" ? {} : { role: owner };
    const tenant: Tenant = { id: "t", group: null, host: "h", database: databases[at] ?? "", schema: null, ...role };
    const database = pgDatabase({ tenant: async () => ({ endpoint, replica: null }), staging: null, uncontained });
    return proveOnClone({
      cluster: "c",
      migrations: [testMigration(`${evil(file, backend, reached)}; ${sql}`)],
      schema: null,
      makeClone: (purpose) =>
        database.clone(tenant, `schema_gate_${names}_${at}_${purpose.replaceAll(/[^a-z]/g, "_")}`),
      difference: schemaDifference,
      settings: { lockTimeout: 2_000, statementTimeout: 20_000, concurrentTimeout: 20_000 },
      clock: testClock,
      thorough: false,
      ...(uncontained ? { superuser: "to see that the attack is one" } : {}),
    });
  }

  /** What came through, from outside. */
  async function outside(): Promise<readonly string[]> {
    const { rows } = await asked.query(
      `select 'the role' as what from pg_roles where rolname = $1
       union all select 'a setting of the superuser' from pg_db_role_setting s where s.setrole = 'postgres'::regrole and s.setdatabase = 0
       union all select 'the server''s settings' where pg_read_file('postgresql.auto.conf') like '%' || $1 || '%'
       union all select 'an ended session' where not exists (select from pg_stat_activity where pid = $2)`,
      [reached, backend],
    );
    return [...rows.map(({ what }) => String(what)), ...(existsSync(file) ? ["a file"] : [])];
  }

  describe.each(WHO)("where %s signs in", (who) => {
    it.each(Object.entries(VEHICLES))(
      "%s is contained",
      async (_, sql) => {
        const proof = await prove(who, sql);
        expect(/OUTSIDE:[ \d]+/.exec(JSON.stringify(proof))?.[0] ?? "").toBe("");
        expect(proof.findings.map(({ code }) => code)).not.toContain("dry-run.unreadable");
        expect(await outside()).toEqual([]);
      },
      60_000,
    );
  });

  it.each(["file_fdw", "postgres_fdw", "dblink", "pageinspect", "pg_buffercache", "adminpack"])(
    "refuses to make the extension %s, by name and with the setting",
    async (extension) => {
      const proof = await prove("a superuser whose tenants have an owner", `create extension ${extension}`);
      expect(proof.passed).toBe(false);
      const [finding] = proof.findings;
      expect(finding?.message).toMatch(new RegExp(`extension "${extension}"`));
      if (finding?.message.includes("permission denied"))
        expect(finding.remedy?.text).toMatch(/create only trusted extensions\..*extensions in the config/);
    },
    60_000,
  );

  it.each(["pgcrypto", "citext", "hstore", "pg_trgm"])(
    "lets a release make the trusted extension %s",
    async (extension) => {
      const proof = await prove("a superuser whose tenants have an owner", `create extension ${extension}`);
      expect(proof.findings.filter(({ code }) => code === "dry-run.failed")).toEqual([]);
    },
    60_000,
  );

  it("leaves no database and no role of ours behind", async () => {
    const { rows } = await asked.query(
      `select datname as name from pg_database where datname like 'schema\\_gate\\_${names}%'
       union all select rolname from pg_roles where shobj_description(oid, 'pg_authid') like 'made by schema-gate%'
         and not exists (select from pg_stat_activity a where a.usename = rolname)`,
    );
    expect(rows).toEqual([]);
  });

  it("would come through where the config lets a superuser run it", async () => {
    const proof = await prove("a superuser who owns the tenants", VEHICLES["a DO block"] ?? "", true);
    expect(JSON.stringify(proof)).toMatch(/OUTSIDE:( \d+){3}/);
    expect(await outside()).toContain("an ended session");
  }, 60_000);
});
