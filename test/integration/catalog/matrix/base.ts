/** The schema that every change starts from. */
export const MATRIX_BASE = `
create schema app;
create extension citext with schema public version '1.5';
create type app.mood as enum ('sad', 'ok', 'glad');
create type app.pair as (a integer, b text);
create type app.span as range (subtype = integer);
create domain app.positive as integer check (value > 0);
create sequence app.counter;
create table app.users (
  id bigint generated always as identity primary key,
  email text not null,
  name varchar(50),
  mood app.mood default 'ok',
  quota integer not null default 10 check (quota >= 0),
  upper_name text generated always as (upper(name)) stored,
  note text,
  constraint users_email_key unique (email)
);
create table app.orders (
  id serial primary key,
  user_id bigint not null references app.users (id) on delete cascade,
  total numeric(12, 2) not null default 0,
  placed_at timestamptz not null default now(),
  period int4range,
  constraint orders_no_overlap exclude using gist (period with &&)
);
create index orders_user on app.orders (user_id, placed_at desc);
create index orders_big on app.orders (total) where total > 100;
create index users_lower on app.users (lower(email));
create unique index users_name on app.users (name) include (note);
create table app.events (id bigint not null, at date not null) partition by range (at);
create table app.events_2026 partition of app.events for values from ('2026-01-01') to ('2027-01-01');
create table app.parent (a integer);
create table app.child (b integer) inherits (app.parent);
create view app.active as select id, email from app.users where quota > 0;
create materialized view app.totals as select user_id, sum(total) as total from app.orders group by user_id;
create function app.touch() returns trigger language plpgsql as 'begin return new; end';
create function app.add(a integer, b integer) returns integer language sql immutable as 'select a + b';
create procedure app.tidy() language sql as 'delete from app.orders where false';
create aggregate app.sum2(integer) (sfunc = int4pl, stype = integer, initcond = '0');
create trigger users_touch before update on app.users for each row execute function app.touch();
create rule no_delete as on delete to app.parent do instead nothing;
alter table app.users enable row level security;
create policy mine on app.users using (id > 0);
create statistics app.orders_stats (dependencies) on user_id, total from app.orders;
create collation app.plain (provider = libc, locale = 'C');
create publication feed for table app.orders;
create function app.watch() returns event_trigger language plpgsql as 'begin end';
create event trigger watcher on ddl_command_end execute function app.watch();
create function app.mood_number(app.mood) returns integer language sql immutable as 'select 1';
create cast (app.mood as integer) with function app.mood_number(app.mood);
create operator app.### (leftarg = integer, rightarg = integer, function = pg_catalog.int4eq);
create text search configuration app.words (copy = pg_catalog.simple);
comment on table app.users is 'People';
create table app.second_parent (b integer);
create type app.row_type as (a integer, b text);
create table app.typed of app.row_type;
create table app.codes (code text collate "C", tag name, period int4range, days int4range);
create index events_at on app.events (at);
create index events_id on app.events (id);
create trigger events_touch after insert on app.events for each row execute function app.touch();
create unlogged table app.scratchpad (a integer);
alter table app.scratchpad enable row level security;
alter table app.scratchpad force row level security;
create index totals_user on app.totals (user_id);
create function app.in_four(cstring) returns app.four language internal immutable strict as 'int4in';
create function app.out_four(app.four) returns cstring language internal immutable strict as 'int4out';
create type app.four (input = app.in_four, output = app.out_four, internallength = 4, passedbyvalue);
create function app.internals(internal) returns internal language internal immutable as 'prsd_end';
create function app.to_mood(internal) returns app.mood language internal immutable as 'prsd_end';
create transform for app.mood language plpgsql (from sql with function app.internals(internal), to sql with function app.to_mood(internal));
create operator family app.numbers using btree;
create operator class app.reverse for type integer using btree family app.numbers as
  operator 1 >, operator 2 >=, operator 3 =, operator 4 <=, operator 5 <, function 1 btint4cmp(integer, integer);
create function app.compare(integer, integer) returns integer language sql immutable as 'select 0';
create operator class app.builtin for type app.mood using hash family pg_catalog.integer_ops as
  function 1 (app.mood, app.mood) hashenum(anyenum);
create conversion app.convert for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create text search dictionary app.lexemes (template = simple, stopwords = english);
create text search parser app.splitter (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
create text search template app.pattern (lexize = dsimple_lexize);
create language plother handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator;
create access method heap3 type table handler heap_tableam_handler;
create foreign data wrapper remote options (a '1');
create server far type 't' version '1' foreign data wrapper remote options (host 'h');
create user mapping for public server far options (user 'u');
create foreign table app.distant (id integer options (column_name 'x') not null, note text) server far options (table_name 't');
alter default privileges in schema app grant select on sequences to matrix_reader;
do $$ begin execute format('alter database %I set work_mem = ''5MB''', current_database()); end $$;
`;
