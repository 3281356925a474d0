import { altered, alteredOf, gone, type MatrixEntry, made, NOTE, UNREPAIRED, WARNING } from "./entry.js";

const child = alteredOf("table", "app.child");
const partition = alteredOf("table", "app.events_2026");
const scratchpad = alteredOf("table", "app.scratchpad");
const distant = alteredOf("table", "app.distant");
const statistics = alteredOf("statistics", "app.orders_stats");
const table = alteredOf("table", "app.users");

/** Tables, foreign tables, partitions and extended statistics. */
export const TABLES: readonly MatrixEntry[] = [
  made("table", "app.extra", "create table app.extra (id integer primary key, label text not null default 'x')"),
  gone("table", "app.orders", "drop materialized view app.totals; drop table app.orders", UNREPAIRED),
  table("forceRowSecurity", "alter table app.users force row level security"),
  table("rowSecurity", "alter table app.users disable row level security"),
  table("options", "alter table app.users set (fillfactor = 70)", WARNING),
  table("toastOptions", "alter table app.users set (toast.autovacuum_enabled = false)", WARNING),
  table("replicaIdentity", "alter table app.users replica identity full", WARNING),
  table("replicaIdentity", "alter table app.users replica identity using index users_email_key", WARNING),
  table("comment", "comment on table app.users is 'Persons'", NOTE),
  table("comment", "comment on table app.users is null", NOTE),
  table("privileges", "grant select on app.users to matrix_reader", WARNING),
  table("privileges", "grant select on app.users to public", WARNING),
  table("privileges", "revoke delete on app.users from current_user", WARNING),
  table("owner", "alter table app.users owner to matrix_reader", WARNING),
  child("persistence", "alter table app.child set unlogged"),
  child("inherits", "alter table app.child no inherit app.parent", UNREPAIRED),
  partition("partitionOf", "alter table app.events detach partition app.events_2026"),
  made(
    "table",
    "app.events_2027",
    "create table app.events_2027 partition of app.events for values from ('2027-01-01') to ('2028-01-01')",
  ),
  table("privileges", "grant select on app.users to matrix_reader with grant option", WARNING),
  table("privileges", "grant truncate, references on app.users to matrix_reader", WARNING),
  table("privileges", "grant maintain on app.users to matrix_reader", { ...WARNING, since: 17 }),
  table("replicaIdentity", "alter table app.users replica identity nothing", WARNING),
  table("options", "alter table app.users set (autovacuum_enabled = false, parallel_workers = 2)", WARNING),
  table("tablespace", "alter table app.users set tablespace matrix_space", WARNING),
  table("accessMethod", "alter table app.users set access method heap3", { ...WARNING, since: 15 }),
  table(
    "security label of guard",
    "insert into pg_seclabel values ('app.users'::regclass, 'pg_class'::regclass, 0, 'guard', 'secret')",
    { ...WARNING, unrepaired: true },
  ),
  gone("table", "app.second_parent", "drop table app.second_parent"),
  gone("table", "app.users", "alter table app.users rename to people", { name: "rename table", unrepaired: true }),
  gone("table", "app.second_parent", "alter table app.second_parent set schema public", { name: "another schema" }),
  child("inherits", "alter table app.child inherit app.second_parent"),
  scratchpad("persistence", "alter table app.scratchpad set logged"),
  scratchpad("rowSecurity", "alter table app.scratchpad disable row level security"),
  scratchpad("forceRowSecurity", "alter table app.scratchpad no force row level security"),
  altered("table", "app.typed", "ofType", "alter table app.typed not of", UNREPAIRED),
  partition(
    "partitionOf",
    "alter table app.events detach partition app.events_2026; alter table app.events attach partition app.events_2026 for values from ('2026-01-01') to ('2028-01-01')",
    { name: "partition bounds" },
  ),
  made("table", "app.events_rest", "create table app.events_rest partition of app.events default"),
  partition(
    "partitionOf",
    "create table app.events_2025 (id bigint not null, at date not null); alter table app.events attach partition app.events_2025 for values from ('2025-01-01') to ('2026-01-01'); alter table app.events detach partition app.events_2026",
    { name: "one attached, one detached" },
  ),
  partition(
    "detachPending",
    "update pg_inherits set inhdetachpending = true where inhrelid = 'app.events_2026'::regclass",
    { since: 14, unrepaired: true },
  ),
  altered(
    "table",
    "app.events",
    "partitionKey",
    "drop table app.events; create table app.events (id bigint not null, at date not null) partition by list (at); create index events_at on app.events (at); create index events_id on app.events (id); create trigger events_touch after insert on app.events for each row execute function app.touch()",
    { name: "partition key", unrepaired: true },
  ),
  made("table", "app.near", "create foreign table app.near (a integer) server far", { name: "create foreign table" }),
  gone("table", "app.distant", "drop foreign table app.distant", { name: "drop foreign table", unrepaired: true }),
  distant("foreignOptions", "alter foreign table app.distant options (set table_name 'u')", UNREPAIRED),
  distant("comment", "comment on foreign table app.distant is 'away'", NOTE),
  distant(
    "server",
    "create server farther foreign data wrapper remote; drop foreign table app.distant; create foreign table app.distant (id integer options (column_name 'x') not null, note text) server farther options (table_name 't')",
    UNREPAIRED,
  ),
  made(
    "statistics",
    "app.more_stats",
    "create statistics app.more_stats on user_id, placed_at from app.orders",
    WARNING,
  ),
  gone("statistics", "app.orders_stats", "drop statistics app.orders_stats", WARNING),
  statistics("statistics", "alter statistics app.orders_stats set statistics 50", WARNING),
  statistics(
    "definition",
    "drop statistics app.orders_stats; create statistics app.orders_stats (ndistinct) on user_id, total from app.orders",
    { ...WARNING, name: "kind of statistics" },
  ),
  statistics(
    "definition",
    "drop statistics app.orders_stats; create statistics app.orders_stats (dependencies) on user_id, placed_at from app.orders",
    { ...WARNING, name: "columns of statistics" },
  ),
  statistics("owner", "alter statistics app.orders_stats owner to matrix_reader", WARNING),
  statistics("comment", "comment on statistics app.orders_stats is 's'", NOTE),
  made("statistics", "app.expressed", "create statistics app.expressed on (total + 1), user_id from app.orders", {
    ...WARNING,
    since: 14,
  }),
];
