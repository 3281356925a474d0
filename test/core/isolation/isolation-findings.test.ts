import { beforeAll, describe, expect, it } from "vitest";
import { isolationFindings } from "../../../lib/core/isolation/isolation-findings.js";
import type { IsolationScope } from "../../../lib/core/isolation/scope.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { testMigration } from "../../support/migration.js";
import { filesOf } from "../../support/release-files.js";

beforeAll(() => loadParser());

const SCOPE: IsolationScope = {
  schemaTenants: true,
  own: null,
  shared: ["public", "extensions"],
  ofShared: false,
  tenants: new Set(["acme", "globex", "Wide Corp"]),
  extensions: new Set(["citext"]),
  limits: { lockTimeout: 2_000, statementTimeout: 60_000 },
};
const DATABASES: IsolationScope = { ...SCOPE, schemaTenants: false, tenants: new Set() };

const codes = (sql: string, scope = SCOPE) => [
  ...new Set(isolationFindings(testMigration(sql).up, scope).map(({ code }) => code.replace("isolation.", ""))),
];

/** What has the server read later statements otherwise than they were read here. */
const READ_OTHERWISE = [
  "set standard_conforming_strings = off",
  "set local standard_conforming_strings to 'off'",
  "reset standard_conforming_strings",
  "set backslash_quote = on",
  "set client_encoding = 'SJIS'",
  "set names 'GBK'",
  "select set_config('standard_conforming_strings', 'off', false)",
  "create function f() returns int language sql set standard_conforming_strings = off as 'select 1'",
  "do $$ begin perform set_config('client_encoding', 'SJIS', true); end $$",
];
/** What a dump begins with. */
const READ_THE_SAME = [
  "set client_encoding = 'UTF8'",
  "set names 'utf-8'",
  "set standard_conforming_strings = on",
  "set backslash_quote to safe_encoding",
];

const body = (text: string, language = "plpgsql") =>
  `create function f() returns void language ${language} as $body$ ${text} $body$`;
/** A function that gets a relation from its caller. */
const given = (text: string, parameters = "tbl regclass") => body(text).replace("f()", `f(${parameters})`);
const block = (text: string) => `do $body$ begin ${text} end $body$`;

