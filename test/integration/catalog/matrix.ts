import type { ObjectKind } from "../../../lib/core/catalog/catalog.js";

/** One change of a schema and the difference that it must show, seen from the declared side. */
export interface MatrixEntry {
  readonly name: string;
  readonly sql: string;
  readonly kind: ObjectKind;
  readonly subject: string;
  readonly change: "missing" | "unexpected" | "changed";
  readonly attribute?: string;
  readonly severity: "error" | "warning" | "note";
  /** First major version that knows it. */
  readonly since?: number;
  /** There is no repair: only a person can decide. */
  readonly unrepaired?: true;
}

/** The schema that every change starts from. */
export const MATRIX_BASE = `
create schema app;
create extension citext with schema public;
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
`;

const table = (
  name: string,
  sql: string,
  attribute: string,
  severity: MatrixEntry["severity"],
  more: Partial<MatrixEntry> = {},
) =>
  ({ name, sql, kind: "table", subject: "app.users", change: "changed", attribute, severity, ...more }) as MatrixEntry;
const column = (
  name: string,
  sql: string,
  attribute: string,
  severity: MatrixEntry["severity"],
  more: Partial<MatrixEntry> = {},
) =>
  ({
    name,
    sql,
    kind: "column",
    subject: "app.users.quota",
    change: "changed",
    attribute,
    severity,
    ...more,
  }) as MatrixEntry;
const made = (kind: ObjectKind, subject: string, sql: string, more: Partial<MatrixEntry> = {}) =>
  ({
    name: `create ${kind} ${subject}`,
    sql,
    kind,
    subject,
    change: "unexpected",
    severity: "error",
    ...more,
  }) as MatrixEntry;
const gone = (kind: ObjectKind, subject: string, sql: string, more: Partial<MatrixEntry> = {}) =>
  ({
    name: `drop ${kind} ${subject}`,
    sql,
    kind,
    subject,
    change: "missing",
    severity: "error",
    ...more,
  }) as MatrixEntry;
const altered = (kind: ObjectKind, subject: string, attribute: string, sql: string, more: Partial<MatrixEntry> = {}) =>
  ({
    name: `${kind} ${subject}: ${sql}`,
    sql,
    kind,
    subject,
    change: "changed",
    attribute,
    severity: "error",
    ...more,
  }) as MatrixEntry;

