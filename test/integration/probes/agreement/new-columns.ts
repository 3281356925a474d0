import type { Agreement } from "./agreement.js";

export const NEW_COLUMNS: readonly Agreement[] = [
  {
    name: "generated not null column",
    setup: "create table t (id int primary key, a int); insert into t values (1, null)",
    release: "alter table t add g int generated always as (a + 1) stored not null",
  },
  {
    name: "generated not null column ok",
    setup: "create table t (id int primary key, a int); insert into t values (1, 1)",
    release: "alter table t add g int generated always as (a + 1) stored not null",
  },
  {
    name: "new column of domain not null",
    setup: "create domain d as int not null; create table t (id int primary key); insert into t values (1)",
    release: "alter table t add c d",
  },
  {
    name: "new column of domain with default",
    setup: "create domain d as int default 5 not null; create table t (id int primary key); insert into t values (1)",
    release: "alter table t add c d not null",
  },
  {
    name: "new column of domain with bad default",
    setup: "create domain d as int check (value > 0); create table t (id int primary key); insert into t values (1)",
    release: "alter table t add c d default 0",
  },
  {
    name: "new column of domain refusing null",
    setup:
      "create domain d as int check (value is not null); create table t (id int primary key); insert into t values (1)",
    release: "alter table t add c d",
  },
  {
    name: "new column primary key with rows",
    setup: "create table t (a int); insert into t values (1), (2)",
    release: "alter table t add id int default 5 primary key",
  },
  {
    name: "new serial key",
    setup: "create table t (a int); insert into t values (1), (2)",
    release: "alter table t add id serial primary key",
  },
  {
    name: "new identity key",
    setup: "create table t (a int); insert into t values (1), (2)",
    release: "alter table t add id int generated always as identity primary key",
  },
  {
    name: "new fk column default orphan",
    setup: "create table p (id int primary key); create table t (a int); insert into t values (1)",
    release: "alter table t add p int default 5 references p",
  },
  {
    name: "new check column",
    setup: "create table t (a int); insert into t values (1)",
    release: "alter table t add p int default 5 check (p > 7)",
  },
  {
    name: "set expression",
    setup:
      "create table t (id int primary key, a int, g int generated always as (a) stored not null); insert into t values (1, 5)",
    release: "alter table t alter g set expression as (nullif(a, 5))",
    since: 18,
  },
  {
    name: "set expression then unique",
    setup:
      "create table t (id int primary key, a int, g int generated always as (id) stored); insert into t values (1, 5), (2, 5)",
    release: "alter table t alter g set expression as (a); create unique index on t (g)",
    since: 18,
  },
];
