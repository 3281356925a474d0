import { altered, alteredOf, gone, type MatrixEntry, made, NOTE, WARNING } from "./entry.js";

const identitySequence = alteredOf("sequence", "app.users_id_seq");
const view = alteredOf("view", "app.active");
const totals = alteredOf("materialized view", "app.totals");
const counter = alteredOf("sequence", "app.counter");

/** Sequences, views and materialized views. */
export const SEQUENCES_AND_VIEWS: readonly MatrixEntry[] = [
  made("sequence", "app.ticket", "create sequence app.ticket increment 5"),
  gone("sequence", "app.counter", "drop sequence app.counter"),
  ...["increment by 2", "maxvalue 1000", "minvalue 0", "start with 7", "cache 10", "cycle", "as integer"].map(
    (words, at) =>
      counter(
        ["increment", "max", "min", "start", "cache", "cycle", "type"][at] ?? "",
        `alter sequence app.counter ${words}`,
        words === "cache 10" ? WARNING : {},
      ),
  ),
  counter("ownedBy", "alter sequence app.counter owned by app.users.note"),
  made("view", "app.all_users", "create view app.all_users as select * from app.users"),
  gone("view", "app.active", "drop view app.active"),
  view("query", "create or replace view app.active as select id, email from app.users where quota > 1"),
  view("options", "alter view app.active set (security_barrier)"),
  made("materialized view", "app.m", "create materialized view app.m as select 1 as one"),
  gone("materialized view", "app.totals", "drop materialized view app.totals"),
  totals(
    "query",
    "drop materialized view app.totals; create materialized view app.totals as select user_id, max(total) as total from app.orders group by user_id",
    { name: "materialized view query" },
  ),
  counter("privileges", "grant usage on sequence app.counter to matrix_reader", WARNING),
  counter("owner", "alter sequence app.counter owner to matrix_reader", WARNING),
  counter("comment", "comment on sequence app.counter is 'c'", NOTE),
  counter("persistence", "alter sequence app.counter set unlogged", { since: 15 }),
  gone("sequence", "app.counter", "alter sequence app.counter rename to meter", { name: "rename sequence" }),
  identitySequence("increment", "alter table app.users alter id set increment by 3"),
  identitySequence("cache", "alter table app.users alter id set cache 20", WARNING),
  identitySequence("start", "alter table app.users alter id set start with 20"),
  altered("sequence", "app.orders_id_seq", "ownedBy", "alter sequence app.orders_id_seq owned by none"),
  altered("sequence", "app.orders_id_seq", "max", "alter sequence app.orders_id_seq as bigint", {
    name: "serial as bigint",
  }),
  view("options", "alter view app.active set (check_option = local)"),
  view("options", "alter view app.active set (check_option = cascaded)"),
  view("options", "alter view app.active set (security_invoker = true)", { since: 15 }),
  view("owner", "alter view app.active owner to matrix_reader", WARNING),
  view("privileges", "grant select on app.active to matrix_reader", WARNING),
  view("comment", "comment on view app.active is 'v'", NOTE),
  view("query", "create or replace view app.active as select id, email, quota from app.users where quota > 0", {
    name: "a column more",
  }),
  view(
    "query",
    "drop view app.active; create view app.active as select id, email from app.users where quota > 0 order by id",
    { name: "ordered" },
  ),
  gone("view", "app.active", "alter view app.active rename to lively", { name: "rename view" }),
  made(
    "view",
    "app.chain",
    "create recursive view app.chain (n) as select 1 union all select n + 1 from chain where n < 3",
    { name: "recursive view" },
  ),
  totals("options", "alter materialized view app.totals set (fillfactor = 50)", WARNING),
  totals(
    "toastOptions",
    "drop materialized view app.totals; create materialized view app.totals with (toast.autovacuum_enabled = false) as select user_id, sum(total) as total from app.orders group by user_id; create index totals_user on app.totals (user_id)",
    { ...WARNING, name: "toast option of a materialized view" },
  ),
  totals("replicaIdentity", "alter table app.totals replica identity full", WARNING),
  totals("owner", "alter materialized view app.totals owner to matrix_reader", WARNING),
  totals("privileges", "grant select on app.totals to matrix_reader", WARNING),
  totals("comment", "comment on materialized view app.totals is 'm'", NOTE),
  totals("tablespace", "alter materialized view app.totals set tablespace matrix_space", WARNING),
  totals("accessMethod", "alter materialized view app.totals set access method heap3", { ...WARNING, since: 15 }),
  totals("dependsOnExtensions", "alter materialized view app.totals depends on extension citext"),
];
