/** Three tenants of one database with an object of each kind, and what a release for one of them does to them. */
export const TENANTS = ["acme", "globex", "initech"];
const tenant = (name: string) => `create schema ${name}; set search_path to ${name}, public;
    create type mood as enum ('sad', 'glad'); create domain few as int check (value > 0); create type pair as (a int, b int);
    create table usr (id serial primary key, name text not null, plan int references public.plans, mood mood, seen timestamptz);
    create table log (line text); create view v as select * from usr; create index usr_name on usr (name);
    insert into usr (name, plan, mood) select '${name} ' || n, 1, 'sad' from generate_series(1, 20) n;
    create sequence numbers; create function peek() returns int language sql as 'select 1';
    create procedure proc() language sql as 'select 1'; create aggregate agg(int) (sfunc = int4pl, stype = int);
    create operator === (leftarg = int, rightarg = int, function = int4eq);
    create collation coll (locale = 'C'); create text search configuration cfg (copy = simple); create text search dictionary dict (template = simple);
    create statistics stat on id, name from usr; create operator family fam using btree; create operator class opc for type int using btree as operator 1 <;
    create conversion conv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8; create policy pol on usr using (true);
    create function trg() returns trigger language plpgsql as $$ begin return new; end $$; create trigger trg before insert on usr for each row execute function trg();
    create rule rul as on insert to log do also notify x; create table parted (id int) partition by list (id); create table kid () inherits (usr); alter table usr add column borrowed bigint default nextval('public.numbers');
    reset search_path;`;
export const SETUP = `create table public.plans (id int primary key, name text); insert into public.plans values (1, 'free');
  create sequence public.numbers; select nextval('public.numbers') from generate_series(1, 9);
  create function public.touch() returns trigger language plpgsql as $$ begin return new; end $$;
  create type public.level as enum ('a', 'b'); create text search configuration public.pcfg (copy = simple);
  ${TENANTS.map(tenant).join("\n")}
  create publication pub for table acme.usr;
  create extension pg_trgm schema public; create schema ext; create extension citext schema ext; create schema hollow;
  create table acme.mail (id int, email ext.citext, at timestamptz); create cast (acme.pair as text) with inout; create cast (initech.mood as text) with inout;
  create extension hstore schema initech; create materialized view acme.mv as select 1 as a;
  create extension postgres_fdw; create server srv foreign data wrapper postgres_fdw; select lo_create(4242);
  create table initech.parent0 (name text not null);
  create function public.evt() returns event_trigger language plpgsql as $$ begin end $$;
  create function public.tr(internal) returns internal language c immutable as 'pg_trgm', 'gtrgm_consistent';
  create function initech.imm(int) returns int language sql immutable as 'select 1';
  create function initech.diff(int, int) returns float8 language sql immutable as 'select 1.0::float8';
  create function initech.add2(int, int) returns int language sql immutable as 'select 1'; alter table acme.usr alter borrowed set default nextval('initech.numbers')`;

