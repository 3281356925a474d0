import { beforeAll, describe, expect, it } from "vitest";
import { deriveProbes } from "../../lib/core/probes/index.js";
import { loadParser } from "../../lib/core/sql/parse.js";
import { readCatalog } from "../../lib/steps/catalog/read-catalog.js";
import { runProbe } from "../../lib/steps/probing/run-probe.js";
import { LOGINS, makeLogin, urlAs } from "../support/gate-logins.js";
import { MAJORS } from "../support/majors.js";
import { testClock, testScript } from "../support/migration.js";
import { onServer, temporaryDatabase } from "../support/postgres.js";
import { testSession } from "../support/session.js";

const RAN = "ran as the gate";

/** A role that may make things in its database and nothing else, and its function. */
const SETUP = `create type mood as enum ('sad', 'glad');
create table t (id int primary key, a int, b int);
insert into t values (1, 1, 1), (2, 2, null);
create function evil(int) returns int language plpgsql immutable as $$ begin
  if current_user <> 'mallory' then raise exception '${RAN}'; end if; return 1; end $$;
create function evil_text(mood) returns text language plpgsql immutable as $$ begin raise exception '${RAN}'; end $$;
alter function evil(int) owner to mallory; alter function evil_text(mood) owner to mallory;
alter type mood owner to mallory; alter table t owner to mallory; set role mallory;`;

const NOT_NULL = "alter table t alter column b set not null";

interface Attack {
  readonly sql: string;
  readonly release?: string;
  /** A query of a superuser that runs the function: what a probe did before. */
  readonly runs?: string;
}

/** Where PostgreSQL runs the code of a table's owner for somebody who only reads the table. */
const ATTACKS: Readonly<Record<string, Attack>> = {
  "an index on a constant expression": {
    sql: "create index on t ((evil(1)))",
    runs: "select count(*) from t where b is null",
  },
  "the predicate of an index": {
    sql: "create index on t (a) where evil(1) = 1",
    runs: "select count(*) from t where b is null",
  },
  "an index on an expression": { sql: "create index on t ((evil(a)))" },
  "a CHECK of a child table": { sql: "create table c (check (evil(1) = 1)) inherits (t)" },
  "a CHECK": { sql: "alter table t add check (evil(1) = 1)" },
  "statistics on an expression": { sql: "create statistics s on (evil(a)), b from t" },
  "a policy": { sql: "create policy p on t using (evil(1) = 1); alter table t enable row level security" },
  "a partition key": {
    sql: "drop table t; create table t (id int, a int, b int) partition by list (evil(a)); create table t1 partition of t default",
  },
  "a generated column": { sql: "alter table t add g int generated always as (evil(a)) stored" },
  "the cast of a column's type": {
    sql: "create cast (mood as text) with function evil_text(mood); alter table t add m mood; alter table t drop constraint t_pkey; alter table t add primary key (id)",
  },
  "a foreign child, which signs in as who reads it": {
    sql: `reset role; create extension postgres_fdw; grant usage on foreign data wrapper postgres_fdw to mallory; set role mallory;
      create server own foreign data wrapper postgres_fdw; create user mapping for public server own options (user 'postgres');
      create foreign table c () inherits (t) server own`,
  },
  "a function that the release calls": {
    sql: "",
    release: "alter table t add check (evil(b) = 1)",
    runs: "select count(*) from t where not evil(b) = 1",
  },
  "an operator that the release uses": {
    sql: "create function evil2(int, int) returns bool language plpgsql as $$ begin raise exception 'x'; end $$; create operator === (leftarg = int, rightarg = int, function = evil2)",
    release: "alter table t add check (b === 1)",
  },
};

beforeAll(() => loadParser());