describe("a tenant that is a schema", () => {
  it.each([
    // Names in statements.
    ["update acme.usr set a = 1", "other-schema"],
    ["delete from acme.usr", "other-schema"],
    ["select run_sql('update acme.usr set mail = ''a@example.com'' where id = 1')", "other-schema"],
    ["select run_sql('update acme.usr set site = ''https://example.com''')", "other-schema"],
    ["insert into usr select * from globex.usr", "other-schema"],
    ["merge into usr using acme.usr u on true when matched then delete", "other-schema"],
    ["with gone as (delete from acme.usr returning *) select from gone", "other-schema"],
    ["select * into acme.copy from usr", "other-schema"],
    ["create table acme.copy as select * from usr", "other-schema"],
    ["truncate usr, acme.usr", "other-schema"],
    ["copy acme.usr to stdout", "other-schema"],
    ["copy (select * from acme.usr) to stdout", "other-schema"],
    ["lock table acme.usr", "other-schema"],
    ["alter table acme.usr add column x int", "other-schema"],
    ["alter table usr add foreign key (a) references acme.usr", "other-schema"],
    ["create table t (like acme.usr)", "other-schema"],
    ["create table t (m acme.mood)", "other-schema"],
    ["create table t () inherits (acme.usr)", "other-schema"],
    ["create table t partition of acme.p for values in (1)", "other-schema"],
    ["alter table usr attach partition acme.p for values in (1)", "other-schema"],
    ["alter table usr set schema acme", "other-schema"],
    ["alter type mood set schema public", "shared-write"],
    ["alter type acme.mood add value 'x'", "other-schema"],
    ["create view v as select * from acme.usr", "other-schema"],
    ["create materialized view v as select (select max(a) from acme.usr)", "other-schema"],
    ["create rule r as on insert to usr do also insert into acme.usr values (1)", "other-schema"],
    ["create policy p on usr using (exists (select from acme.usr))", "other-schema"],
    ["create trigger t before insert on acme.usr for each row execute function f()", "other-schema"],
    ["create trigger t before insert on usr for each row execute function acme.f()", "other-schema"],
    ["drop trigger t on acme.usr", "other-schema"],
    ["drop table if exists usr, acme.usr", "other-schema"],
    ["drop function acme.f(int)", "other-schema"],
    ["drop type acme.mood", "other-schema"],
    ["drop operator class acme.ops using btree", "other-schema"],
    ["create index on acme.usr (a)", "other-schema"],
    ["create index on usr (a acme.ops)", "other-schema"],
    ['create index on usr (a collate acme."c")', "other-schema"],
    ["select 1 operator(acme.+) 2", "other-schema"],
    ["select acme.purge()", "other-schema"],
    ["call acme.purge()", "other-schema"],
    ["select x::acme.mood from usr", "other-schema"],
    ["alter table usr alter a set default nextval('acme.s')", "other-schema"],
    ["select setval('acme.s', 1)", "other-schema"],
    ["select currval(pg_get_serial_sequence('acme.usr', 'id'))", "other-schema"],
    ["select 'acme.usr'::regclass", "other-schema"],
    ["select cast('\"Wide Corp\".usr' as regclass)", "other-schema"],
    ["select to_regclass('acme.usr')", "other-schema"],
    ["select 'acme'::regnamespace", "other-schema"],
    ["select table_to_xml('acme.usr', true, false, '')", "other-schema"],
    ["select schema_to_xml('acme', true, false, '')", "other-schema"],
    ["select query_to_xml('select * from acme.usr', true, false, '')", "other-schema"],
    ["select own_runner('delete from acme.usr')", "other-schema"],
    ["alter sequence s owned by acme.usr.id", "other-schema"],
    ["comment on table acme.usr is 'x'", "other-schema"],
    ["comment on column acme.usr.a is 'x'", "other-schema"],
    ["grant select on acme.usr to public", "other-schema"],
    ["grant select on all tables in schema acme to public", "other-schema"],
    ["alter default privileges in schema acme grant select on tables to public", "other-schema"],
    ["refresh materialized view acme.v", "other-schema"],
    ["vacuum acme.usr", "other-schema"],
    ["reindex table acme.usr", "other-schema"],
    ['update "acme".usr set a = 1', "other-schema"],
    ['update "Wide Corp".usr set a = 1', "other-schema"],
    ['update U&"\\0061cme".usr set a = 1', "other-schema"],
    ["update ACME . usr set a = 1", "other-schema"],
    ["select U&'acme\\002Eusr'::regclass", "other-schema"],
    ["select E'acm\\x65.usr'::regclass", "other-schema"],
    ["select $$acme.usr$$::regclass", "other-schema"],
    ["select ('acme' || '.usr')::regclass", "other-schema"],
    ["select * from pg_temp_3.usr", "other-schema"],
    ["create statistics acme.s on a, b from usr", "other-schema"],
    // Names in bodies.
    [body("begin update acme.usr set a = 1; end"), "other-schema"],
    [body("begin if exists (select from acme.usr) then return; end if; end"), "other-schema"],
    [body("declare n int := (select count(*) from acme.usr); begin end"), "other-schema"],
    [body("declare c cursor for select * from acme.usr; begin end"), "other-schema"],
    [body("declare n int; begin n := (select count(*) from acme.usr); end"), "other-schema"],
    [body("declare u acme.usr%rowtype; begin end"), "other-schema"],
    [body("declare u acme.usr.id%type; begin end"), "other-schema"],
    [body("declare r record; begin for r in select * from acme.usr loop end loop; end"), "other-schema"],
    [body("begin raise notice '%', (select count(*) from acme.usr); end"), "other-schema"],
    [body("begin execute 'update acme.usr set a = 1'; end"), "other-schema"],
    [body("begin execute format('update %I.usr set a = 1', 'acme'); end"), "other-schema"],
    [body("update acme.usr set a = 1", "sql"), "other-schema"],
    ["create function f() returns int begin atomic select count(*) from acme.usr; end", "other-schema"],
    ["create function f() returns int return (select count(*) from acme.usr)", "other-schema"],
    ["create function acme.f() returns int language sql as 'select 1'", "other-schema"],
    ["create function f(acme.mood) returns int language sql as 'select 1'", "other-schema"],
    [block("update acme.usr set a = 1;"), "other-schema"],
    [block("execute 'delete from acme.usr';"), "other-schema"],
    // The search_path.
    ["set search_path to acme", "search-path"],
    ["set local search_path = acme, public", "search-path"],
    ['set session "search_path" = acme', "search-path"],
    ['set "SEARCH_PATH" to acme', "search-path"],
    ["set schema 'acme'", "search-path"],
    ["set search_path to public", "search-path"],
    ["set search_path to default", "search-path"],
    ["reset search_path", "search-path"],
    ["reset all", "search-path"],
    ["discard all", "search-path"],
    ["select set_config('search_path', 'acme', false)", "search-path"],
    ["select pg_catalog.set_config('Search_Path', 'acme', true)", "search-path"],
    ["select set_config('search' || '_path', 'acme', true)", "search-path"],
    ["create view v as select set_config('search_path', 'acme', false)", "search-path"],
    ["alter table usr alter a set default set_config('search_path', 'acme', false)::int", "search-path"],
    ["create function f() returns int language sql set search_path = acme as 'select 1'", "search-path"],
    ["create procedure f() language sql set search_path to public, acme as 'select 1'", "search-path"],
    ["alter function f() set search_path = acme", "search-path"],
    ["alter routine f() set search_path to '$user'", "search-path"],
    [block("set local search_path to acme;"), "search-path"],
    [block("perform set_config('search_path', 'acme', true);"), "search-path"],
    [body("begin set search_path to acme; end"), "search-path"],
    [body("declare p text := set_config('search_path', 'acme', true); begin end"), "search-path"],
    [body("begin execute 'set search_path to acme'; end"), "search-path"],
    ["select set_config(name, setting, false) from pg_settings", "unreadable"],
    [body("declare n text := 'search_path'; begin perform set_config(n, 'acme', true); end"), "unreadable"],
    ["update pg_settings set setting = 'acme' where name = 'search_path'", "unreadable"],
    // The role.
    ["set role acme_owner", "role"],
    ["set local role none", "role"],
    ["reset role", "role"],
    ["set session authorization acme_owner", "role"],
    ["select set_config('role', 'acme_owner', false)", "role"],
    ["create function f() returns int language sql set role = x as 'select 1'", "role"],
    // What tells the rollout what was read.
    ["set local track_counts = off", "reading"],
    ["create function f() returns int language sql set track_counts = off as 'select 1'", "reading"],
    // Arguments of a trigger.
    ["create trigger t before insert on usr for each row execute function f('acme.log')", "other-schema"],
    ["create trigger t before insert on usr execute function tsvector_update_trigger(v, 'acme.c', a)", "other-schema"],
    // What cannot be read.
    [body("begin execute 'update ' || tg_argv[0] || ' set a = 1'; end"), "unreadable"],
    // Outside a transaction no lock tells what a function read.
    ["create index concurrently on usr (shape(a))", "unreadable"],
    ["create index concurrently on usr (a) where shape(a) = 1", "unreadable"],
    ["create index concurrently on usr (public.lower(a))", "unreadable"],
    [`create unique index concurrently on usr (lower(public.U&"\\0073hape"(a)))`, "unreadable"],
    ["create index concurrently on usr (coalesce(shape(a), 1), b)", "unreadable"],
    ["create index concurrently on usr ((array[shape(a)])) include (b)", "unreadable"],
    [`${body("begin return 1; end")}; create index concurrently on usr (f())`, "unreadable"],
    [body("begin execute format('update %I.usr set a = 1', tg_argv[0]); end"), "unreadable"],
    [body("begin execute format('update %s set a = 1', tg_argv[0]); end"), "unreadable"],
    [body("begin execute format('select nextval(%L)', tg_argv[0]); end"), "unreadable"],
    [body("begin execute format('select set_config(%L, %L, true)', a, b); end"), "unreadable"],
    [body("declare c refcursor; begin open c for execute tg_argv[0]; end"), "unreadable"],
    // A relation that may be another than the caller's, and what is no name of a relation.
    [given("begin execute format('update %s.usr set a = 1', tbl); end"), "unreadable"],
    [given("begin execute format('update %s set a = 1', tbl); end", "tbl text"), "unreadable"],
    [given("begin execute format('update %s set a = 1', tbl); end", "inout tbl regclass"), "unreadable"],
    [given("begin execute format('update %s set a = 1', tbl); end", "variadic tbl regclass[]"), "unreadable"],
    [given("declare tbl text := name; begin execute format('update %s set a = 1', tbl); end"), "unreadable"],
    [
      given("begin tbl := (select max(oid) from pg_class); execute format('update %s set a = 1', tbl); end"),
      "unreadable",
    ],
    [
      given("begin f.tbl = (select max(oid) from pg_class); execute format('update %s set a = 1', tbl); end"),
      "unreadable",
    ],
    [
      given("begin select max(oid) into tbl from pg_class; execute format('update %s set a = 1', tbl); end"),
      "unreadable",
    ],
    [given("begin for tbl in select oid from pg_class loop execute 'analyze ' || tbl; end loop; end"), "unreadable"],
    [given("begin foreach tbl in array a loop execute 'analyze ' || tbl; end loop; end"), "unreadable"],
    [given("begin select x into f.tbl from y; execute 'analyze ' || tbl; end"), "unreadable"],
    [given("begin $1 := (select x from y); execute 'analyze ' || tbl; end"), "unreadable"],
    [given("declare t alias for tbl; begin t := (select x from y); execute 'analyze ' || tbl; end"), "unreadable"],
    [given("declare t alias for tbl; begin call p(t); execute 'analyze ' || tbl; end"), "unreadable"],
    [given("begin call p(f.tbl); execute 'analyze ' || tbl; end"), "unreadable"],
    [given("begin call p($1); execute 'analyze ' || tbl; end"), "unreadable"],
    [given("begin execute 'analyze ' || tbl; end", "tbl regclass default 'acme.usr'"), "other-schema"],
    ["select f(tbl => 'acme.usr')", "other-schema"],
    [given("begin execute format('update %s set a = 1; update acme.usr set a = 1', tbl); end"), "other-schema"],
    [body("begin return query execute q; end").replace("void", "setof int"), "unreadable"],
    [body("import os", "plpython3u"), "unreadable"],
    ["select query_to_xml(q, true, false, '') from queries", "unreadable"],
    [body("set_config_by_name", "internal"), "unreadable"],
    // Bodies within bodies.
    ["do $a$ begin execute $b$ do $c$ begin execute 'delete from acme.usr'; end $c$ $b$; end $a$", "other-schema"],
    [
      "do $a$ begin create function f() returns int language sql as 'select max(a) from acme.usr'; end $a$",
      "other-schema",
    ],
    [
      "do $a$ begin create function f() returns int language plpgsql as $b$ begin execute q; end $b$; end $a$",
      "unreadable",
    ],
    [
      "create function f() returns void language sql as $a$ do $b$ begin update acme.usr set a = 1; end $b$ $a$",
      "other-schema",
    ],
    [
      "create function f() returns void language plpgsql as $a$ begin do $b$ begin execute q; end $b$; end $a$",
      "unreadable",
    ],
    [
      body("begin create function g() returns int language sql set search_path = acme as 'select 1'; end"),
      "search-path",
    ],
    ["do $a$ begin create function f() returns int language plpython3u as 'import os'; end $a$", "unreadable"],
    // Values of every tenant.
    ["select most_common_vals from pg_stats where tablename = 'usr'", "other-schema"],
    ["insert into usr select stavalues1::text from pg_catalog.pg_statistic", "other-schema"],
    ["create view v as select * from pg_stats_ext", "other-schema"],
    ["select database_to_xml(true, false, '')", "other-schema"],
    ["select * from connectby('acme.usr', 'id', 'up', '1', 0) t (a int)", "other-schema"],
    ["select * from xpath_table('id', 'doc', 'acme.usr', '/a', 'true') t (a int)", "other-schema"],
    ["select data from pg_largeobject", "shared-object"],
    ["delete from pg_largeobject", "shared-object"],
    // What is shared.
    ["insert into public.plans values (1)", "shared-write"],
    ["update extensions.t set a = 1", "shared-write"],
    ["create table public.t (a int)", "shared-write"],
    ["alter table public.plans add column a int", "shared-write"],
    ["create index on public.plans (a)", "shared-write"],
    ["drop table public.plans", "shared-write"],
    ["drop type public.mood", "shared-write"],
    ["truncate public.plans", "shared-write"],
    ["create trigger t after insert on public.plans execute function f()", "shared-write"],
    ["create or replace function public.f() returns int language sql as 'select 1'", "shared-write"],
    ["comment on type public.mood is 'x'", "shared-write"],
    ["select setval('public.s', 1)", "shared-write"],
    ["grant select on public.plans to x", "shared-write"],
    ["update pg_catalog.pg_class set relname = 'x'", "shared-write"],
    ["update pg_proc set prosrc = 'x'", "shared-write"],
    ["delete from pg_description", "shared-write"],
    ["create extension pg_trgm", "shared-object"],
    ["create extension if not exists pg_trgm", "shared-object"],
    ["create extension citext", "shared-object"],
    ["drop extension citext", "shared-object"],
    ["alter extension citext update", "shared-object"],
    ["create schema other", "shared-object"],
    ["drop schema acme cascade", "shared-object"],
    ["alter schema acme rename to b", "shared-object"],
    ["grant usage on schema acme to x", "shared-object"],
    ["create publication p for table usr", "shared-object"],
    ["alter publication p add table usr", "shared-object"],
    ["create event trigger e on ddl_command_end execute function f()", "shared-object"],
    ["alter default privileges grant select on tables to x", "shared-object"],
    ["drop owned by x", "shared-object"],
    ["reassign owned by x to y", "shared-object"],
    ["vacuum", "shared-object"],
    ["analyze", "shared-object"],
    ["select lo_create(0)", "shared-object"],
    ["comment on database d is 'x'", "shared-object"],
    // Timeouts.
    ["set lock_timeout = 0", "timeout"],
    ["set local lock_timeout to '10s'", "timeout"],
    ["reset lock_timeout", "timeout"],
    ["set statement_timeout to default", "timeout"],
    ["select set_config('lock_timeout', '0', true)", "timeout"],
    [block("set local lock_timeout = 0;"), "timeout"],
    [block("perform set_config('statement_timeout', '0', true);"), "timeout"],
    ["create function f() returns int language sql set lock_timeout = 0 as 'select 1'", "timeout"],
    ["alter function f() set statement_timeout to '1h'", "timeout"],
    ["set lock_timeout = 0; create index concurrently i on usr (a); alter table usr add b int", "timeout"],
  ])("is left by %s", (sql, code) => {
    expect(codes(sql)).toContain(code);
  });

  it.each([
    "update usr set a = (select max(id) from public.plans)",
    "alter table usr add column plan int references public.plans (id)",
    "create table t (name extensions.citext, id uuid default extensions.uuid_generate_v4())",
    "create view v as select u.* from usr u join public.plans p on p.id = u.plan",
    "create index on usr using gin (name extensions.gin_trgm_ops)",
    "create trigger t before insert on usr for each row execute function public.touch()",
    "create extension if not exists citext",
    "create cast (text as mood) with function public.to_mood(text)",
    "select * from pg_catalog.pg_class c join information_schema.tables t on t.table_name = c.relname",
    "select pg_catalog.now(), 1 operator(pg_catalog.+) 2, 'usr'::regclass, nextval('s')",
    "alter table usr alter a set default nextval('usr_id_seq'::regclass)",
    "create temp table work as select * from usr; insert into pg_temp.work select * from usr",
    "drop trigger t on usr; drop policy p on usr; comment on column usr.a is 'acme.example.com'",
    "alter sequence s owned by usr.id",
    "drop operator class if exists ops using btree",
    "insert into usr (name, mail) values ('acme', 'info@acme.com'), ('see acme.pdf or https://acme.com', null)",
    "create trigger t before insert on usr execute function tsvector_update_trigger(v, 'pg_catalog.english', a)",
    "create trigger t before insert on usr for each row execute function f('https://acme.example.com/path', '', 1)",
    "select regexp_replace(name, 'foo.bar', '') from usr",
    "select jsonb_build_object('a.b', 1)",
    "set lock_timeout = '1s'; set local statement_timeout = 60000; set client_min_messages = warning",
    "set lock_timeout = 0; create index concurrently i on usr (a)",
    "set lock_timeout = 0; set statement_timeout = 0; create index concurrently i on usr (a); set lock_timeout = '2s'",
    "set constraints all deferred; set transaction isolation level serializable",
    "create function f() returns int language sql set search_path from current as 'select 1'",
    "create function f() returns int language sql set search_path = '' as 'select 1'",
    "create function f() returns int language sql security definer set search_path = pg_catalog, pg_temp as 'select 1'",
    "alter function f() reset search_path",
    body("begin new.a := old.a; execute 'update usr set a = 1'; end").replace("void", "trigger"),
    body("begin execute format('alter table %I add column b int', tg_argv[0]); end"),
    body("begin execute format('update %I.usr set a = %L', tg_table_schema, new.a); end").replace("void", "trigger"),
    body("begin execute 'analyze ' || quote_ident(tg_argv[0]); end"),
    given("begin execute format('create trigger t before update on %s for each row execute procedure g()', tbl); end"),
    given("declare tbl_name text; begin tbl_name := 'a'; execute 'analyze ' || tbl; end"),
    given("declare n int; begin execute 'analyze ' || tbl; get diagnostics n = row_count; call p(n); end"),
    given("declare n int; begin foreach n in array a loop execute 'analyze ' || tbl; end loop; end"),
    given("begin execute 'analyze ' || tbl; execute 'lock table ' || tbl::text; end", "a int, tbl pg_catalog.regclass"),
    body("declare m mood; u usr%rowtype; i usr.id%type; begin select 1 into i; end"),
    body("declare x public.mood; begin x := 'a'; end"),
    body("select count(*) from usr", "sql"),
    "analyze usr",
    "do $a$ begin create function f() returns int language plpgsql as $b$ begin update usr set a = 1; execute 'analyze usr'; end $b$; end $a$",
    "do $a$ begin do $b$ begin update usr set a = 1; end $b$; end $a$",
    "create index concurrently on usr (lower(mail), (data ->> 'a'), coalesce(a, b), md5(c)) where length(mail) > 3 and date_trunc('day', at, 'UTC') > now()",
    "create index concurrently on usr using gin (to_tsvector('english', body), name gin_trgm_ops)",
    "create unique index concurrently if not exists u on usr (id) include (a) where not gone and mood = 'sad'::mood",
    "create index on usr (shape(a)); drop index concurrently u; reindex index concurrently u; vacuum (analyze) usr",
  ])("is not left by %s", (sql) => {
    expect(isolationFindings(testMigration(sql).up, SCOPE)).toEqual([]);
  });

  it("may be named where all tenants of the text have the schema of that name", () => {
    const scope = { ...SCOPE, own: "acme" };
    expect(
      codes("update acme.usr set a = 1; grant usage on schema acme to x; create schema if not exists acme", scope),
    ).toEqual([]);
    expect(codes("update globex.usr set a = 1", scope)).toEqual(["other-schema"]);
  });

  it("may change what is shared where it is the release of what is shared", () => {
    const scope = { ...SCOPE, own: "public", ofShared: true };
    const sql = "create extension pg_trgm schema extensions; alter table public.plans add a int; create schema reports";
    expect(codes(sql, scope)).toEqual([]);
    expect(codes("update acme.usr set a = 1; set search_path to acme", scope)).toEqual(["other-schema", "search-path"]);
  });

  it("names the place in a body, and what would accept a piece that cannot be read", () => {
    const sql =
      "create function f() returns void language plpgsql as $$\nbegin\n  update acme.usr set a = 1;\n  execute a;\nend $$";
    const found = isolationFindings(testMigration(sql).up, SCOPE);
    expect(found.map(({ source, unknown }) => [source?.line, unknown ?? false])).toEqual([
      [3, false],
      [4, true],
    ]);
    const hash = /"hash": "([0-9a-f]{64})"/.exec(found[1]?.remedy?.text ?? "")?.[1] ?? "";
    const acceptances = { now: 0, list: [{ hash, reason: "looked at", expires: 1 }] };
    expect(isolationFindings(testMigration(sql).up, { ...SCOPE, acceptances })).toHaveLength(1);
    expect(
      isolationFindings(testMigration(sql).up, { ...SCOPE, acceptances: { ...acceptances, now: 2 } }),
    ).toHaveLength(2);
  });
});

