import type { Major } from "./majors.js";
import { OPERATION_CASES } from "./operation-cases.js";

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

/** Those that a major knows. */
export function statementsOf(major: Major): readonly string[] {
  return Object.values(OPERATION_CASES).flatMap(({ statements = [], since17 = [], withoutInverse = [] }) => [
    ...statements,
    ...(Number(major) >= 17 ? since17 : []),
    ...withoutInverse,
  ]);
}

/** Those that have no inverse of their own. */
export const WITHOUT_INVERSE: ReadonlySet<string> = new Set(
  Object.values(OPERATION_CASES).flatMap(({ withoutInverse = [] }) => withoutInverse),
);
