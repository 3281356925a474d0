import type { Agreement } from "./agreement.js";

export const CONVERSIONS: readonly Agreement[] = [
  {
    name: "bit assignment",
    setup: "create table t (id int primary key, b bit(5)); insert into t values (1, b'10101')",
    release: "alter table t alter b type bit(3)",
  },
  {
    name: "bit same",
    setup: "create table t (id int primary key, b bit(3)); insert into t values (1, b'101')",
    release: "alter table t alter b type bit varying(3)",
  },
  {
    name: "varbit too long",
    setup: "create table t (id int primary key, b bit varying); insert into t values (1, b'10101')",
    release: "alter table t alter b type bit varying(3)",
  },
  {
    name: "text array to varchar array",
    setup: "create table t (id int primary key, c text[]); insert into t values (1, '{abcd,a}')",
    release: "alter table t alter c type varchar(3)[]",
  },
  {
    name: "text array to varchar array ok",
    setup: "create table t (id int primary key, c text[]); insert into t values (1, '{abc,\"abc  \"}')",
    release: "alter table t alter c type varchar(3)[]",
  },
  {
    name: "domain source to varchar",
    setup: "create domain d as text; create table t (id int primary key, c d); insert into t values (1, 'abcd')",
    release: "alter table t alter c type varchar(3)",
  },
  {
    name: "domain over varchar target",
    setup:
      "create domain d as varchar(3); create table t (id int primary key, c text); insert into t values (1, 'abcd')",
    release: "alter table t alter c type d",
  },
  {
    name: "domain over varchar target ok",
    setup:
      "create domain d as varchar(3); create table t (id int primary key, c text); insert into t values (1, 'abc')",
    release: "alter table t alter c type d",
  },
  {
    name: "domain with check target",
    setup:
      "create domain d as int check (value > 0); create table t (id int primary key, c int); insert into t values (1, -5)",
    release: "alter table t alter c type d",
  },
  {
    name: "domain not null target",
    setup:
      "create domain d as int not null; create table t (id int primary key, c int); insert into t values (1, null)",
    release: "alter table t alter c type d",
  },
  {
    name: "using other cast",
    setup: "create table t (id int primary key, c text); insert into t values (1, '3000000000')",
    release: "alter table t alter c type bigint using c::int",
  },
  {
    name: "using numeric to int",
    setup: "create table t (id int primary key, c text); insert into t values (1, '1.5')",
    release: "alter table t alter c type int using c::numeric",
  },
  {
    name: "using numeric to int too big",
    setup: "create table t (id int primary key, c text); insert into t values (1, '3000000000.5')",
    release: "alter table t alter c type int using c::numeric",
  },
  {
    name: "using expr too long",
    setup: "create table t (id int primary key, c text); insert into t values (1, 'abcdef')",
    release: "alter table t alter c type varchar(3) using substr(c, 2)",
  },
  {
    name: "using expr to smallint",
    setup: "create table t (id int primary key, c int); insert into t values (1, 40000)",
    release: "alter table t alter c type smallint using c + 1",
  },
  {
    name: "numeric underflow real",
    setup: "create table t (id int primary key, c numeric); insert into t values (1, 1e-50)",
    release: "alter table t alter c type real",
  },
  {
    name: "double underflow real",
    setup: "create table t (id int primary key, c double precision); insert into t values (1, 1e-50)",
    release: "alter table t alter c type real",
  },
  {
    name: "numeric underflow double",
    setup: "create table t (id int primary key, c numeric); insert into t values (1, 1e-400)",
    release: "alter table t alter c type double precision",
  },
  {
    name: "text underflow real",
    setup: "create table t (id int primary key, c text); insert into t values (1, '1e-50')",
    release: "alter table t alter c type real using c::real",
  },
  {
    name: "denormal real ok",
    setup: "create table t (id int primary key, c double precision); insert into t values (1, 1e-40)",
    release: "alter table t alter c type real",
  },
  {
    name: "double to int halves",
    setup: "create table t (id int primary key, c double precision); insert into t values (1, 2147483647.5)",
    release: "alter table t alter c type int",
  },
  {
    name: "double to int low half",
    setup: "create table t (id int primary key, c double precision); insert into t values (1, -2147483648.5)",
    release: "alter table t alter c type int",
  },
  {
    name: "double to bigint lowest",
    setup: "create table t (id int primary key, c double precision); insert into t values (1, -9223372036854775808)",
    release: "alter table t alter c type bigint",
  },
  {
    name: "double to bigint 2^63",
    setup: "create table t (id int primary key, c double precision); insert into t values (1, 9223372036854775808)",
    release: "alter table t alter c type bigint",
  },
  {
    name: "numeric 999.995 to numeric(5,2)",
    setup: "create table t (id int primary key, c numeric); insert into t values (1, 999.995)",
    release: "alter table t alter c type numeric(5,2)",
  },
  {
    name: "real to numeric(3,1)",
    setup: "create table t (id int primary key, c real); insert into t values (1, 99.96)",
    release: "alter table t alter c type numeric(3,1)",
  },
  {
    name: "int to smallint array",
    setup: "create table t (id int primary key, c int[]); insert into t values (1, '{1,40000}')",
    release: "alter table t alter c type smallint[]",
  },
  {
    name: "int to char(2)",
    setup: "create table t (id int primary key, c int); insert into t values (1, 123)",
    release: "alter table t alter c type char(2)",
  },
  {
    name: "timestamp to timestamptz",
    setup:
      "create table t (id int primary key, c timestamp); insert into t values (1, 'infinity'), (2, '2024-03-31 02:30')",
    release: "alter table t alter c type timestamptz",
  },
  {
    name: "text to date",
    setup: "create table t (id int primary key, c text); insert into t values (1, '2024-02-30')",
    release: "alter table t alter c type date using c::date",
  },
  {
    name: "domain altered then used",
    setup: "create domain d as int; create table t (id int primary key, v int); insert into t values (1, -1)",
    release: "alter domain d add constraint k check (value > 0); alter table t alter v type d",
  },
  {
    name: "column case pair",
    setup: "create table t (\"Name\" text, name text); insert into t values ('5', 'x')",
    release: 'alter table t alter "Name" type int using name::int',
  },
];
