import { beforeAll, describe, expect, it } from "vitest";
import { isPlainlyHarmless, isPlainlyHarmlessText } from "../../../lib/core/operations/plainly-harmless.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { testMigration } from "../../support/migration.js";

beforeAll(() => loadParser());

describe("what can do nothing but what its statements say", () => {
  it.each([
    "create table t (id int primary key default 1, at timestamptz default now())",
    "alter table t add check (length(name) > 0)",
    "create unique index concurrently on t (lower(email))",
    "insert into t select n from generate_series(1, 9) n",
    "update t set a = coalesce(b, 0) where exists (select from u)",
    "with w as (delete from t returning *) insert into u select * from w",
    "create materialized view v as select count(*) from t",
    "create schema s create table t (a int)",
    "set lock_timeout = '1s'",
    "grant select on t to reader",
    "create policy p on t using (owner = current_user)",
    "comment on table t is 'x'",
    "create extension if not exists hstore",
    "select pg_catalog.lower('x'), extract(year from now()), substring('ab' from 1 for 1), trim(both ' ' from 'x')",
    "select position('a' in 'ab'), overlay('ab' placing 'c' from 1), now() at time zone 'UTC', 'a' similar to 'b'",
    "select (date '2020-01-01', date '2020-01-02') overlaps (date '2020-01-01', date '2020-01-02')",
    "select normalize('x'), 'x' is normalized, collation for ('x'), xmlexists('/a' passing xml '<a/>'), 'a' like 'b' escape 'c'",
    "begin; alter table t add b int; commit",
  ])("%s", (sql) => {
    expect(isPlainlyHarmlessText(sql)).toBe(true);
    expect(isPlainlyHarmless(testMigration(sql))).toBe(true);
  });

  it.each([
    "do $$ begin end $$",
    String.raw`update t set a = t.U&"\0065vil"`,
    String.raw`insert into t select u.u&"\0066" from u`,
    "create function f() returns int language sql as 'select 1'",
    "create procedure p() language sql as 'select 1'",
    "call p()",
    "create trigger r before update on t for each row execute function f()",
    "create rule r as on update to t do also select 1",
    "create extension postgis",
    "select f(1)",
    "select public.lower('x')",
    "select query_to_xml('select 1', false, false, '')",
    "select * from ts_stat('select 1')",
    "select pg_catalog.query_to_xml('select 1', false, false, '')",
    'select "pg_catalog"."pg_terminate_backend"(1)',
    "create table t (a text default pg_catalog.pg_read_file('x'))",
    "insert into t values (1) returning pg_catalog.lo_export(1, '/tmp/x')",
    "select pg_catalog.set_config('role', 'postgres', false)",
    "select set_config('role', 'postgres', false)",
    "set role postgres",
    "reset role",
    "set session authorization postgres",
    "set search_path = evil",
    "copy t from '/etc/passwd'",
    "copy t to program 'sh'",
    "select lo_export(1, '/tmp/x')",
    "select pg_read_file('/etc/passwd')",
    "alter table t alter a type int using f(a)",
    "alter table t alter a set default f()",
    "create index on t (f(a))",
    "create domain d as int check (f(value))",
    "create aggregate g(int) (sfunc = int4pl, stype = int)",
    "create operator === (leftarg = int, rightarg = int, function = int4eq)",
    "create cast (a as b) with function f(a)",
    "create event trigger e on ddl_command_end execute function f()",
    "create schema s create trigger r before update on t for each row execute function f()",
    "create server s foreign data wrapper w",
    "create table u as execute q",
    "prepare q as select 1",
    "explain analyze select 1",
    "create language plperlu",
    "security label on table t is 'x'",
    "listen x",
    "load 'x'",
    "this is no SQL",
  ])("not %s", (sql) => {
    expect(isPlainlyHarmlessText(sql)).toBe(false);
    expect(isPlainlyHarmless(testMigration(`create table a (b int); ${sql}`))).toBe(false);
  });

  it("is no migration whose own way back is more", () => {
    const down = testMigration("do $$ begin end $$").up;
    expect(isPlainlyHarmless({ ...testMigration("create table t (a int)"), down })).toBe(false);
  });

  it("is no program of a team's own", () => {
    const migrator = { command: ["true"] } as never;
    expect(isPlainlyHarmless({ ...testMigration("select 1"), migrator })).toBe(false);
  });
});
