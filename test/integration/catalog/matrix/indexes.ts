import { altered, alteredOf, gone, type MatrixEntry, made, NOTE, WARNING } from "./entry.js";

const ordersUser = alteredOf("index", "app.orders.orders_user");
const ordersBig = alteredOf("index", "app.orders.orders_big");
const usersLower = alteredOf("index", "app.users.users_lower");
const usersName = alteredOf("index", "app.users.users_name");
const byUser = (definition: string) =>
  `drop index app.orders_user; create index orders_user on app.orders ${definition}`;
const byEmail = (definition: string) =>
  `drop index app.users_lower; create index users_lower on app.users ${definition}`;

/** Indexes, those behind constraints included. */
export const INDEXES: readonly MatrixEntry[] = [
  made("index", "app.orders.orders_total", "create index orders_total on app.orders (total)", WARNING),
  made("index", "app.users.users_note", "create unique index users_note on app.users (note)"),
  gone("index", "app.orders.orders_user", "drop index app.orders_user", WARNING),
  gone("index", "app.users.users_name", "drop index app.users_name"),
  ordersUser("definition", "drop index app.orders_user; create index orders_user on app.orders (user_id, placed_at)", {
    ...WARNING,
    name: "index order",
  }),
  ordersBig("predicate", "drop index app.orders_big; create index orders_big on app.orders (total) where total > 200", {
    ...WARNING,
    name: "index predicate",
  }),
  ordersBig(
    "method",
    "drop index app.orders_big; create index orders_big on app.orders using brin (total) where total > 100",
    { ...WARNING, name: "index method" },
  ),
  usersLower("keys", "drop index app.users_lower; create index users_lower on app.users (upper(email))", {
    ...WARNING,
    name: "index expression",
  }),
  usersLower(
    "definition",
    "drop index app.users_lower; create index users_lower on app.users (lower(email) text_pattern_ops)",
    { ...WARNING, name: "operator class" },
  ),
  usersLower("statistics", "alter index app.users_lower alter column 1 set statistics 300", WARNING),
  usersName("include", "drop index app.users_name; create unique index users_name on app.users (name)", {
    name: "index include",
  }),
  usersName(
    "definition",
    "drop index app.users_name; create unique index users_name on app.users (name) include (note) nulls not distinct",
    { name: "nulls not distinct", since: 15 },
  ),
  ordersBig("valid", "update pg_index set indisvalid = false where indexrelid = 'app.orders_big'::regclass", {
    name: "invalid index",
  }),
  ordersUser("clustered", "alter table app.orders cluster on orders_user", WARNING),
  ordersUser("options", "alter index app.orders_user set (fillfactor = 60)", WARNING),
  gone("index", "app.orders.orders_user", "alter index app.orders_user rename to orders_by_user", {
    ...WARNING,
    name: "rename index",
  }),
  ordersUser("keys", byUser("(user_id)"), { ...WARNING, name: "index columns" }),
  ordersUser("keys", byUser("(placed_at desc, user_id)"), {
    ...WARNING,
    name: "index column order",
  }),
  ordersUser("definition", byUser("(user_id, placed_at desc nulls last)"), {
    ...WARNING,
    name: "nulls last",
  }),
  ordersUser(
    "unique",
    "drop index app.orders_user; create unique index orders_user on app.orders (user_id, placed_at desc)",
    { name: "unique now" },
  ),
  ordersUser("tablespace", "alter index app.orders_user set tablespace matrix_space", WARNING),
  ordersUser("comment", "comment on index app.orders_user is 'i'", NOTE),
  ordersUser("options", "alter index app.orders_user set (deduplicate_items = off)", WARNING),
  usersLower("definition", byEmail('(lower(email) collate "C")'), {
    ...WARNING,
    name: "index collation",
  }),
  usersName("unique", "drop index app.users_name; create index users_name on app.users (name) include (note)", {
    name: "no longer unique",
  }),
  ordersBig("ready", "update pg_index set indisready = false where indexrelid = 'app.orders_big'::regclass", {
    name: "index not ready",
  }),
  altered(
    "index",
    "app.users.users_email_key",
    "replicaIdentity",
    "alter table app.users replica identity using index users_email_key",
    { ...WARNING, name: "index as replica identity" },
  ),
  altered(
    "index",
    "app.users.users_email_key",
    "options",
    "alter index app.users_email_key set (fillfactor = 60)",
    WARNING,
  ),
  altered("index", "app.users.users_pkey", "clustered", "alter table app.users cluster on users_pkey", WARNING),
  altered(
    "index",
    "app.totals.totals_user",
    "keys",
    "drop index app.totals_user; create index totals_user on app.totals (total)",
    { ...WARNING, name: "index of a materialized view" },
  ),
  made("index", "app.events.events_both", "create index events_both on app.events (id, at)", {
    ...WARNING,
    name: "partitioned index",
  }),
  made("index", "app.events.events_only", "create index events_only on only app.events (id, at)", {
    ...WARNING,
    name: "index on the parent only",
  }),
  made("index", "app.events_2026.one", "create index one on app.events_2026 (id, at)", {
    ...WARNING,
    name: "index of one partition",
  }),
  gone("index", "app.events.events_id", "drop index app.events_id", { ...WARNING, name: "drop partitioned index" }),
  altered(
    "index",
    "app.events_2026.events_2026_id_idx",
    "attachedTo",
    "create index events_again on only app.events (id); update pg_inherits set inhparent = 'app.events_again'::regclass where inhrelid = 'app.events_2026_id_idx'::regclass",
    { ...WARNING, name: "attached to another index", unrepaired: true },
  ),
];
