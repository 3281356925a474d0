import type { Agreement } from "./agreement.js";

export const KEYS: readonly Agreement[] = [
  {
    name: "empty range without overlaps",
    setup: "create table t (id int4range, during daterange); insert into t values ('[1,2)', 'empty')",
    release: "alter table t add unique (id, during without overlaps)",
    since: 18,
  },
  {
    name: "refresh then unique",
    setup:
      "create table t (id int primary key, a int); create materialized view m as select a from t; insert into t values (1, 5), (2, 5)",
    release: "refresh materialized view m; create unique index on m (a)",
  },
  {
    name: "unique on matview",
    setup:
      "create table t (id int primary key, a int); insert into t values (1, 5), (2, 5); create materialized view m as select a from t",
    release: "create unique index on m (a)",
  },
  {
    name: "partial predicate guards expression",
    setup: "create table t (id int primary key, k text, c text); insert into t values (1, 'n', '5'), (2, 's', 'x')",
    release: "create unique index on t ((c::int)) where k = 'n'",
  },
  {
    name: "partial predicate guards expression, repeat",
    setup:
      "create table t (id int primary key, k text, c text); insert into t values (1, 'n', '5'), (2, 's', 'x'), (3, 'n', '05')",
    release: "create unique index on t ((c::int)) where k = 'n'",
  },
  {
    name: "expression error",
    setup: "create table t (id int primary key, k text, c text); insert into t values (1, 'n', 'x')",
    release: "create unique index on t ((c::int))",
  },
  {
    name: "exclude with opclass",
    setup:
      "create extension btree_gist; create table t (id int primary key, room int, r int4range); insert into t values (1, 1, '[1,5)'), (2, 2, '[2,3)')",
    release: "alter table t add exclude using gist (room gist_int4_ops with =, r with &&)",
  },
  {
    name: "exclude where",
    setup:
      "create extension btree_gist; create table t (id int primary key, room int, r int4range, live bool); insert into t values (1, 1, '[1,5)', true), (2, 1, '[2,3)', false)",
    release: "alter table t add exclude using gist (room with =, r with &&) where (live)",
  },
  {
    name: "exclude not equal",
    setup:
      "create extension btree_gist; create table t (id int primary key, room int, r int4range); insert into t values (1, 1, '[1,5)'), (2, 2, '[2,3)')",
    release: "alter table t add exclude using gist (room with <>, r with &&)",
  },
  {
    name: "exclude two ranges",
    setup:
      "create table t (id int primary key, a int4range, b int4range); insert into t values (1, '[1,5)', '[1,5)'), (2, '[2,3)', '[7,8)')",
    release: "alter table t add exclude using gist (a with &&, b with &&)",
  },
  {
    name: "exclude from columns",
    setup:
      "create table t (id int primary key, a date, b date); insert into t values (1, '2024-01-01', '2024-01-05'), (2, '2024-01-05', '2024-01-09')",
    release: "alter table t add exclude using gist (daterange(a, b, '[]') with &&)",
  },
  {
    name: "exclude multirange",
    setup:
      "create table t (id int primary key, a int4multirange); insert into t values (1, '{[1,5),[9,10)}'), (2, '{[5,10)}')",
    release: "alter table t add exclude using gist (a with &&)",
  },
  {
    name: "exclude nulls",
    setup:
      "create table t (id int primary key, a int4range); insert into t values (1, null), (2, null), (3, 'empty'), (4, '(,)')",
    release: "alter table t add exclude using gist (a with &&)",
  },
  {
    name: "nulls not distinct composite",
    setup: "create table t (id int primary key, a int, b int); insert into t values (1, 1, null), (2, 1, null)",
    release: "create unique index on t (a, b) nulls not distinct",
  },
  {
    name: "unique char padding",
    setup: "create table t (id int primary key, a char(5)); insert into t values (1, 'a'), (2, 'a  ')",
    release: "create unique index on t (a)",
  },
  {
    name: "unique numeric scale",
    setup: "create table t (id int primary key, a numeric); insert into t values (1, 1.0), (2, 1.00)",
    release: "create unique index on t (a)",
  },
  {
    name: "unique float zero",
    setup:
      "create table t (id int primary key, a float8); insert into t values (1, 0), (2, -0.0), (3, 'nan'), (4, 'nan')",
    release: "create unique index on t (a)",
  },
  {
    name: "unique interval",
    setup: "create table t (id int primary key, a interval); insert into t values (1, '1 day'), (2, '24 hours')",
    release: "create unique index on t (a)",
  },
  {
    name: "unique jsonb",
    setup: "create table t (id int primary key, a jsonb); insert into t values (1, '{\"a\":1.0}'), (2, '{\"a\":1.00}')",
    release: "create unique index on t (a)",
  },
  {
    name: "unique composite type",
    setup:
      "create type c as (x int, y text); create table t (id int primary key, a c); insert into t values (1, row(1, null)), (2, row(1, null))",
    release: "create unique index on t (a)",
  },
  {
    name: "unique row with null fields",
    setup:
      "create type c as (x int, y text); create table t (id int primary key, a c); insert into t values (1, row(null, null)), (2, row(null, null))",
    release: "create unique index on t (a)",
  },
  {
    name: "unique citext",
    setup:
      "create extension citext; create table t (id int primary key, a citext); insert into t values (1, 'a'), (2, 'A')",
    release: "create unique index on t (a)",
  },
  {
    name: "unique domain",
    setup: "create domain d as text; create table t (id int primary key, a d); insert into t values (1, 'a'), (2, 'a')",
    release: "create unique index on t (a)",
  },
  {
    name: "unique array",
    setup: "create table t (id int primary key, a int[]); insert into t values (1, '{1}'), (2, '{1}')",
    release: "create unique index on t (a)",
  },
  {
    name: "unique range",
    setup: "create table t (id int primary key, a int4range); insert into t values (1, '[1,2)'), (2, '[1,1]')",
    release: "create unique index on t (a)",
  },
  {
    name: "unique inet opclass",
    setup: "create table t (id int primary key, a text); insert into t values (1, 'a'), (2, 'a')",
    release: "create unique index on t (a text_pattern_ops)",
  },
  {
    name: "unique enum",
    setup:
      "create type m as enum ('x'); create table t (id int primary key, a m); insert into t values (1, 'x'), (2, 'x')",
    release: "create unique index on t (a)",
  },
  {
    name: "unique column nondeterministic",
    setup:
      "create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); create table t (id int primary key, a text collate ci); insert into t values (1, 'a'), (2, 'A')",
    release: "create unique index on t (a)",
  },
  {
    name: "unique expression nondeterministic",
    setup:
      "create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); create table t (id int primary key, a text collate ci); insert into t values (1, 'a'), (2, 'A')",
    release: "create unique index on t ((a || 'x'))",
  },
  {
    name: "unique deterministic over nondeterministic",
    setup:
      "create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); create table t (id int primary key, a text collate ci); insert into t values (1, 'a'), (2, 'A')",
    release: 'create unique index on t (a collate "C")',
  },
  {
    name: "unique include",
    setup: "create table t (id int primary key, a int, b int); insert into t values (1, 1, 1), (2, 1, 2)",
    release: "create unique index on t (a) include (b)",
  },
];
