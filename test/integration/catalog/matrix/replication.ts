import { alteredOf, gone, type MatrixEntry, made, NOTE, UNREPAIRED, WARNING } from "./entry.js";

const feed = alteredOf("publication", "feed");
const subscribed = alteredOf("subscription", "sub");
const SUBSCRIPTION = "create subscription sub connection 'dbname=none' publication p with (connect = false)";

/** The server's wal_level is too low for the option itself. */
const RETAINING =
  "set local allow_system_table_mods = on; update pg_subscription set subretaindeadtuples = true where subname = 'sub'";
const EVERYTHING = "drop publication feed; create publication feed for all tables";

/** Publications and subscriptions. */
export const REPLICATION: readonly MatrixEntry[] = [
  made("publication", "other", "create publication other for all tables"),
  gone("publication", "feed", "drop publication feed", UNREPAIRED),
  feed("tables", "alter publication feed add table app.users", UNREPAIRED),
  feed("actions", "alter publication feed set (publish = 'insert')", UNREPAIRED),
  feed("allTables", EVERYTHING, UNREPAIRED),
  feed("viaRoot", "alter publication feed set (publish_via_partition_root = true)", UNREPAIRED),
  feed("tables", "alter publication feed set table app.orders where (total > 5)", { since: 15, unrepaired: true }),
  feed("tables", "alter publication feed set table app.orders (id, total)", { since: 15, unrepaired: true }),
  feed("tables", "alter publication feed drop table app.orders", UNREPAIRED),
  feed("schemas", "alter publication feed add tables in schema app", { since: 15, unrepaired: true }),
  feed("generated", "alter publication feed set (publish_generated_columns = stored)", { since: 18, unrepaired: true }),
  made("publication", "other", "create publication other for all sequences", { name: "all sequences", since: 19 }),
  feed("allSequences", "alter publication feed set all tables, all sequences", {
    before: EVERYTHING,
    since: 19,
    unrepaired: true,
  }),
  feed("except", "alter publication feed set all tables except (table app.users)", {
    before: EVERYTHING,
    since: 19,
    unrepaired: true,
  }),
  feed("owner", "alter publication feed owner to matrix_reader", {
    ...WARNING,
    name: "owner of a publication",
    before: "do $$ begin execute format('grant create on database %I to matrix_reader', current_database()); end $$",
  }),
  feed("comment", "comment on publication feed is 'p'", NOTE),
  made("subscription", "sub", SUBSCRIPTION, UNREPAIRED),
  gone("subscription", "sub", "alter subscription sub set (slot_name = none); drop subscription sub", {
    before: SUBSCRIPTION,
    unrepaired: true,
  }),
  subscribed("publications", "alter subscription sub set publication q with (refresh = false)", {
    before: SUBSCRIPTION,
    unrepaired: true,
  }),
  subscribed("slot", "alter subscription sub set (slot_name = 'other')", { before: SUBSCRIPTION, unrepaired: true }),
  subscribed("synchronousCommit", "alter subscription sub set (synchronous_commit = local)", {
    before: SUBSCRIPTION,
    since: 14,
    unrepaired: true,
  }),
  subscribed("binary", "alter subscription sub set (binary = true)", {
    before: SUBSCRIPTION,
    since: 14,
    unrepaired: true,
  }),
  subscribed("streaming", "alter subscription sub set (streaming = on)", {
    before: SUBSCRIPTION,
    since: 14,
    unrepaired: true,
  }),
  subscribed("disableOnError", "alter subscription sub set (disable_on_error = true)", {
    before: SUBSCRIPTION,
    since: 15,
    unrepaired: true,
  }),
  subscribed("origin", "alter subscription sub set (origin = none)", {
    before: SUBSCRIPTION,
    since: 16,
    unrepaired: true,
  }),
  subscribed("retainDeadTuples", RETAINING, {
    name: "retention of dead rows",
    before: SUBSCRIPTION,
    since: 19,
    unrepaired: true,
  }),
  subscribed("maxRetention", "alter subscription sub set (max_retention_duration = 60000)", {
    before: SUBSCRIPTION,
    since: 19,
    unrepaired: true,
  }),
  subscribed("receiverTimeout", "alter subscription sub set (wal_receiver_timeout = '9s')", {
    before: SUBSCRIPTION,
    since: 19,
    unrepaired: true,
  }),
  subscribed("server", "alter subscription sub server near", {
    before: `${SUBSCRIPTION}; create extension postgres_fdw; create server near foreign data wrapper postgres_fdw options (dbname 'none');
      create user mapping for current_user server near`,
    since: 19,
    unrepaired: true,
  }),
  subscribed("enabled", "alter subscription sub enable", { before: SUBSCRIPTION, unrepaired: true }),
  subscribed("comment", "comment on subscription sub is 's'", { ...NOTE, before: SUBSCRIPTION }),
];