/** What acme's release must not change, by whatever code it does so: few of these show in the locks of a relation. */
export const LEAVES = [
  "comment on function initech.peek() is 'x'",
  "comment on function globex.peek() is 'x'",
  "comment on schema initech is 'x'",
  "comment on type initech.mood is 'x'",
  "comment on text search configuration initech.cfg is 'x'",
  "comment on statistics initech.stat is 'x'",
  "comment on publication pub is 'x'",
  "alter type initech.mood add value 'mad'",
  "alter type initech.mood rename value 'sad' to 'mad'",
  "alter text search configuration initech.cfg drop mapping for word",
  "drop text search configuration initech.cfg",
  "alter text search dictionary initech.dict (stopwords = 'english')",
  "alter operator family initech.fam using btree add operator 1 < (int, bigint)",
  "drop operator class initech.opc using btree",
  "drop conversion initech.conv",
  "create cast (initech.mood as int) with inout",
  "create cast (bigint as boolean) with inout as implicit",
  "alter publication pub add table initech.log",
  "alter publication pub add table log",
  "alter function initech.peek() cost 5",
  "drop operator initech.=== (int, int)",
  "alter default privileges in schema initech grant select on tables to pg_monitor",
  "comment on trigger trg on initech.usr is 'x'",
  "comment on policy pol on initech.usr is 'x'",
  "comment on rule rul on initech.log is 'x'",
  "comment on constraint usr_pkey on initech.usr is 'x'",
  "comment on constraint few_check on domain initech.few is 'x'",
  "comment on operator class initech.opc using btree is 'x'",
  "comment on conversion initech.conv is 'x'",
  "comment on server srv is 'x'",
  "create user mapping for public server srv",
  "alter server srv options (add host 'x')",
  "create subscription sub connection 'host=/nowhere dbname=x' publication p with (connect = false)",
  "select lo_from_bytea(0, 'abc')",
  "comment on large object 4242 is 'x'",
  "alter publication pub add tables in schema initech",
  "alter publication pub add tables in schema acme",
  "alter publication pub add tables in schema hollow",
  "create transform for initech.pair language plpgsql (from sql with function public.tr(internal))",
  "create transform for box language plpgsql (from sql with function public.tr(internal))",
  "comment on cast (initech.mood as text) is 'x'",
  "alter table usr inherit initech.parent0",
  "alter type initech.pair add attribute z int",
  "alter domain initech.few drop constraint few_check",
  "do $$ begin execute format('alter database %I set work_mem = 5000', current_database()); end $$",
  "create schema other9",
  "create event trigger ev on ddl_command_end execute function public.evt()",
  "create access method am9 type index handler bthandler",
  "create language plx handler plpgsql_call_handler",
  "grant usage on language plpgsql to pg_monitor",
  "grant select on pg_catalog.pg_authid to pg_monitor",
  "grant execute on function pg_catalog.pg_ls_dir(text) to pg_monitor",
  "alter function pg_catalog.pg_ls_dir(text) cost 7",
  "alter default privileges grant select on tables to pg_monitor",
  "create function pg_catalog.f9() returns int language sql as 'select 1'",
  "comment on function pg_catalog.pg_ls_dir(text) is 'x'",
  "alter type initech.mood owner to pg_database_owner",
  "grant select (name) on initech.usr to pg_monitor",
  "create table t9 of initech.pair",
];

/** What makes something of acme's depend on what is not: it changes nothing there. */
export const USES = [
  "create table t9 (id int default nextval('initech.numbers'))",
  "create trigger t before insert on usr for each row execute function initech.trg()",
  "alter table usr add column p initech.few",
  "alter table usr add constraint c check (initech.peek() = 1)",
  "create function f9(initech.mood) returns int language sql as 'select 1'",
  "create statistics s9 on (initech.peek() + id), name from usr",
  "create index on usr ((initech.imm(id)))",
  "create type rng as range (subtype = int4, subtype_diff = initech.diff)",
  "create aggregate a9(int) (sfunc = initech.add2, stype = int)",
  "alter domain few add check (initech.peek() = value)",
  "create table t9 (m initech.hstore)",
];