describe("a tenant that is a database", () => {
  it.each([
    ["select * from other.public.usr", "other-database"],
    ["select dblink('dbname=other', 'delete from usr')", "other-database"],
    ["select * from dblink('dbname=other', 'select 1') as t (a int)", "other-database"],
    ["select extensions.dblink_exec('c', 'delete from usr')", "other-database"],
    [body("begin perform dblink_connect('dbname=other'); end"), "other-database"],
    [block("perform dblink_send_query('c', 'select 1');"), "other-database"],
    ["create view v as select * from dblink('dbname=other', 'select 1') as t (a int)", "other-database"],
    ["create server s foreign data wrapper postgres_fdw", "other-database"],
    ["alter server s options (set host 'x')", "other-database"],
    ["create user mapping for public server s", "other-database"],
    ["create foreign table f (a int) server s", "other-database"],
    ["import foreign schema public from server s into public", "other-database"],
    ["set lock_timeout = 0", "timeout"],
    ["select set_config('statement_timeout', '0', false)", "timeout"],
    ["reset all", "timeout"],
    [block("perform set_config(current_setting('x.y'), '0', true);"), "unreadable"],
    ["set session authorization postgres", "role"],
    ["set local session authorization 'postgres'", "role"],
    ["set session_authorization = postgres", "role"],
    ["select set_config('session_authorization', 'postgres', false)", "role"],
    ["select set_config('session_authorization', current_setting('x.y'), true)", "role"],
    [block("execute 'set session authorization postgres';"), "role"],
    // Rounded to 0, which is no limit.
    ["set lock_timeout = '400us'", "timeout"],
    ["set lock_timeout = 0.4", "timeout"],
    ["set local statement_timeout = '0.0001s'", "timeout"],
    ["select set_config('lock_timeout', '1us', false)", "timeout"],
    ["create function f() returns int language sql set lock_timeout = '0.1ms' as 'select 1'", "timeout"],
    ["alter role app set lock_timeout = 0", "timeout"],
    ["alter role all set statement_timeout to '0'", "timeout"],
    ["alter user app in database d set lock_timeout = '10us'", "timeout"],
    ["alter database d set lock_timeout = 0", "timeout"],
    ["alter system set statement_timeout = 0", "timeout"],
    [block("alter role app set lock_timeout = 0;"), "timeout"],
    [block("execute 'alter database d set lock_timeout = 0';"), "timeout"],
    ["create function f() returns int language sql set session_authorization = postgres as 'select 1'", "role"],
  ])("is left by %s", (sql, code) => {
    expect(codes(sql, DATABASES)).toContain(code);
  });

  it.each([
    "set search_path to app; set role app_owner; update app.usr set a = 1; create extension pg_trgm",
    "create schema app; create publication p for all tables; select lo_create(0); vacuum",
    "set session authorization default; reset session authorization",
    "create function app.f() returns int language sql set search_path = app as 'select 1'",
    body("begin execute q; end"),
    body("import os", "plpython3u"),
    "set lock_timeout = '2s'; select set_config('lock_timeout', '500ms', true), set_config('work_mem', '1GB', true)",
    "alter role app set statement_timeout = '10min'; alter database d reset lock_timeout; alter role app reset all",
    "alter role app set search_path = app, public; alter database d set timezone = 'UTC'; alter system set work_mem = '8MB'",
  ])("is not left by %s", (sql) => {
    expect(isolationFindings(testMigration(sql).up, DATABASES)).toEqual([]);
  });
});

