import { altered, alteredOf, gone, type MatrixEntry, made, UNREPAIRED } from "./entry.js";

const quota = alteredOf("constraint", "app.users.users_quota_check");
const email = alteredOf("constraint", "app.users.users_email_key");
const foreignKey = alteredOf("constraint", "app.orders.orders_user_id_fkey");
const anotherKey = (definition: string) =>
  `alter table app.orders drop constraint orders_user_id_fkey, add constraint orders_user_id_fkey foreign key (user_id) references app.users (id) ${definition}`;
const quotaCheck = (definition: string) =>
  `alter table app.users drop constraint users_quota_check, add constraint users_quota_check check (quota >= 0) ${definition}`;
const emailKey = (definition: string) =>
  `alter table app.users drop constraint users_email_key, add constraint users_email_key unique ${definition}`;

/** Constraints of tables. */
export const CONSTRAINTS: readonly MatrixEntry[] = [
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
  foreignKey("deferrable", "alter table app.orders alter constraint orders_user_id_fkey deferrable"),
  foreignKey(
    "definition",
    "alter table app.orders drop constraint orders_user_id_fkey, add constraint orders_user_id_fkey foreign key (user_id) references app.users (id)",
    { name: "on delete cascade lost" },
  ),
  foreignKey(
    "validated",
    "alter table app.orders drop constraint orders_user_id_fkey, add constraint orders_user_id_fkey foreign key (user_id) references app.users (id) on delete cascade not valid",
    { name: "foreign key not valid" },
  ),
  foreignKey("enforced", "alter table app.orders alter constraint orders_user_id_fkey not enforced", { since: 18 }),
  foreignKey("triggersDisabled", "alter table app.orders disable trigger all", UNREPAIRED),
  quota(
    "definition",
    "alter table app.users drop constraint users_quota_check, add constraint users_quota_check check (quota >= 1)",
    { name: "check expression" },
  ),
  made(
    "constraint",
    "app.users.quota_is_there",
    "alter table app.users rename constraint users_quota_not_null to quota_is_there",
    { since: 18, name: "named not null", severity: "note" },
  ),
  quota("comment", "comment on constraint users_quota_check on app.users is 'c'", { severity: "note" }),
  foreignKey("definition", anotherKey("on delete set null"), { name: "on delete set null" }),
  foreignKey("definition", anotherKey("on delete set null (user_id)"), {
    name: "on delete set null (column)",
    since: 15,
  }),
  foreignKey("definition", anotherKey("on delete cascade on update cascade"), { name: "on update cascade" }),
  foreignKey("definition", anotherKey("match full on delete cascade"), { name: "match full" }),
  foreignKey("deferred", anotherKey("on delete cascade deferrable initially deferred"), { name: "initially deferred" }),
  foreignKey(
    "references",
    "alter table app.orders drop constraint orders_user_id_fkey, add constraint orders_user_id_fkey foreign key (user_id) references app.orders (id) on delete cascade",
    { name: "another table" },
  ),
  foreignKey(
    "columns",
    "alter table app.orders drop constraint orders_user_id_fkey, add constraint orders_user_id_fkey foreign key (id) references app.users (id) on delete cascade",
    { name: "another column" },
  ),
  gone(
    "constraint",
    "app.orders.orders_user_id_fkey",
    "alter table app.orders rename constraint orders_user_id_fkey to fk",
    { name: "rename constraint" },
  ),
  quota("validated", quotaCheck("not valid"), {
    name: "check not valid",
  }),
  quota("noInherit", quotaCheck("no inherit"), {
    name: "check no inherit",
  }),
  quota("enforced", quotaCheck("not enforced"), {
    name: "check not enforced",
    since: 18,
  }),
  altered(
    "constraint",
    "app.users.users_quota_not_null",
    "noInherit",
    "alter table app.users alter quota drop not null, add constraint users_quota_not_null not null quota no inherit",
    { name: "not null no inherit", since: 18 },
  ),
  altered(
    "constraint",
    "app.users.users_quota_not_null",
    "validated",
    "alter table app.users alter quota drop not null, add constraint users_quota_not_null not null quota not valid",
    { name: "not null not valid", since: 18 },
  ),
  email("deferrable", emailKey("(email) deferrable"), {
    name: "unique deferrable",
  }),
  email("columns", emailKey("(email, name)"), { name: "unique columns" }),
  email("definition", emailKey("(email) include (name)"), {
    name: "unique include",
  }),
  email("definition", emailKey("nulls not distinct (email)"), {
    name: "unique nulls not distinct",
    since: 15,
  }),
  altered(
    "constraint",
    "app.orders.orders_no_overlap",
    "definition",
    "alter table app.orders drop constraint orders_no_overlap, add constraint orders_no_overlap exclude using gist (period with =)",
    { name: "exclusion operator" },
  ),
  altered(
    "constraint",
    "app.orders.orders_no_overlap",
    "definition",
    "alter table app.orders drop constraint orders_no_overlap, add constraint orders_no_overlap exclude using gist (period with &&) where (total > 0)",
    { name: "exclusion predicate" },
  ),
  made(
    "constraint",
    "app.codes.codes_key",
    "alter table app.codes add constraint codes_key unique (days, period without overlaps)",
    { name: "temporal key", since: 18 },
  ),
  made(
    "constraint",
    "app.events_2026.only_here",
    "alter table app.events_2026 add constraint only_here check (id > 0)",
  ),
  made("constraint", "app.events.everywhere", "alter table app.events add constraint everywhere check (id > 0)"),
  made(
    "constraint",
    "app.events.events_pkey",
    "alter table app.events add constraint events_pkey primary key (id, at)",
  ),
  made(
    "constraint",
    "app.distant.far_check",
    "alter foreign table app.distant add constraint far_check check (id > 0)",
  ),
  foreignKey("triggersDisabled", "alter table app.users disable trigger all", {
    name: "the referenced side unguarded",
    unrepaired: true,
  }),
];
