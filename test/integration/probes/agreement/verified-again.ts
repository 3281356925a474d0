import type { Agreement } from "./agreement.js";

export const VERIFIED_AGAIN: readonly Agreement[] = [
  {
    name: "type change makes unique repeat",
    setup: "create table t (id int primary key, c numeric unique); insert into t values (1, 1.2), (2, 1.4)",
    release: "alter table t alter c type int",
  },
  {
    name: "type change keeps unique",
    setup: "create table t (id int primary key, c numeric unique); insert into t values (1, 1.2), (2, 2.4)",
    release: "alter table t alter c type int",
  },
  {
    name: "collation change makes unique repeat",
    setup:
      "create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); create table t (id int primary key, c text unique); insert into t values (1, 'a'), (2, 'A')",
    release: "alter table t alter c type text collate ci",
  },
  {
    name: "type change breaks check",
    setup: "create table t (id int primary key, c numeric check (c > 0)); insert into t values (1, 0.2)",
    release: "alter table t alter c type int",
  },
  {
    name: "type change breaks fk",
    setup:
      "create table p (id int primary key); insert into p values (1); create table t (id int primary key, c int references p); insert into t values (1, 1)",
    release: "alter table t alter c type int using c + 1",
  },
  {
    name: "type change breaks fk of parent",
    setup:
      "create table p (id int primary key); insert into p values (1); create table t (id int primary key, c int references p); insert into t values (1, 1)",
    release: "alter table p alter id type int using id + 1",
  },
  {
    name: "type change breaks unique expression index",
    setup:
      "create table t (id int primary key, c numeric); create unique index on t ((c + 0)); insert into t values (1, 1.2), (2, 1.4)",
    release: "alter table t alter c type int",
  },
  {
    name: "type change breaks exclusion",
    setup:
      "create table t (id int primary key, c numeric, exclude using btree (c with =)); insert into t values (1, 1.2), (2, 1.4)",
    release: "alter table t alter c type int",
  },
  {
    name: "type change own unique made by release",
    setup: "create table t (id int primary key, c numeric); insert into t values (1, 1.2), (2, 1.4)",
    release: "create unique index on t (c); alter table t alter c type int",
  },
  {
    name: "type change own check made by release",
    setup: "create table t (id int primary key, c numeric); insert into t values (1, 0.2)",
    release: "alter table t add check (c > 0); alter table t alter c type int",
  },
  {
    name: "type change unique after rename",
    setup: "create table t (id int primary key, c numeric unique); insert into t values (1, 1.2), (2, 1.4)",
    release: "alter table t rename c to z; alter table t alter z type int",
  },
  {
    name: "type change unique dropped before",
    setup:
      "create table t (id int primary key, c numeric constraint u unique); insert into t values (1, 1.2), (2, 1.4)",
    release: "alter table t drop constraint u; alter table t alter c type int",
  },
  {
    name: "type change unique dropped with",
    setup:
      "create table t (id int primary key, c numeric constraint u unique); insert into t values (1, 1.2), (2, 1.4)",
    release: "alter table t alter c type int, drop constraint u",
  },
];