/** A search_path that only the run tells, each in its third line. */
const HIDDEN_PATHS: readonly string[] = [
  "do $$ declare p text := 'acme'; begin\n\n perform set_config('search_path', p, false); end $$",
  "create function f(s text) returns void language plpgsql as $$ begin\n\n execute 'set search_path to ' || quote_ident(s); end $$",
  "create function f(s text) returns void language plpgsql as $$ begin\n\n execute format('set search_path to %I', s); end $$",
  "create function f(n text, v text) returns text language sql as $$\n\n select set_config(n, v, false) $$",
  "create function f(v text) returns text language sql as $$\n\n select set_config('search_path', v, true) $$",
  "do $$ begin\n\n perform set_config(lower('SEARCH_PATH'), 'acme', true); end $$",
  "do $$ declare q text := 'set search_path'; begin q := q || ' to acme';\n\n execute q; end $$",
  "\n\nselect set_config(k, v, false) from (values ('search_path', 'acme')) t (k, v)",
  "create procedure f(s text) language plpgsql as $$ begin\n\n execute concat('set ', 'search', '_path = ', s); end $$",
  "do $$ declare n text := 'search_path'; begin\n\n execute 'reset ' || n; end $$",
  "do $$ declare r record; begin\n\n for r in select 'set search_path to acme' as q loop execute r.q; end loop; end $$",
  "\n\nalter function f() set search_path = acme",
  "do $$ declare s text; begin s := 'acme';\n\n execute 'set search_path to ' || s; end $$",
  "do $$ declare s text := 'acme'; begin\n\n execute format('set local search_path to %I', s); end $$",
];

