import type { OperationKind } from "../../lib/core/operations/kinds/index.js";
import type { OperationContext } from "./random-operation.js";

interface OperationCase {
  /** Over the schema of `operation-statements.ts`, one per form that locks otherwise: locks, rewrites, scans and inverse are measured. */
  readonly statements?: readonly string[];
  readonly since17?: readonly string[];
  /** Those that the dry run takes back by the difference of the catalogs. */
  readonly withoutInverse?: readonly string[];
  /** A random statement of the kind over a random schema. */
  readonly random: (context: OperationContext) => string;
}

export const OPERATION_CASES: { readonly [K in OperationKind]: OperationCase } = {
  "add-column": {
    statements: [
      "alter table t add n int",
      "alter table t add n int default 3",
      "alter table t add n timestamptz default now()",
      "alter table t add n timestamptz default clock_timestamp()",
      "alter table t add n uuid default gen_random_uuid()",
      "alter table t add n serial",
      "alter table t add n int generated always as identity",
      "alter table t add n int generated always as (a * 2) stored",
      "alter table t add n positive default 1",
      "alter table t add n int references parent",
      "alter table t add n int check (n > 0)",
      "alter table t add n int unique",
      "alter table base add n int",
      "alter table part add n int",
    ],
    random: ({ t, pick }) =>
      `alter table ${t} add "new ""one" ${pick(["int", "text default 'x'", "uuid default gen_random_uuid()", "serial", "percent default 3", "int generated always as (id + 1) stored", "int references parent (id)", "int unique"])}`,
  },
  "add-constraint": {
    statements: [
      "alter table t add constraint k check (b > 0)",
      "alter table t add constraint k check (b > 0) not valid",
      "alter table t add constraint k unique (d)",
      "alter table loose_part add primary key (k)",
      "alter table t add constraint k unique using index t_b",
      "alter table t add constraint k foreign key (a) references parent",
      "alter table t add constraint k foreign key (a) references parent not valid",
      "alter table t add constraint k exclude using btree (d with =)",
    ],
    random: ({ t, c, pick }) =>
      `alter table ${t} add constraint "k 1" ${pick(["check (id > -5)", "check (id > -5) not valid", `unique (id, ${c})`.replace(c, "parent"), "foreign key (parent) references parent (id) not valid", "exclude using btree (id with =)"])}`,
  },
  "add-enum-value": {
    random: ({ pick }) => `alter type "Mood" add value 'new' ${pick(["", "before 'so so'", "after 'sad'"])}`,
  },
  "alter-column-type": {
    statements: [
      "alter table t alter l type bigint",
      "alter table t alter c type varchar(20)",
      "alter table t alter c type text",
      "alter table t alter c type varchar(5)",
      "alter table t alter d type varchar(20)",
      "alter table t alter e type numeric(8, 2)",
      "alter table t alter e type numeric(8, 3)",
      "alter table t alter p type bigint",
      "alter table t alter id type bigint",
    ],
    random: ({ t, column, c, pick }) =>
      column.type === "integer"
        ? `alter table ${t} alter ${c} drop default, alter ${c} type ${pick(["bigint", "text", "numeric(12, 2)"])}`
        : `alter table ${t} alter ${c} drop default, alter ${c} type text using left(${c}::text, ${pick([1, 3, 100])})`,
  },
  "alter-constraint": {
    statements: ["alter table t alter constraint t_p_fkey deferrable"],
    random: ({ t, pick }) =>
      `alter table ${t} alter constraint to_parent ${pick(["deferrable", "deferrable initially deferred", "not deferrable"])}`,
  },
  "alter-domain": {
    statements: ["alter domain loose add constraint k check (value > 0)", "alter domain loose set not null"],
    random: ({ pick }) =>
      `alter domain percent ${pick(["add constraint odd check (value <> 101)", "set default 7", "set not null", "drop constraint percent_check"])}`,
  },
  "alter-object": {
    withoutInverse: ["alter policy pol on t using (false)"],
    random: ({ pick }) => pick(["alter sequence counter increment by 3", "alter function touch() stable"]),
  },
  "attach-partition": {
    statements: ["alter table part attach partition loose_part for values from (30) to (40)"],
    random: () => "alter table part attach partition loose for values from (30) to (40)",
  },
  comment: {
    withoutInverse: ["comment on table t is 'x'", "comment on column t.a is 'x'"],
    random: ({ t, pick }) => pick([`comment on table ${t} is 'x'`, "comment on table parent is null"]),
  },
  "create-index": {
    statements: [
      "create index on t (d)",
      "create unique index on t (d)",
      "create index on part (v)",
      "create index on only part (v)",
    ],
    random: ({ t, pick }) =>
      `create ${pick(["", "unique"])} index "i ""x" on ${t} (${pick(["id", "id desc", "(id + 1)"])}) ${pick(["", "where id > 1", "include (parent)"])}`,
  },
  "create-object": {
    statements: [
      "create trigger n before insert on t for each row execute function f()",
      "create policy n on t using (true)",
      "create view n as select * from t",
      "create or replace view v as select b from t",
      "create materialized view n as select * from t",
      "create rule n as on insert to base do also nothing",
      "create sequence n",
      "create function n() returns int language sql as 'select 1'",
    ],
    random: ({ t, pick }) =>
      pick([
        `create view "v ""x" as select * from ${t}`,
        "create function f(a int) returns int language sql as 'select a'",
        "create type pair as (a int, b text)",
        `create trigger tr after insert on ${t} for each row execute function touch()`,
        `create policy pol on ${t} using (id > 0)`,
        "create sequence another",
        "create schema further",
        "create domain dom as text",
      ]),
  },
  "create-table": {
    statements: [
      "create table n partition of part for values from (50) to (60)",
      "create table n (t int references t)",
      "create table n (like t including all)",
      "create table n () inherits (base)",
    ],
    random: ({ t, pick }) =>
      pick([
        "create table \"n ew\" (a int primary key, b text default 'x', c int references parent)",
        `create table "n ew" (like ${t} including defaults)`,
        "create table more partition of part for values from (50) to (60)",
        "create unlogged table n (a serial)",
      ]),
  },
  "create-table-as": {
    statements: ["create table n as select * from t"],
    random: ({ t }) => `create table made_from as select * from ${t}`,
  },
  "detach-partition": {
    statements: ["alter table part detach partition part_1"],
    random: () => "alter table part detach partition part_1",
  },
  "drop-column": {
    statements: ["alter table t drop column d", "alter table t drop column p"],
    random: ({ t, c, pick }) =>
      `alter table ${t} ${pick(["", "drop constraint low, ", "drop column made, ", "add n int, "])}drop column ${c}${pick(["", ", drop column parent", ", drop constraint to_parent, drop parent"])}`,
  },
  "drop-constraint": {
    statements: [
      "alter table t drop constraint proved",
      "alter table t drop constraint t_p_fkey",
      "alter table t drop constraint t_pkey cascade",
    ],
    random: ({ t, pick }) =>
      `alter table ${t} drop constraint ${pick(["low", "later", "to_parent", "low, drop constraint later"])}`,
  },
  "drop-index": {
    statements: ["drop index t_a"],
    random: () => "drop index by_parent",
  },
  "drop-not-null": {
    statements: ["alter table t alter b drop not null"],
    random: ({ t, c }) => `alter table ${t} alter ${c} drop not null`,
  },
  "drop-object": {
    statements: ["drop trigger tg on t", "drop policy pol on t", "drop view v", "drop materialized view m"],
    random: ({ t, pick }) =>
      pick([
        "drop view seen",
        "drop materialized view copied",
        `drop trigger touched on ${t}`,
        "drop sequence counter",
        "drop schema elsewhere",
      ]),
  },
  "drop-table": {
    statements: ["drop table t cascade", "drop table child", "drop table part_1", "drop table part"],
    random: ({ pick }) => `drop table ${pick(["loose", "part_1", "part", "part_1, loose, part"])}`,
  },
  grant: {
    withoutInverse: ["grant select on t to public"],
    random: ({ t, pick }) => pick([`grant select on ${t} to public`, "revoke usage on schema elsewhere from public"]),
  },
  "lock-table": {
    statements: ["lock table t in share mode", "lock table part"],
    random: ({ t, pick }) => `lock table ${t} in ${pick(["access share", "exclusive", "access exclusive"])} mode`,
  },
  maintain: {
    statements: ["analyze t"],
    random: ({ t, pick }) => pick([`analyze ${t}`, "analyze", "cluster parent using parent_pkey"]),
  },
  opaque: {
    random: ({ pick }) =>
      `do $$ begin execute ${pick(["'create table made_' || pg_backend_pid() || ' ()'", "concat('update parent set label = ', pg_backend_pid())"])}; end $$`,
  },
  query: {
    statements: ["select * from t"],
    random: ({ t, pick }) => pick([`select * from ${t}`, "select count(*) from parent", "select 1"]),
  },
  "refresh-view": {
    statements: ["refresh materialized view m", "refresh materialized view concurrently m"],
    random: ({ pick }) => `refresh materialized view ${pick(["", "concurrently"])} copied`,
  },
  reindex: {
    statements: ["reindex table t", "reindex index t_a"],
    random: ({ t, pick }) => `reindex ${pick([`table ${t}`, "index by_parent"])}`,
  },
  "rename-column": {
    statements: ["alter table t rename column d to dd", "alter table base rename column i to j"],
    random: ({ t, c }) => `alter table ${t} rename column ${c} to "re ""named"`,
  },
  "rename-constraint": {
    statements: ["alter table t rename constraint proved to was"],
    random: ({ t, pick }) => `alter table ${t} rename constraint ${pick(["low", "to_parent"])} to "re ""named"`,
  },
  "rename-enum-value": {
    statements: ["alter type mood rename value 'a' to 'z'"],
    random: ({ pick }) => `alter type "Mood" rename value ${pick(["'sad'", "'so so'"])} to 'it''s'`,
  },
  "rename-object": {
    statements: ["alter trigger tg on t rename to n", "alter index t_a rename to n"],
    random: ({ t, pick }) =>
      pick([
        'alter view seen rename to "re ""named"',
        "alter index by_parent rename to renamed",
        "alter sequence counter rename to renamed",
        `alter trigger touched on ${t} rename to renamed`,
        'alter type "Mood" rename to renamed',
      ]),
  },
  "rename-table": {
    statements: ["alter table t rename to u"],
    random: ({ t, pick }) => `alter table ${pick([t, "parent", "part"])} rename to "re ""named"`,
  },
  "session-setting": {
    random: ({ pick }) => pick(["set local work_mem = '8MB'", "set search_path = public", "reset work_mem"]),
  },
  "set-column-option": {
    withoutInverse: [
      "alter table t alter d set statistics 100",
      "alter table t alter d set storage external",
      "alter table t alter d set (n_distinct = 5)",
    ],
    random: ({ t, c, pick }) => `alter table ${t} alter ${c} set ${pick(["statistics 33", "(n_distinct = 4)"])}`,
  },
  "set-default": {
    statements: ["alter table t alter d set default 'x'", "alter table t alter d drop default"],
    random: ({ t, c, pick }) => `alter table ${t} alter ${c} ${pick(["drop default", "set default null"])}`,
  },
  "set-expression": {
    since17: ["alter table t alter g set expression as (a + 2)"],
    withoutInverse: ["alter table t alter g drop expression"],
    random: ({ t }) => `alter table ${t} alter made drop expression`,
  },
  "set-identity": {
    statements: ["alter table t alter b add generated always as identity"],
    random: ({ t, schema }) =>
      schema.key === "none"
        ? `alter table part alter k add generated by default as identity`
        : `alter table ${t} alter id add generated by default as identity`,
  },
  "set-not-null": {
    statements: ["alter table t alter d set not null", "alter table t alter a set not null"],
    random: ({ t, column, c, schema }) =>
      column.notNull || schema.rows === 0
        ? `alter table ${t} alter ${c} set not null`
        : `alter table ${t} alter id set not null`,
  },
  "set-schema": {
    statements: ["alter table t set schema other"],
    random: ({ t, pick }) => pick([`alter table ${t} set schema elsewhere`, "alter view seen set schema elsewhere"]),
  },
  "set-table-option": {
    statements: [
      "alter table loose_part set unlogged",
      "alter table t enable row level security",
      "alter table heir no inherit base",
      "alter table heir_to_be inherit base",
    ],
    withoutInverse: [
      "alter table t set (fillfactor = 70)",
      "alter table t replica identity full",
      "alter table t cluster on t_a",
      "alter table t owner to current_user",
    ],
    random: ({ t, pick }) =>
      `alter table ${t} ${pick(["set (fillfactor = 71)", "enable row level security", "replica identity full", "set unlogged"])}`,
  },
  "set-trigger-state": {
    statements: ["alter table t disable trigger tg"],
    random: ({ t, pick }) => `alter table ${t} ${pick(["disable trigger touched", "enable always trigger touched"])}`,
  },
  "transaction-control": {
    random: () => "set constraints all immediate",
  },
  truncate: {
    statements: ["truncate child", "truncate t cascade"],
    random: ({ t, pick }) => `truncate ${pick([t, "parent cascade", "part", "loose"])}`,
  },
  "validate-constraint": {
    statements: ["alter table t validate constraint later"],
    random: ({ t }) => `alter table ${t} validate constraint later`,
  },
  "write-rows": {
    statements: [
      "insert into t (id, a, b) values (9, 9, 9)",
      "update t set d = 'y'",
      "update t set d = 'y' where id = 1",
      "delete from child",
    ],
    random: ({ t, c, column, pick }) =>
      pick([
        `update ${t} set parent = 2 where id > 2`,
        `update ${t} set ${c} = ${column.notNull ? c : "null"}`,
        `delete from ${t} where id % 2 = 0`,
        "delete from parent where id = 1",
        "insert into parent select n, 'made' from generate_series(10, 12) n",
        "with gone as (delete from loose returning *) insert into part select * from gone",
      ]),
  },
};
