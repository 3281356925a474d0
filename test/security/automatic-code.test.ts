import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../lib/core/sql/parse.js";
import { automaticCode } from "../../lib/steps/catalog/automatic-code.js";
import { MAJORS } from "../support/majors.js";
import { testMigration } from "../support/migration.js";
import { onServer, temporaryDatabase } from "../support/postgres.js";
import { proveOnClones } from "../support/prove-on-clones.js";
import { testSession } from "../support/session.js";

const SETUP = `grant all on schema public to public; create table t (id int primary key, a int, mood text); insert into t values (1, 1, 'x');
create function f(int) returns int language plpgsql immutable as $$ begin return 1; end $$;
create function f_row() returns trigger language plpgsql as $$ begin
  if (select rolsuper from pg_roles where rolname = current_user) then raise exception 'ran as a superuser'; end if; return new; end $$;
create function f_event() returns event_trigger language plpgsql as $$ begin end $$;
create type feeling as enum ('x'); create function f_cast(feeling) returns text language sql immutable as $$ select 'x' $$;
alter function f(int) owner to mallory; alter function f_row() owner to mallory; alter function f_event() owner to mallory;
alter function f_cast(feeling) owner to mallory;`;

/** What of a tenant's runs by itself when a release writes to a table, or changes it. */
const AUTOMATIC: Readonly<Record<string, string>> = {
  "a row trigger": "create trigger r before update on t for each row execute function f_row()",
  "a constraint trigger that is deferred":
    "create constraint trigger r after update on t deferrable initially deferred for each row execute function f_row()",
  "a rule": "create rule r as on update to t do also select f(1)",
  "a default": "alter table t alter a set default f(1)",
  "a CHECK": "alter table t add check (f(a) = 1)",
  "a CHECK of a domain": "create domain d as int check (f(value) = 1)",
  "an index": "create index on t (f(a))",
  "a policy": "create policy p on t using (f(a) = 1)",
  "a generated column": "alter table t add g int generated always as (f(a)) stored",
  "a view": "create view v as select f(a) from t",
  "a materialized view": "create materialized view v as select f(a) from t",
  "an event trigger": "create event trigger e on ddl_command_end execute function f_event()",
  "a cast": "create cast (feeling as text) with function f_cast(feeling)",
  "an aggregate":
    "create function f_sum(int, int) returns int language sql as 'select 1'; alter function f_sum(int, int) owner to mallory; create aggregate g(int) (sfunc = f_sum, stype = int)",
  "an operator":
    "create operator === (leftarg = int, rightarg = int, function = int4eq); create function f_op(int, int) returns bool language sql as 'select true'; alter function f_op(int, int) owner to mallory; create operator ==== (leftarg = int, rightarg = int, function = f_op)",
};

/** What acts, or reads, as whoever runs it. */
const IMPORT = "lo_import('/etc/hostname')::int";

/** A rule that keeps for a tenant what its updates show. */
const NOTE = "create rule r as on update to m do also insert into m (id, mood) select 2,";

const withExtension = (name: string, sql: string) => `reset role; create extension ${name}; set role mallory; ${sql}`;

/** A server of mallory's, to which everybody signs in as mallory says. */
const withServer = (sql: string) => `reset role; create extension postgres_fdw;
  grant usage on foreign data wrapper postgres_fdw to mallory; set role mallory;
  create server own foreign data wrapper postgres_fdw; create user mapping for public server own options (user 'postgres'); ${sql}`;