/** Another tenant's name in what a block executes, put together of what its variables hold. */
const HIDDEN_NAMES: readonly string[] = [
  "do $$ declare q text := 'update acme.usr set a = 1'; begin\n\n execute q; end $$",
  "do $$ declare s text := 'acme'; begin\n\n execute format('delete from %I.usr', s); end $$",
  "do $$ declare s text; begin s := 'acme';\n\n execute 'truncate ' || s || '.usr'; end $$",
  "do $$ declare s text := 'ac'; begin s := s || 'me';\n\n execute 'drop table ' || s || '.usr'; end $$",
  "do $$ declare s text := 'public'; begin\n\n execute format('update %I.plans set name = 1', s); end $$",
  "do $$ declare s text; begin foreach s in array array['globex', 'acme'] loop\n\n execute format('insert into %I.usr values (1)', s); end loop; end $$",
];

describe("a search_path that is hidden in a variable", () => {
  it.each(HIDDEN_PATHS)("is blocked, with the place: %s", async (sql) => {
    const release = await readRelease(filesOf({ "1_a.sql": sql }), { convention: "plain" });
    const unread = release.findings.filter(({ severity }) => severity === "error");
    const [first] = [...isolationFindings(testMigration(sql).up, SCOPE), ...unread];
    expect(first).toMatchObject({
      severity: "error",
      code: expect.stringMatching(/^isolation\.(search-path|unreadable)$|^release\.opaque$/),
    });
    expect(first?.source?.line).toBe(3);
    if (first?.code !== "isolation.search-path") expect(first?.unknown).toBe(true);
  });
});

