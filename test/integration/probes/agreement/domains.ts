import type { Agreement } from "./agreement.js";

export const DOMAINS: readonly Agreement[] = [
  {
    name: "domain in composite",
    setup:
      "create domain d as int; create type c as (x d); create table t (id int primary key, v c); insert into t values (1, row(-1))",
    release: "alter domain d add constraint k check (value > 0)",
  },
  {
    name: "domain in a range",
    setup: "create domain d as int; create type r as range (subtype = d); create table t (id int primary key, v r)",
    release: "alter domain d add constraint k check (value > 0)",
  },
  {
    name: "domain in a row type",
    setup: "create domain d as int; create table s (x d); create table t (id int primary key, v s)",
    release: "alter domain d add constraint k check (value > 0)",
  },
  {
    name: "domain over array of domain",
    setup: "create domain d as int; create domain e as d[]; create table t (id int primary key, v e)",
    release: "alter domain d add constraint k check (value > 0)",
  },
  {
    name: "domain set not null",
    setup: "create domain d as int; create table t (id int primary key, v d); insert into t values (1, null)",
    release: "alter domain d set not null",
  },
  {
    name: "domain partitioned",
    setup:
      "create domain d as int; create table t (v d) partition by list (v); create table t1 partition of t for values in (-1); insert into t values (-1)",
    release: "alter domain d add constraint k check (value > 0)",
  },
  {
    name: "domain two schemas",
    setup:
      "create schema x; create domain x.d as int; create domain d as int; create table t (id int primary key, v x.d); insert into t values (1, -1)",
    release: "alter domain d add constraint k check (value > 0)",
  },
  {
    name: "domain two schemas other",
    setup:
      "create schema x; create domain x.d as int; create domain d as int; create table t (id int primary key, v x.d); insert into t values (1, -1)",
    release: "alter domain x.d add constraint k check (value > 0)",
  },
  {
    name: "domain quoted",
    setup:
      'create domain "D x" as text; create table "T y" ("Id" int primary key, "V ""z" "D x"); insert into "T y" values (1, \'a\')',
    release: "alter domain \"D x\" add constraint k check (value <> 'a')",
  },
];
