import type { Major } from "./majors.js";

/** A schema with something of every kind in it, and rows. */
export const SCHEMA = `
  create type mood as enum ('a', 'b');
  create domain positive as int check (value > 0);
  create domain loose as int;
  create table parent (id int primary key, x int unique);
  create table t (id int primary key, a int, b int not null, c varchar(10), d text, e numeric(6, 2), l loose,
    ts timestamp, p int references parent, g int generated always as (a + 1) stored, constraint proved check (a is not null) );
  create table child (id int primary key, t int references t);
  create index t_a on t (a);
  create unique index t_b on t (b);
  create table part (k int not null, v int) partition by range (k);
  create table part_1 partition of part for values from (0) to (10);
  create table part_default partition of part default;
  create table loose_part (k int not null, v int);
  create table base (i int); create table heir () inherits (base);
  create view v as select b from t;
  create materialized view m as select id, x from parent;
  create unique index on m (id);
  create function f() returns trigger language plpgsql as 'begin return new; end';
  create trigger tg before insert on t for each row execute function f();
  create policy pol on t using (true);
  create sequence s;
  alter table t add constraint later check (b > 0) not valid;
  insert into parent values (1, 1); insert into t values (1, 1, 1, 'x', 'x', 1, 1, now(), 1);
  insert into child values (1, 1); insert into part values (1, 1), (20, 1); insert into loose_part values (30, 1);
  insert into base values (1); insert into heir values (1);
  create schema other; create table heir_to_be (i int);
  create table alone (k int) partition by range (k); create table alone_1 partition of alone for values from (0) to (9);`;

/** One statement per form of every kind that takes a lock. */
const STATEMENTS: readonly string[] = [
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
  "alter table t drop column d",
  "alter table t drop column p",
  "alter table t rename column d to dd",
  "alter table base rename column i to j",
  "alter table t rename to u",
  "alter table t set schema other",
  "alter table t alter d set default 'x'",
  "alter table t alter d drop default",
  "alter table t alter d set not null",
  "alter table t alter a set not null",
  "alter table t alter b drop not null",
  "alter table t alter l type bigint",
  "alter table t alter c type varchar(20)",
  "alter table t alter c type text",
  "alter table t alter c type varchar(5)",
  "alter table t alter d type varchar(20)",
  "alter table t alter e type numeric(8, 2)",
  "alter table t alter e type numeric(8, 3)",
  "alter table t alter p type bigint",
  "alter table t alter id type bigint",
  "alter table t alter b add generated always as identity",
  "alter table t alter d set statistics 100",
  "alter table t alter d set storage external",
  "alter table t alter d set (n_distinct = 5)",
  "alter table t alter g drop expression",
  "alter table t add constraint k check (b > 0)",
  "alter table t add constraint k check (b > 0) not valid",
  "alter table t add constraint k unique (d)",
  "alter table loose_part add primary key (k)",
  "alter table t add constraint k unique using index t_b",
  "alter table t add constraint k foreign key (a) references parent",
  "alter table t add constraint k foreign key (a) references parent not valid",
  "alter table t add constraint k exclude using btree (d with =)",
  "alter table t validate constraint later",
  "alter table t drop constraint proved",
  "alter table t drop constraint t_p_fkey",
  "alter table t drop constraint t_pkey cascade",
  "alter table t rename constraint proved to was",
  "alter table t alter constraint t_p_fkey deferrable",
  "create index on t (d)",
  "create unique index on t (d)",
  "create index on part (v)",
  "create index on only part (v)",
  "drop index t_a",
  "reindex table t",
  "reindex index t_a",
  "alter table part attach partition loose_part for values from (30) to (40)",
  "alter table part detach partition part_1",
  "create table n partition of part for values from (50) to (60)",
  "create table n (t int references t)",
  "create table n (like t including all)",
  "create table n () inherits (base)",
  "create table n as select * from t",
  "drop table t cascade",
  "drop table child",
  "drop table part_1",
  "drop table part",
  "alter table loose_part set unlogged",
  "alter table t set (fillfactor = 70)",
  "alter table t replica identity full",
  "alter table t enable row level security",
  "alter table t cluster on t_a",
  "alter table t owner to current_user",
  "alter table heir no inherit base",
  "alter table heir_to_be inherit base",
  "alter table t disable trigger tg",
  "create trigger n before insert on t for each row execute function f()",
  "drop trigger tg on t",
  "create policy n on t using (true)",
  "alter policy pol on t using (false)",
  "drop policy pol on t",
  "create view n as select * from t",
  "create or replace view v as select b from t",
  "drop view v",
  "create materialized view n as select * from t",
  "refresh materialized view m",
  "refresh materialized view concurrently m",
  "drop materialized view m",
  "alter trigger tg on t rename to n",
  "alter index t_a rename to n",
  "create rule n as on insert to base do also nothing",
  "comment on table t is 'x'",
  "comment on column t.a is 'x'",
  "grant select on t to public",
  "insert into t (id, a, b) values (9, 9, 9)",
  "update t set d = 'y'",
  "update t set d = 'y' where id = 1",
  "delete from child",
  "truncate child",
  "truncate t cascade",
  "lock table t in share mode",
  "lock table part",
  "analyze t",
  "select * from t",
  "alter domain loose add constraint k check (value > 0)",
  "alter domain loose set not null",
  "create sequence n",
  "create function n() returns int language sql as 'select 1'",
  "alter type mood rename value 'a' to 'z'",
];

const SINCE_17: readonly string[] = ["alter table t alter g set expression as (a + 2)"];

/** Those that a major knows. */
export function statementsOf(major: Major): readonly string[] {
  return Number(major) >= 17 ? [...STATEMENTS, ...SINCE_17] : STATEMENTS;
}