/** Expressions of a tenant's that call PostgreSQL's own functions: no function of the tenant's is there to be found. */
const TEXTS: Readonly<Record<string, string>> = {
  "a default that imports a file": `alter table m alter a set default ${IMPORT}`,
  "a CHECK that imports a file": `alter table m add check (${IMPORT} > a) not valid`,
  "a CHECK of a domain that imports a file": `create domain d as int check (value < ${IMPORT})`,
  "a default of a domain that imports a file": `create domain d as int default ${IMPORT}`,
  "a policy that imports a file": `create policy p on m using (${IMPORT} > 1)`,
  "a rule that imports a file": `create rule r as on update to m do also select ${IMPORT}`,
  "a view that imports a file": `create view v as select ${IMPORT} as x`,
  "a rule on a view that leaves the role":
    "create view v as select 1 as a; create rule r as on insert to v do instead select set_config('role', 'none', false)",
  "a trigger's condition on a table of its own": `create trigger r before update on m for each row when (${IMPORT} > 0) execute function suppress_redundant_updates_trigger()`,
  "a trigger's condition where TRIGGER was granted":
    "create trigger r before update on t for each row when (pg_terminate_backend(old.a)) execute function suppress_redundant_updates_trigger()",
  "a text that query_to_xml executes":
    "alter table m alter mood set default query_to_xml('select lo_export(1, ''/tmp/x'')', false, false, '')::text",
  "a table read with the rights of the caller":
    "alter table m alter mood set default table_to_xml('pg_authid', false, false, '')::text",
  "a large object of somebody else's": "create materialized view v as select lo_get(1) with no data",
  "a function of an extension that is not trusted": "alter table m alter mood set default dblink_exec('x', 'y')",
  "a name that looks like the beginning of a text": `create view v as select 1 as "it's", ${IMPORT} as x, 'it''s' as y`,
  "a text that a function of a trusted extension executes": withExtension(
    "tablefunc",
    "create view v as select * from crosstab('select 1::text, 2::text, lo_import(''/etc/hostname'')::text') as (r text, c text)",
  ),
  "a text that a function of an extension executes, which is said to change nothing": withExtension(
    "xml2",
    "create view v as select * from xpath_table('id', 'mood', 't', '/a', 'lo_import(''/x'') > 0') as (k int, x text)",
  ),
  "a trigger of a trusted extension that removes large objects of anybody": withExtension(
    "lo",
    "alter table m add l oid; create trigger r before update on m for each row execute function lo_manage(l)",
  ),
  "another's sequence set back": "alter table m alter a set default setval('others', 1)",
  "the settings of the server in a default":
    "alter table m alter mood set default current_setting('Primary_ConnInfo', true)",
  "a setting whose name only the run tells":
    "alter table m alter mood set default current_setting('primary_' || 'conninfo', true)",
  "the settings of the server in a rule": `${NOTE} setting from pg_settings`,
  "queries of other tenants": `${NOTE} query from pg_stat_activity`,
  "queries of other tenants by the function": `${NOTE} query from pg_stat_get_activity(null)`,
  "queries of other tenants by a view of an extension": withExtension(
    "pg_stat_statements",
    `${NOTE} query from pg_stat_statements`,
  ),
  "values of other tenants in the statistics": `${NOTE} most_common_vals::text from pg_stats`,
  "passwords of user mappings": `${NOTE} umoptions::text from pg_user_mappings`,
  "passwords of user mappings in a view": "create view v as select * from information_schema.user_mapping_options",
  "a foreign table that signs in as who reads it": withServer("create foreign table elsewhere (a int) server own"),
  "a foreign partition that signs in as who reads it": withServer(
    "create table parted (a int) partition by list (a); create foreign table elsewhere partition of parted for values in (1) server own",
  ),
  "an operator that ends sessions":
    "create operator === (leftarg = int, rightarg = bigint, function = pg_terminate_backend)",
};

/** Expressions that do no harm whoever runs them. */
const PLAIN_TEXTS = `alter table m alter a set default nextval('s'), add k uuid default gen_random_uuid(), add u uuid default uuid_generate_v4(),
  add owner text default current_setting('app.tenant', true), add zone text default current_setting('TimeZone'),
  add check (a between 1 and 3 or lower(mood) in ('x', 'y')), add at timestamptz default clock_timestamp();
  create view v as select count(*) from m where mood like 'lo_import(%'; create rule r as on update to m do also notify changed;`;

const MADE_BY_MALLORY = `create extension dblink; create extension "uuid-ossp"; create sequence s; create sequence others; create table m (id int primary key, a int, mood text);
  alter table m owner to mallory; alter sequence s owner to mallory; grant trigger on t to mallory; set role mallory;`;

/** What a release names itself. */
const NAMED: Readonly<Record<string, string>> = {
  "a function that the release calls": "alter table t add check (f(a) = 1)",
  "a function that is named by the numbers of its letters": String.raw`update t set mood = t.U&"f\005frow"`,
  "a function that a body of the release names":
    "do $$ begin execute 'select ' || 'public' || '.f(1)'; perform f(1); end $$",
  "an overload of PostgreSQL's own that fits better": "update t set mood = left(mood, 1)",
};