it("a relation that a caller passes is judged where it is called", async () => {
  const helper = `${given("begin execute format('update %s set a = 1', tbl); end")};`;
  expect(codes(`${helper} select f('usr')`)).toEqual([]);
  expect(codes(`${helper} select f('acme.usr')`)).toEqual(["other-schema"]);
  const files = filesOf({ "1_a.sql": `${helper} select f(oid) from pg_class where relname = 'usr'` });
  const { findings } = await readRelease(files, { convention: "plain" });
  expect(findings).toContainEqual(expect.objectContaining({ code: "release.opaque", severity: "error" }));
});

it.each(HIDDEN_NAMES)("a name that a block puts together is seen: %s", (sql) => {
  const [first] = isolationFindings(testMigration(sql).up, SCOPE);
  expect(first?.code).toMatch(/^isolation\.(other-schema|shared-write)$/);
  expect(first?.source?.line).toBe(3);
});

describe.each([
  ["schemas", SCOPE],
  ["databases", DATABASES],
])("how the server reads statements, for tenants that are %s", (_, scope) => {
  it.each(READ_OTHERWISE)("is not the release's to change: %s", (sql) => {
    expect(codes(sql, scope)).toContain("reading");
  });

  it.each(READ_THE_SAME)("may be said: %s", (sql) => {
    expect(codes(sql, scope)).toEqual([]);
  });
});
