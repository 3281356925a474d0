import { identifier } from "../../lib/core/sql/quote.js";
import type { RandomColumn, RandomSchema } from "./random-schema.js";

/** Picks one of a list by a number that fast-check chose. */
export type Pick = <T>(list: readonly T[]) => T;

export interface OperationContext {
  readonly schema: RandomSchema;
  readonly t: string;
  /** A random column, quoted. */
  readonly c: string;
  readonly column: RandomColumn;
  readonly pick: Pick;
}

type Generate = (context: OperationContext) => string;

/** One generator per kind of operation: a statement of that kind over a random schema. */
export const OPERATION_GENERATORS: Readonly<Record<string, Generate>> = {
  "add-column": ({ t, pick }) =>
    `alter table ${t} add "new ""one" ${pick(["int", "text default 'x'", "uuid default gen_random_uuid()", "serial", "percent default 3", "int generated always as (id + 1) stored", "int references parent (id)", "int unique"])}`,
  "add-constraint": ({ t, c, pick }) =>
    `alter table ${t} add constraint "k 1" ${pick(["check (id > -5)", "check (id > -5) not valid", `unique (id, ${c})`.replace(c, "parent"), "foreign key (parent) references parent (id) not valid", "exclude using btree (id with =)"])}`,
  "add-enum-value": ({ pick }) => `alter type "Mood" add value 'new' ${pick(["", "before 'so so'", "after 'sad'"])}`,
  "alter-column-type": ({ t, column, c, pick }) =>
    column.type === "integer"
      ? `alter table ${t} alter ${c} drop default, alter ${c} type ${pick(["bigint", "text", "numeric(12, 2)"])}`
      : `alter table ${t} alter ${c} drop default, alter ${c} type text using left(${c}::text, ${pick([1, 3, 100])})`,
  "alter-constraint": ({ t, pick }) =>
    `alter table ${t} alter constraint to_parent ${pick(["deferrable", "deferrable initially deferred", "not deferrable"])}`,
  "alter-domain": ({ pick }) =>
    `alter domain percent ${pick(["add constraint odd check (value <> 101)", "set default 7", "set not null", "drop constraint percent_check"])}`,
  "alter-object": ({ pick }) => pick(["alter sequence counter increment by 3", "alter function touch() stable"]),
  "attach-partition": () => "alter table part attach partition loose for values from (30) to (40)",
  comment: ({ t, pick }) => pick([`comment on table ${t} is 'x'`, "comment on table parent is null"]),
  "create-index": ({ t, pick }) =>
    `create ${pick(["", "unique"])} index "i ""x" on ${t} (${pick(["id", "id desc", "(id + 1)"])}) ${pick(["", "where id > 1", "include (parent)"])}`,
  "create-object": ({ t, pick }) =>
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
  "create-table": ({ t, pick }) =>
    pick([
      "create table \"n ew\" (a int primary key, b text default 'x', c int references parent)",
      `create table "n ew" (like ${t} including defaults)`,
      "create table more partition of part for values from (50) to (60)",
      "create unlogged table n (a serial)",
    ]),
  "create-table-as": ({ t }) => `create table made_from as select * from ${t}`,
  "detach-partition": () => "alter table part detach partition part_1",
  "drop-column": ({ t, c, pick }) =>
    `alter table ${t} ${pick(["", "drop constraint low, ", "drop column made, ", "add n int, "])}drop column ${c}${pick(["", ", drop column parent", ", drop constraint to_parent, drop parent"])}`,
  "drop-constraint": ({ t, pick }) =>
    `alter table ${t} drop constraint ${pick(["low", "later", "to_parent", "low, drop constraint later"])}`,
  "drop-index": () => "drop index by_parent",
  "drop-not-null": ({ t, c }) => `alter table ${t} alter ${c} drop not null`,
  "drop-object": ({ t, pick }) =>
    pick([
      "drop view seen",
      "drop materialized view copied",
      `drop trigger touched on ${t}`,
      "drop sequence counter",
      "drop schema elsewhere",
    ]),
  "drop-table": ({ pick }) => `drop table ${pick(["loose", "part_1", "part", "part_1, loose, part"])}`,
  grant: ({ t, pick }) => pick([`grant select on ${t} to public`, "revoke usage on schema elsewhere from public"]),
  "lock-table": ({ t, pick }) => `lock table ${t} in ${pick(["access share", "exclusive", "access exclusive"])} mode`,
  maintain: ({ t, pick }) => pick([`analyze ${t}`, "analyze", "cluster parent using parent_pkey"]),
  opaque: ({ pick }) =>
    `do $$ begin execute ${pick(["'create table made_' || pg_backend_pid() || ' ()'", "concat('update parent set label = ', pg_backend_pid())"])}; end $$`,
  query: ({ t, pick }) => pick([`select * from ${t}`, "select count(*) from parent", "select 1"]),
  "refresh-view": ({ pick }) => `refresh materialized view ${pick(["", "concurrently"])} copied`,
  reindex: ({ t, pick }) => `reindex ${pick([`table ${t}`, "index by_parent"])}`,
  "rename-column": ({ t, c }) => `alter table ${t} rename column ${c} to "re ""named"`,
  "rename-constraint": ({ t, pick }) =>
    `alter table ${t} rename constraint ${pick(["low", "to_parent"])} to "re ""named"`,
  "rename-enum-value": ({ pick }) => `alter type "Mood" rename value ${pick(["'sad'", "'so so'"])} to 'it''s'`,
  "rename-object": ({ t, pick }) =>
    pick([
      'alter view seen rename to "re ""named"',
      "alter index by_parent rename to renamed",
      "alter sequence counter rename to renamed",
      `alter trigger touched on ${t} rename to renamed`,
      'alter type "Mood" rename to renamed',
    ]),
  "rename-table": ({ t, pick }) => `alter table ${pick([t, "parent", "part"])} rename to "re ""named"`,
  "session-setting": ({ pick }) => pick(["set local work_mem = '8MB'", "set search_path = public", "reset work_mem"]),
  "set-column-option": ({ t, c, pick }) =>
    `alter table ${t} alter ${c} set ${pick(["statistics 33", "(n_distinct = 4)"])}`,
  "set-default": ({ t, c, pick }) => `alter table ${t} alter ${c} ${pick(["drop default", "set default null"])}`,
  "set-expression": ({ t }) => `alter table ${t} alter made drop expression`,
  "set-identity": ({ t, schema }) =>
    schema.key === "none"
      ? `alter table part alter k add generated by default as identity`
      : `alter table ${t} alter id add generated by default as identity`,
  "set-not-null": ({ t, column, c, schema }) =>
    column.notNull || schema.rows === 0
      ? `alter table ${t} alter ${c} set not null`
      : `alter table ${t} alter id set not null`,
  "set-schema": ({ t, pick }) =>
    pick([`alter table ${t} set schema elsewhere`, "alter view seen set schema elsewhere"]),
  "set-table-option": ({ t, pick }) =>
    `alter table ${t} ${pick(["set (fillfactor = 71)", "enable row level security", "replica identity full", "set unlogged"])}`,
  "set-trigger-state": ({ t, pick }) =>
    `alter table ${t} ${pick(["disable trigger touched", "enable always trigger touched"])}`,
  "transaction-control": () => "set constraints all immediate",
  truncate: ({ t, pick }) => `truncate ${pick([t, "parent cascade", "part", "loose"])}`,
  "validate-constraint": ({ t }) => `alter table ${t} validate constraint later`,
  "write-rows": ({ t, c, column, pick }) =>
    pick([
      `update ${t} set parent = 2 where id > 2`,
      `update ${t} set ${c} = ${column.notNull ? c : "null"}`,
      `delete from ${t} where id % 2 = 0`,
      "delete from parent where id = 1",
      "insert into parent select n, 'made' from generate_series(10, 12) n",
      "with gone as (delete from loose returning *) insert into part select * from gone",
    ]),
};

export function operationContext(schema: RandomSchema, numbers: readonly number[]): OperationContext {
  let at = 0;
  const pick: Pick = (list) => {
    const chosen = list[(numbers[at++ % numbers.length] ?? 0) % list.length];
    if (chosen === undefined) throw new RangeError("nothing to pick from");
    return chosen;
  };
  const column = pick(schema.columns);
  return { schema, t: identifier(schema.table), c: identifier(column.name), column, pick };
}