const RELEASE = [testMigration("update t set a = 2")];

beforeAll(() => loadParser());

describe.each(MAJORS)("code of a tenant that PostgreSQL calls by itself on %s", (major) => {
  const role = () => onServer(major, "do $$ begin create role mallory; exception when others then null; end $$");

  it.each(Object.entries(AUTOMATIC))("%s: no release is executed by a superuser", async (_, sql) => {
    await role();
    const proof = await proveOnClones(major, `${SETUP}${sql}`, RELEASE, { thorough: false });
    expect(proof).toMatchObject({ passed: false, statements: [] });
    expect(proof.findings).toMatchObject([
      { code: "dry-run.others-code", unknown: true, message: expect.stringMatching(/by mallory/) },
    ]);
    expect(JSON.stringify(proof.findings)).not.toContain("ran as a superuser");
  });

  it.each(Object.entries(NAMED))("%s: it is not executed by a superuser", async (_, sql) => {
    await role();
    const left = `create function "left"(text, smallint) returns text language sql as 'select null::text'; alter function "left"(text, smallint) owner to mallory`;
    const proof = await proveOnClones(major, `${SETUP}${left}`, [testMigration(sql)], { thorough: false });
    expect(proof.findings).toMatchObject([
      { code: "dry-run.others-code", message: expect.stringMatching(/by mallory/) },
    ]);
    const plain = await proveOnClones(major, `${SETUP}${left}`, RELEASE, { thorough: false });
    expect(plain.findings.filter(({ code }) => code === "dry-run.others-code")).toEqual([]);
  });

  it.each(Object.entries(TEXTS))("%s: no release is executed by a superuser", async (_, sql) => {
    await role();
    const { url } = await temporaryDatabase(major, `${SETUP}${MADE_BY_MALLORY}${sql}; reset role`);
    const code = await automaticCode(await testSession(url), RELEASE);
    expect(code).not.toEqual([]);
    for (const each of code) expect(each).toMatch(/\((by mallory|TRIGGER is granted)\)$/);
  });

  it("expressions that do no harm are nobody's code", async () => {
    await role();
    const { url } = await temporaryDatabase(major, `${SETUP}${MADE_BY_MALLORY}${PLAIN_TEXTS} reset role`);
    const found = await automaticCode(await testSession(url), RELEASE);
    expect(found).toEqual([]);
  });

  const member = () =>
    onServer(
      major,
      "do $$ begin create role gate; exception when others then null; end $$; grant mallory to gate; alter role gate login password 'x'",
    );
  const asGate = (url: string) => url.replace(/\/\/postgres:[^@]*@/, "//gate:x@");

  it.each(Object.entries({ ...AUTOMATIC, ...TEXTS }))(
    "%s: it gets nothing from a least-privilege login",
    async (what, sql) => {
      await role();
      await member();
      const { url } = await temporaryDatabase(major, `${SETUP}${what in TEXTS ? MADE_BY_MALLORY : ""}${sql}`);
      expect(await automaticCode(await testSession(asGate(url)), RELEASE)).toEqual([]);
    },
  );

  it("runs as one where the config says why, and the report says it too", async () => {
    await role();
    const superuser = "the tenants are all our own";
    const proof = await proveOnClones(major, `${SETUP}${AUTOMATIC["a rule"]}`, RELEASE, { thorough: false, superuser });
    expect(proof.findings).toContainEqual(
      expect.objectContaining({
        code: "dry-run.others-code",
        severity: "warning",
        message: expect.stringContaining(superuser),
      }),
    );
    expect(proof.after).not.toBeNull();
  });

  it("is no reason for a role that has nothing but its databases", async () => {
    await role();
    await member();
    const { url, client, name } = await temporaryDatabase(major, `${SETUP}${AUTOMATIC["a row trigger"]}`);
    expect(await automaticCode(await testSession(url), RELEASE)).toEqual([
      expect.stringMatching(/f_row \(by mallory\)/),
    ]);
    await client.query(`alter database "${name}" owner to mallory; alter database "${name}" set role to gate`);
    // A role that was taken on can be left again.
    expect(await automaticCode(await testSession(url), RELEASE)).toHaveLength(1);
    expect(await automaticCode(await testSession(asGate(url)), RELEASE)).toEqual([]);
  });
});
