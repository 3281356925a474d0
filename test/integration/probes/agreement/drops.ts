import type { Agreement } from "./agreement.js";

export const DROPS: readonly Agreement[] = [
  {
    name: "drop generated base",
    setup: "create table t (a int, b int generated always as (a) stored)",
    release: "alter table t drop a",
  },
  {
    name: "drop pk with fk",
    setup: "create table p (id int constraint pk primary key); create table t (a int references p)",
    release: "alter table p drop constraint pk",
  },
  {
    name: "drop index with fk",
    setup: "create table p (id int); create unique index i on p (id); create table t (a int references p (id))",
    release: "drop index i",
  },
  { name: "drop schema", setup: "create schema s; create table s.t (a int)", release: "drop schema s" },
  {
    name: "drop sequence",
    setup: "create sequence s; create table t (a int default nextval('s'))",
    release: "drop sequence s",
  },
  {
    name: "drop function",
    setup:
      "create function f(int) returns int language sql immutable as 'select 1'; create table t (a int check (f(a) = 1))",
    release: "drop function f(int)",
  },
  {
    name: "drop view of view",
    setup: "create table t (a int); create view v as select a from t; create view w as select a from v",
    release: "drop view v",
  },
  {
    name: "drop column of policy",
    setup: "create table t (a int); create policy p on t using (a > 0)",
    release: "alter table t drop a",
  },
  {
    name: "drop column of trigger",
    setup:
      "create table t (a int, b int); create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger g before update of a on t for each row execute function f()",
    release: "alter table t drop a",
  },
  {
    name: "drop column of trigger when",
    setup:
      "create table t (a int, b int); create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger g before update on t for each row when (new.a > 0) execute function f()",
    release: "alter table t drop a",
  },
  {
    name: "drop column with own index",
    setup: "create table t (a int, b int, check (a > b), unique (a, b))",
    release: "alter table t drop a",
  },
  { name: "drop serial column", setup: "create table t (a serial, b int)", release: "alter table t drop a" },
  {
    name: "drop table of inheritance",
    setup: "create table t (a int); create table c () inherits (t)",
    release: "drop table t",
  },
  {
    name: "drop partitioned",
    setup: "create table t (a int) partition by list (a); create table c partition of t default",
    release: "drop table t",
  },
  { name: "drop row type used", setup: "create table t (a int); create table u (x t)", release: "drop table t" },
  {
    name: "drop extension",
    setup: "create extension citext; create table t (a citext)",
    release: "drop extension citext",
  },
  {
    name: "drop collation",
    setup:
      "create collation ci (provider = icu, locale = 'und', deterministic = false); create table t (a text collate ci)",
    release: "drop collation ci",
  },
  {
    name: "drop type used by function",
    setup: "create type m as enum ('x'); create function f(m) returns int language sql as 'select 1'",
    release: "drop type m",
  },
  {
    name: "a foreign key dropped before its table",
    setup: "create table p (id int primary key); create table t (a int constraint f references p)",
    release: "alter table t drop constraint f; drop table p",
  },
  {
    name: "a column with a foreign key dropped before its table",
    setup: "create table p (id int primary key); create table t (a int references p)",
    release: "alter table t drop a; drop table p",
  },
  {
    name: "a table with a foreign key dropped before",
    setup: "create table p (id int primary key); create table t (a int references p)",
    release: "drop table t; drop table p",
  },
  {
    name: "a view dropped with cascade before",
    setup: "create table t (a int); create view v as select a from t; create view w as select a from v",
    release: "drop view v cascade; drop table t",
  },
  {
    name: "a default dropped before its sequence",
    setup: "create sequence s; create table t (a int default nextval('s'))",
    release: "alter table t alter a drop default; drop sequence s",
  },
  {
    name: "a trigger dropped before its function",
    setup:
      "create table t (a int); create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger g before update on t for each row execute function f()",
    release: "drop trigger g on t; drop function f()",
  },
  {
    name: "a trigger that needs a function",
    setup:
      "create table t (a int); create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger g before update on t for each row execute function f()",
    release: "drop function f()",
  },
  {
    name: "a policy dropped before its column",
    setup: "create table t (a int); create policy p on t using (a > 0)",
    release: "drop policy p on t; alter table t drop a",
  },
  {
    name: "a column retyped before its type goes",
    setup: "create type m as enum ('x'); create table t (a m)",
    release: "alter table t alter a type text using a::text; drop type m",
  },
  {
    name: "one of two columns retyped before their type goes",
    setup: "create type m as enum ('x'); create table t (a m, b m)",
    release: "alter table t alter a type text using a::text; drop type m",
  },
  {
    name: "a view replaced before its column goes",
    setup: "create table t (a int, b int); create view v as select a from t",
    release: "create or replace view v as select b as a from t; alter table t drop a",
  },
  {
    name: "a schema emptied before",
    setup: "create schema s; create table s.t (a int)",
    release: "drop table s.t; drop schema s",
  },
  {
    name: "a table and its view at once",
    setup: "create table t (a int); create view v as select a from t",
    release: "drop table if exists t cascade",
  },
  {
    name: "two tables that point at each other",
    setup:
      "create table t (a int primary key); create table u (a int primary key references t); alter table t add foreign key (a) references u",
    release: "drop table t, u",
  },
  {
    name: "a table that points at itself",
    setup: "create table t (a int primary key, up int references t)",
    release: "drop table t",
  },
  {
    name: "a materialized view on a view",
    setup: "create table t (a int); create view v as select a from t; create materialized view m as select a from v",
    release: "drop view v",
  },
  {
    name: "a constraint that nothing needs",
    setup: "create table t (a int constraint k check (a > 0), b int constraint u unique)",
    release: "alter table t drop constraint k, drop constraint u",
  },
  {
    name: "a unique constraint that a view groups by",
    setup: "create table t (a int constraint pk primary key, b int); create view v as select a, b from t group by a",
    release: "alter table t drop constraint pk",
  },
  {
    name: "a partition",
    setup:
      "create table p (a int) partition by list (a); create table t partition of p for values in (1); create view v as select a from p",
    release: "drop table t",
  },
  {
    name: "a partition that a view reads",
    setup:
      "create table p (a int) partition by list (a); create table t partition of p for values in (1); create view v as select a from t",
    release: "drop table t",
  },
  {
    name: "a function that a default calls",
    setup: "create function f() returns int language sql as 'select 1'; create table t (a int default f())",
    release: "drop function f",
  },
  { name: "a domain over a type", setup: "create type m as enum ('x'); create domain d as m", release: "drop type m" },
  {
    name: "a column of a composite type",
    setup: "create type c as (x int); create table t (a c)",
    release: "drop type c",
  },
  {
    name: "an identity column",
    setup: "create table t (a int generated always as identity, b int)",
    release: "alter table t drop a",
  },
];