/** What is acme's to do. */
export const KEEPS = [
  "comment on function peek() is 'x'",
  "comment on type mood is 'x'",
  "create cast (mood as int) with inout",
  "alter type mood add value 'mad'",
  "alter text search configuration cfg drop mapping for word",
  "alter operator family fam using btree add operator 1 < (int, bigint)",
  "drop operator class opc using btree",
  "drop conversion conv",
  "create table t9 (id int default nextval('public.numbers'), p int references public.plans)",
  "create trigger t before insert on usr for each row execute function public.touch()",
  "create view v9 as select * from public.plans",
  "alter table usr drop constraint usr_plan_fkey",
  "alter table usr add column l public.level",
  "create index on usr using gin (name public.gin_trgm_ops)",
  "create policy p on usr using (exists (select from public.plans))",
  "alter table usr alter borrowed drop default",
  "drop table usr cascade",
  "alter table usr rename to people",
  "alter table usr rename column borrowed to lent",
  "alter table usr rename column name to title",
  "alter function peek() rename to peak",
  "comment on schema acme is 'x'",
  "comment on table usr is 'x'",
  "comment on column usr.name is 'x'",
  "comment on trigger trg on usr is 'x'",
  "comment on policy pol on usr is 'x'",
  "comment on constraint usr_pkey on usr is 'x'",
  "comment on index usr_name is 'x'",
  "comment on constraint few_check on domain few is 'x'",
  "comment on operator class opc using btree is 'x'",
  "create index on mail (email)",
  "create index on mail (lower(email))",
  "create table mail2 (like mail including all)",
  "create view vm as select email, lower(email) as low from mail",
  "alter table mail alter email type text",
  "alter table mail rename to post",
  "create table kid2 () inherits (log)",
  "create cast (pair as varchar) with inout",
  "do $$ begin create cast (pair as varchar) with inout; comment on cast (pair as varchar) is 'x'; drop cast (pair as varchar); end $$",
  "do $$ begin create type brief as (a int); drop type brief; create function brief() returns int language sql as 'select 1'; comment on function brief() is 'x'; drop function brief(); end $$",
  "create cast (text as mood) with inout",
  "create cast (mood as public.level) with inout",
  "create type rng as range (subtype = int4)",
  "alter type pair add attribute c int",
  "alter domain few drop constraint few_check",
  "create schema if not exists acme",
  "alter table usr enable row level security",
  "grant select on usr to pg_monitor",
  "alter default privileges in schema acme grant select on tables to pg_monitor",
  "create unlogged table u9 (id serial)",
  "refresh materialized view mv",
  "truncate log",
  "create table parted1 partition of parted for values in (1)",
  "create aggregate a10(int) (sfunc = int4pl, stype = int)",
  "drop type pair cascade",
  "alter table usr set schema acme",
  'create collation c9 from "C"',
  "insert into usr (name, borrowed) values ('x', 1)",
  "alter sequence numbers owned by usr.id",
  "alter table mail alter id type bigint",
  "alter table mail alter at type timestamp",
  "comment on cast (pair as text) is 'x'",
  "create transform for pair language plpgsql (from sql with function public.tr(internal))",
  "alter table usr replica identity full",
  "drop trigger trg on usr",
];

/** What a release of shared objects must leave, whatever code does it. */
export const SHARED_LEAVES = [
  "comment on function initech.peek() is 'x'",
  "comment on schema initech is 'x'",
  "alter type initech.mood rename value 'sad' to 'mad'",
  "alter publication pub add table initech.log",
  "create publication pub9 for table initech.log",
  "drop sequence public.numbers cascade",
];

/** The same, which only the clone shows: schemas belong to nobody, and uses change nothing. */
export const SHARED_USES = [
  "grant usage on schema initech to pg_monitor",
  "alter schema initech owner to pg_database_owner",
  "alter table public.plans add column p initech.few",
  "create view public.peeks as select initech.peek() as n",
  "create trigger t before insert on public.plans for each row execute function initech.trg()",
  "create publication pub9 for tables in schema initech",
];

/** What it may do. */
export const SHARED_KEEPS = [
  "comment on function public.touch() is 'x'",
  "comment on schema public is 'x'",
  "comment on table public.plans is 'x'",
  "create publication pub9 for table public.plans",
  "create publication pub9 for tables in schema public",
  "create publication pub9 for all tables",
  "alter publication pub add table public.plans",
  "create extension btree_gist schema public",
  "drop extension postgres_fdw cascade",
  "create cast (public.level as int) with inout",
  "alter type public.level add value 'c'",
  "alter text search configuration public.pcfg drop mapping for word",
  "alter table public.plans add column l public.level",
  "alter function public.touch() cost 5",
  "create event trigger ev on ddl_command_end execute function public.evt()",
  "create foreign table public.far (id int) server srv",
  "create table public.sizes (id serial primary key, plan int references public.plans)",
  "insert into public.plans values (2, 'paid')",
  "select nextval('public.numbers')",
  "grant select on public.plans to pg_monitor",
  "alter default privileges in schema public grant select on tables to pg_monitor",
  "alter table public.plans rename to offers",
  "create table public.mails (email ext.citext)",
];