export const MATRIX: readonly MatrixEntry[] = [
  made("table", "app.extra", "create table app.extra (id integer primary key, label text not null default 'x')"),
  gone("table", "app.orders", "drop materialized view app.totals; drop table app.orders", { unrepaired: true }),
  table(
    "enable force row level security",
    "alter table app.users force row level security",
    "forceRowSecurity",
    "error",
  ),
  table("disable row level security", "alter table app.users disable row level security", "rowSecurity", "error"),
  table("fillfactor", "alter table app.users set (fillfactor = 70)", "options", "warning"),
  table("toast option", "alter table app.users set (toast.autovacuum_enabled = false)", "toastOptions", "warning"),
  table("replica identity full", "alter table app.users replica identity full", "replicaIdentity", "warning"),
  table(
    "replica identity by index",
    "alter table app.users replica identity using index users_email_key",
    "replicaIdentity",
    "warning",
  ),
  table("comment", "comment on table app.users is 'Persons'", "comment", "note"),
  table("comment removed", "comment on table app.users is null", "comment", "note"),
  table("grant", "grant select on app.users to matrix_reader", "privileges", "warning"),
  table("grant to everyone", "grant select on app.users to public", "privileges", "warning"),
  table("revoke from the owner", "revoke delete on app.users from current_user", "privileges", "warning"),
  table("owner", "alter table app.users owner to matrix_reader", "owner", "warning"),
  altered("table", "app.child", "persistence", "alter table app.child set unlogged", { severity: "warning" }),
  altered("table", "app.child", "inherits", "alter table app.child no inherit app.parent", { unrepaired: true }),
  altered("table", "app.events_2026", "partitionOf", "alter table app.events detach partition app.events_2026"),
  made(
    "table",
    "app.events_2027",
    "create table app.events_2027 partition of app.events for values from ('2027-01-01') to ('2028-01-01')",
  ),

  made("column", "app.users.nickname", "alter table app.users add nickname text"),
  gone("column", "app.users.note", "alter table app.users drop note cascade"),
  altered("column", "app.child.b", "type", "alter table app.child alter b type bigint"),
  column("drop not null", "alter table app.users alter quota drop not null", "notNull", "error"),
  column("default", "alter table app.users alter quota set default 20", "default", "error"),
  column("drop default", "alter table app.users alter quota drop default", "default", "error"),
  column("statistics target", "alter table app.users alter quota set statistics 500", "statistics", "warning"),
  column("n_distinct", "alter table app.users alter quota set (n_distinct = 5)", "options", "warning"),
  column("comment", "comment on column app.users.quota is 'Limit'", "comment", "note"),
  column("grant", "grant select (quota) on app.users to matrix_reader", "privileges", "warning"),
  altered("column", "app.users.note", "storage", "alter table app.users alter note set storage external", {
    severity: "warning",
  }),
  altered("column", "app.users.note", "compression", "alter table app.users alter note set compression pglz", {
    severity: "warning",
  }),
  altered("column", "app.users.note", "collation", 'alter table app.users alter note type text collate "C"'),
  altered("column", "app.users.note", "notNull", "alter table app.users alter note set not null"),
  altered(
    "column",
    "app.users.name",
    "type",
    "alter table app.users drop upper_name; alter table app.users alter name type varchar(60)",
    { name: "varchar(60)" },
  ),
  altered("column", "app.users.id", "identity", "alter table app.users alter id set generated by default"),
  altered("column", "app.users.id", "identity", "alter table app.users alter id drop identity", {
    name: "drop identity",
  }),
  altered(
    "column",
    "app.users.upper_name",
    "generationExpression",
    "alter table app.users alter upper_name drop expression",
    { unrepaired: true },
  ),

  made("constraint", "app.users.quota_small", "alter table app.users add constraint quota_small check (quota < 1000)"),
  made(
    "constraint",
    "app.users.quota_later",
    "alter table app.users add constraint quota_later check (quota < 1000) not valid",
  ),
  gone("constraint", "app.users.users_quota_check", "alter table app.users drop constraint users_quota_check"),
  gone("constraint", "app.users.users_email_key", "alter table app.users drop constraint users_email_key"),
  gone("constraint", "app.users.users_pkey", "alter table app.users drop constraint users_pkey cascade"),
  gone("constraint", "app.orders.orders_user_id_fkey", "alter table app.orders drop constraint orders_user_id_fkey"),
  gone("constraint", "app.orders.orders_no_overlap", "alter table app.orders drop constraint orders_no_overlap"),
  altered(
    "constraint",
    "app.orders.orders_user_id_fkey",
    "deferrable",
    "alter table app.orders alter constraint orders_user_id_fkey deferrable",
  ),
  altered(
    "constraint",
    "app.orders.orders_user_id_fkey",
    "definition",
    "alter table app.orders drop constraint orders_user_id_fkey, add constraint orders_user_id_fkey foreign key (user_id) references app.users (id)",
    { name: "on delete cascade lost" },
  ),
  altered(
    "constraint",
    "app.orders.orders_user_id_fkey",
    "validated",
    "alter table app.orders drop constraint orders_user_id_fkey, add constraint orders_user_id_fkey foreign key (user_id) references app.users (id) on delete cascade not valid",
    { name: "foreign key not valid" },
  ),
  altered(
    "constraint",
    "app.orders.orders_user_id_fkey",
    "enforced",
    "alter table app.orders alter constraint orders_user_id_fkey not enforced",
    { since: 18 },
  ),
  altered(
    "constraint",
    "app.orders.orders_user_id_fkey",
    "triggersDisabled",
    "alter table app.orders disable trigger all",
    { unrepaired: true },
  ),
  altered(
    "constraint",
    "app.users.users_quota_check",
    "definition",
    "alter table app.users drop constraint users_quota_check, add constraint users_quota_check check (quota >= 1)",
    { name: "check expression" },
  ),
  made(
    "constraint",
    "app.users.quota_is_there",
    "alter table app.users rename constraint users_quota_not_null to quota_is_there",
    { since: 18, name: "named not null" },
  ),
  altered(
    "constraint",
    "app.users.users_quota_check",
    "comment",
    "comment on constraint users_quota_check on app.users is 'c'",
    { severity: "note" },
  ),

  made("index", "app.orders.orders_total", "create index orders_total on app.orders (total)", { severity: "warning" }),
  made("index", "app.users.users_note", "create unique index users_note on app.users (note)"),
  gone("index", "app.orders.orders_user", "drop index app.orders_user", { severity: "warning" }),
  gone("index", "app.users.users_name", "drop index app.users_name"),
  altered(
    "index",
    "app.orders.orders_user",
    "definition",
    "drop index app.orders_user; create index orders_user on app.orders (user_id, placed_at)",
    { name: "index order" },
  ),
  altered(
    "index",
    "app.orders.orders_big",
    "predicate",
    "drop index app.orders_big; create index orders_big on app.orders (total) where total > 200",
    { name: "index predicate" },
  ),
  altered(
    "index",
    "app.orders.orders_big",
    "method",
    "drop index app.orders_big; create index orders_big on app.orders using brin (total) where total > 100",
    { name: "index method" },
  ),
  altered(
    "index",
    "app.users.users_lower",
    "keys",
    "drop index app.users_lower; create index users_lower on app.users (upper(email))",
    { name: "index expression" },
  ),
  altered(
    "index",
    "app.users.users_lower",
    "definition",
    "drop index app.users_lower; create index users_lower on app.users (lower(email) text_pattern_ops)",
    { name: "operator class" },
  ),
  altered(
    "index",
    "app.users.users_lower",
    "statistics",
    "alter index app.users_lower alter column 1 set statistics 300",
    { severity: "warning" },
  ),
  altered(
    "index",
    "app.users.users_name",
    "include",
    "drop index app.users_name; create unique index users_name on app.users (name)",
    { name: "index include" },
  ),
  altered(
    "index",
    "app.users.users_name",
    "definition",
    "drop index app.users_name; create unique index users_name on app.users (name) include (note) nulls not distinct",
    { name: "nulls not distinct", since: 15 },
  ),
  altered(
    "index",
    "app.orders.orders_big",
    "valid",
    "update pg_index set indisvalid = false where indexrelid = 'app.orders_big'::regclass",
    { name: "invalid index" },
  ),
  altered("index", "app.orders.orders_user", "clustered", "alter table app.orders cluster on orders_user", {
    severity: "warning",
  }),
  altered("index", "app.orders.orders_user", "options", "alter index app.orders_user set (fillfactor = 60)", {
    severity: "warning",
  }),

  made("sequence", "app.ticket", "create sequence app.ticket increment 5"),
  gone("sequence", "app.counter", "drop sequence app.counter"),
  ...["increment by 2", "maxvalue 1000", "minvalue 0", "start with 7", "cache 10", "cycle", "as integer"].map(
    (words, at) =>
      altered(
        "sequence",
        "app.counter",
        ["increment", "max", "min", "start", "cache", "cycle", "type"][at] ?? "",
        `alter sequence app.counter ${words}`,
        words === "cache 10" ? { severity: "warning" } : {},
      ),
  ),
  altered("sequence", "app.counter", "ownedBy", "alter sequence app.counter owned by app.users.note"),

  made("view", "app.all_users", "create view app.all_users as select * from app.users"),
  gone("view", "app.active", "drop view app.active"),
  altered(
    "view",
    "app.active",
    "query",
    "create or replace view app.active as select id, email from app.users where quota > 1",
  ),
  altered("view", "app.active", "options", "alter view app.active set (security_barrier)", { severity: "warning" }),
  made("materialized view", "app.m", "create materialized view app.m as select 1 as one"),
  gone("materialized view", "app.totals", "drop materialized view app.totals"),
  altered(
    "materialized view",
    "app.totals",
    "query",
    "drop materialized view app.totals; create materialized view app.totals as select user_id, max(total) as total from app.orders group by user_id",
    { name: "materialized view query" },
  ),

  made(
    "function",
    "app.twice(a integer)",
    "create function app.twice(a integer) returns integer language sql as 'select a * 2'",
  ),
  gone("function", "app.touch()", "drop function app.touch() cascade"),
  altered(
    "function",
    "app.add(a integer, b integer)",
    "definition",
    "create or replace function app.add(a integer, b integer) returns integer language sql immutable as 'select a - b'",
    { name: "function body" },
  ),
  altered(
    "function",
    "app.add(a integer, b integer)",
    "definition",
    "alter function app.add(integer, integer) set search_path = pg_catalog",
  ),
  altered(
    "function",
    "app.add(a integer, b integer)",
    "definition",
    "alter function app.add(integer, integer) security definer",
  ),
  altered("function", "app.add(a integer, b integer)", "definition", "alter function app.add(integer, integer) stable"),
  altered("function", "app.add(a integer, b integer)", "definition", "alter function app.add(integer, integer) strict"),
  altered(
    "function",
    "app.add(a integer, b integer)",
    "definition",
    "alter function app.add(integer, integer) parallel safe",
  ),
  altered(
    "function",
    "app.add(a integer, b integer)",
    "definition",
    "alter function app.add(integer, integer) leakproof",
  ),
  altered("function", "app.add(a integer, b integer)", "definition", "alter function app.add(integer, integer) cost 7"),
  altered(
    "function",
    "app.add(a integer, b integer)",
    "privileges",
    "revoke execute on function app.add(integer, integer) from public",
    { severity: "warning" },
  ),
  altered("function", "app.tidy()", "definition", "create or replace procedure app.tidy() language sql as 'select 1'", {
    name: "procedure body",
  }),
  gone("function", "app.sum2(integer)", "drop aggregate app.sum2(integer)", { unrepaired: true }),
  altered(
    "function",
    "app.sum2(integer)",
    "initial",
    "drop aggregate app.sum2(integer); create aggregate app.sum2(integer) (sfunc = int4pl, stype = integer, initcond = '1')",
    { name: "aggregate", unrepaired: true },
  ),

  made(
    "trigger",
    "app.orders.orders_touch",
    "create trigger orders_touch before insert on app.orders for each row execute function app.touch()",
  ),
  gone("trigger", "app.users.users_touch", "drop trigger users_touch on app.users"),
  altered("trigger", "app.users.users_touch", "enabled", "alter table app.users disable trigger users_touch"),
  altered("trigger", "app.users.users_touch", "enabled", "alter table app.users enable always trigger users_touch"),
  altered(
    "trigger",
    "app.users.users_touch",
    "definition",
    "drop trigger users_touch on app.users; create trigger users_touch before update on app.users for each row when (old.quota is distinct from new.quota) execute function app.touch()",
    { name: "trigger condition" },
  ),
  made("rule", "app.parent.no_update", "create rule no_update as on update to app.parent do instead nothing"),
  gone("rule", "app.parent.no_delete", "drop rule no_delete on app.parent"),
  altered("rule", "app.parent.no_delete", "enabled", "alter table app.parent disable rule no_delete"),
  made("policy", "app.users.theirs", "create policy theirs on app.users for select to matrix_reader using (true)"),
  gone("policy", "app.users.mine", "drop policy mine on app.users"),
  altered("policy", "app.users.mine", "using", "alter policy mine on app.users using (id > 1)"),
  altered("policy", "app.users.mine", "roles", "alter policy mine on app.users to matrix_reader"),

  made("type", "app.color", "create type app.color as enum ('red', 'green')"),
  gone("type", "app.pair", "drop type app.pair"),
  altered("type", "app.mood", "labels", "alter type app.mood add value 'great' after 'ok'", { unrepaired: true }),
  altered("type", "app.mood", "labels", "alter type app.mood rename value 'ok' to 'fine'", { unrepaired: true }),
  altered("type", "app.pair", "columns", "alter type app.pair add attribute c date", { unrepaired: true }),
  gone("type", "app.span", "drop type app.span", { unrepaired: true }),
  made(
    "domain",
    "app.percent",
    "create domain app.percent as integer default 1 not null check (value between 0 and 100)",
  ),
  gone("domain", "app.positive", "drop domain app.positive"),
  altered("domain", "app.positive", "notNull", "alter domain app.positive set not null"),
  altered("domain", "app.positive", "default", "alter domain app.positive set default 3"),
  altered("domain", "app.positive", "constraints", "alter domain app.positive add constraint small check (value < 9)"),

  made("schema", "audit", "create schema audit"),
  altered("schema", "app", "privileges", "grant usage on schema app to matrix_reader", { severity: "warning" }),
  made("extension", "pgcrypto", "create extension pgcrypto"),
  gone("extension", "citext", "drop extension citext"),
  altered("extension", "citext", "schema", "alter extension citext set schema app"),
  made("statistics", "app.more_stats", "create statistics app.more_stats on user_id, placed_at from app.orders", {
    severity: "warning",
  }),
  gone("statistics", "app.orders_stats", "drop statistics app.orders_stats", { severity: "warning" }),
  altered("statistics", "app.orders_stats", "statistics", "alter statistics app.orders_stats set statistics 50", {
    severity: "warning",
  }),
  made("collation", "app.other", "create collation app.other (provider = libc, locale = 'POSIX')"),
  gone("collation", "app.plain", "drop collation app.plain", { unrepaired: true }),
  made("publication", "other", "create publication other for all tables"),
  gone("publication", "feed", "drop publication feed", { unrepaired: true }),
  altered("publication", "feed", "tables", "alter publication feed add table app.users", { unrepaired: true }),
  altered("publication", "feed", "actions", "alter publication feed set (publish = 'insert')", { unrepaired: true }),
  made("subscription", "sub", "create subscription sub connection 'dbname=none' publication p with (connect = false)", {
    unrepaired: true,
  }),
  gone("event trigger", "watcher", "drop event trigger watcher"),
  altered("event trigger", "watcher", "enabled", "alter event trigger watcher disable"),
  gone("cast", "app.mood AS integer", "drop cast (app.mood as integer)"),
  made("cast", "app.pair AS pg_catalog.text", "create cast (app.pair as text) with inout as assignment"),
  gone("operator", "app.###(integer, integer)", "drop operator app.### (integer, integer)", { unrepaired: true }),
  altered(
    "operator",
    "app.###(integer, integer)",
    "restrict",
    "alter operator app.### (integer, integer) set (restrict = eqsel)",
    { unrepaired: true },
  ),
  made("operator family", "app.fam(btree)", "create operator family app.fam using btree"),
  gone("text search", "app.words(configuration)", "drop text search configuration app.words", { unrepaired: true }),
  altered(
    "text search",
    "app.words(configuration)",
    "parts",
    "alter text search configuration app.words drop mapping for asciiword",
    { unrepaired: true },
  ),
  made(
    "text search",
    "app.dict(dictionary)",
    "create text search dictionary app.dict (template = simple, stopwords = english)",
  ),
  made(
    "default privileges",
    "app.tables($owner)",
    "alter default privileges in schema app grant select on tables to matrix_reader",
    { severity: "warning", unrepaired: true },
  ),
  made("foreign data wrapper", "wrapper", "create foreign data wrapper wrapper"),
  made("conversion", "app.conv", "create conversion app.conv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8"),
  made("access method", "heap2", "create access method heap2 type table handler heap_tableam_handler"),
  made("language", "other", "create language other handler plpgsql_call_handler"),
];