describe.each(MAJORS)("code of a tenant's table on %s", (major) => {
  const CASES = LOGINS.flatMap((login) =>
    Object.entries(ATTACKS).map(([what, attack]) => [what, login, attack] as const),
  );

  it.each(CASES)("%s is not run for a %s login to look at its rows: the probe is unknown", async (_, login, attack) => {
    await onServer(major, "do $$ begin create role mallory; exception when others then null; end $$");
    await makeLogin(major, login);
    const { url, client } = await temporaryDatabase(major, "grant all on schema public to public");
    await client.query(SETUP);
    await client.query(attack.sql);
    await client.query("grant select on all tables in schema public to public; reset role");
    const session = await testSession(urlAs(login, url), "read");
    const catalog = await readCatalog(session, null);
    const queries = deriveProbes(testScript(attack.release ?? NOT_NULL, "release.sql").statements, catalog);
    expect(queries).not.toEqual([]);
    for (const query of queries) {
      const result = await runProbe(session, query, { timeout: 5000, costLimit: 1e8, schema: null, clock: testClock });
      expect(result).toMatchObject({ status: "unknown", reason: expect.stringMatching(/by mallory/) });
    }
    if (attack.runs) await expect(client.query(attack.runs)).rejects.toThrow(RAN);
  });

  it("its owner's session asks what a superuser's does not", async () => {
    await onServer(major, "do $$ begin create role mallory; exception when others then null; end $$");
    await onServer(major, "alter role mallory login password 'x'");
    const { url, client, name } = await temporaryDatabase(major, "grant all on schema public to public");
    await client.query(`${SETUP} create index on t ((evil(1))); reset role`);
    // What the database says of the role is not asked: code can leave it for the login's.
    await client.query(`alter database "${name}" set role to mallory`);
    const superuser = await testSession(url, "read");
    const session = await testSession(url.replace(/\/\/postgres:[^@]*@/, "//mallory:x@"), "read");
    const [query] = deriveProbes(testScript(NOT_NULL, "release.sql").statements, await readCatalog(session, null));
    if (!query) throw new Error("no probe was derived");
    const limits = { timeout: 5000, costLimit: 1e8, schema: null, clock: testClock };
    expect(await runProbe(session, query, limits)).toMatchObject({ status: "hit", count: 1 });
    expect(await runProbe(superuser, query, limits)).toMatchObject({ status: "unknown" });
  });

  it("settings of its database change neither how our texts are read nor what the catalog says", async () => {
    const { url, client, name } = await temporaryDatabase(
      major,
      "create table t (\"we'ird\\\\' name\" int, d date default '2020-02-01', i interval default '1 day 2 hours', f float8 default 0.1)",
    );
    const before = await readCatalog(await testSession(url, "read"), null);
    for (const set of [
      "standard_conforming_strings = off",
      "quote_all_identifiers = on",
      "DateStyle = 'German'",
      "IntervalStyle = 'iso_8601'",
      "extra_float_digits = -5",
      "search_path = public, pg_catalog",
      "transform_null_equals = on",
    ])
      await client.query(`alter database "${name}" set ${set}`);
    const after = await readCatalog(await testSession(url, "read"), null);
    const columns = ({ objects }: typeof before) => objects.filter(({ kind }) => kind === "column");
    expect(columns(after)).toEqual(columns(before));
    expect(columns(before)).toHaveLength(4);
  });

  it("a setting of its database leaves no rows out of what a probe counts", async () => {
    const { url, client, name } = await temporaryDatabase(
      major,
      "create table t (a int[]); insert into t select array[1] from generate_series(1, 5000); create index on t using gin (a); analyze t",
    );
    await client.query(
      `alter database "${name}" set gin_fuzzy_search_limit = 10; alter database "${name}" set enable_seqscan = off`,
    );
    const count = "select count(*)::int as rows from public.t where a @> '{1}'";
    expect(await (await testSession(url)).query(count)).not.toEqual([{ rows: 5000 }]);
    expect(await (await testSession(url, "read")).query(count)).toEqual([{ rows: 5000 }]);
  });

  it("temporary tables of a release are not taken for the server's catalogs", async () => {
    const { url } = await temporaryDatabase(major, "create table t (id int primary key, a text)");
    const session = await testSession(url);
    const before = await readCatalog(session, null);
    await session.script("begin");
    for (const name of ["pg_class", "pg_namespace", "pg_depend", "pg_constraint", "pg_am"])
      await session.execute(`create temporary table ${name} as select * from pg_catalog.${name} where false`);
    expect((await readCatalog(session, null)).objects).toEqual(before.objects);
    await session.script("rollback");
  });
});
