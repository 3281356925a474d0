import type { Agreement } from "./agreement.js";

export const ENUMS: readonly Agreement[] = [
  {
    name: "enum with using expression",
    setup: "create type m as enum ('a', 'b'); create table t (id int primary key, v m); insert into t values (1, 'b')",
    release:
      "alter type m rename to o; create type m as enum ('a'); alter table t alter v type m using (case v::text when 'b' then 'a' else v::text end)::m",
  },
  {
    name: "enum quoted with using",
    setup:
      "create type \"my m\" as enum ('a', 'b'); create table t (id int primary key, v \"my m\"); insert into t values (1, 'b')",
    release:
      'alter type "my m" rename to o; create type "my m" as enum (\'a\'); alter table t alter v type "my m" using replace(v::text, \'b\', \'a\')::"my m"',
  },
  {
    name: "enum array",
    setup:
      "create type m as enum ('a', 'b'); create table t (id int primary key, v m[]); insert into t values (1, '{a,b}')",
    release:
      "alter type m rename to o; create type m as enum ('a'); alter table t alter v type m[] using v::text[]::m[]",
  },
  {
    name: "enum array null element",
    setup:
      "create type m as enum ('a', 'b'); create table t (id int primary key, v m[]); insert into t values (1, '{a,null}')",
    release:
      "alter type m rename to o; create type m as enum ('a'); alter table t alter v type m[] using v::text[]::m[]",
  },
  {
    name: "enum text to existing",
    setup:
      "create type m as enum ('a', 'b'); create table t (id int primary key, v text); insert into t values (1, 'c')",
    release: "alter table t alter v type m using v::m",
  },
  {
    name: "enum text to new",
    setup: "create table t (id int primary key, v text); insert into t values (1, 'c')",
    release: "create type m as enum ('a', 'b'); alter table t alter v type m using v::m",
  },
  {
    name: "enum default of column",
    setup: "create type m as enum ('a', 'b'); create table t (id int primary key, v m default 'b')",
    release:
      "alter type m rename to o; create type m as enum ('a'); alter table t alter v drop default; alter table t alter v type m using v::text::m",
  },
];
