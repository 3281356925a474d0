import type { Agreement } from "./agreement.js";

export const CONSTRAINTS: readonly Agreement[] = [
  {
    name: "not null as a constraint of the table",
    setup: "create table t (id int primary key, a int); insert into t values (1, null)",
    release: "alter table t add constraint nn not null a",
    since: 18,
  },
  {
    name: "not null not valid then validate",
    setup: "create table t (id int primary key, a int); insert into t values (1, null)",
    release: "alter table t add constraint nn not null a not valid; alter table t validate constraint nn",
    since: 18,
  },
  {
    name: "not null not valid there, validate",
    setup:
      "create table t (id int primary key, a int); insert into t values (1, null); alter table t add constraint nn not null a not valid",
    release: "alter table t validate constraint nn",
    since: 18,
  },
  {
    name: "not null not valid there, set",
    setup:
      "create table t (id int primary key, a int); insert into t values (1, null); alter table t add constraint nn not null a not valid",
    release: "alter table t alter a set not null",
    since: 18,
  },
  {
    name: "not null not valid there, primary key",
    setup: "create table t (a int); insert into t values (null); alter table t add constraint nn not null a not valid",
    release: "alter table t add primary key (a)",
    since: 18,
  },
  {
    name: "fk not enforced made enforced",
    setup:
      "create table p (id int primary key); create table t (id int primary key, a int); alter table t add constraint f foreign key (a) references p not enforced; insert into t values (1, 5)",
    release: "alter table t alter constraint f enforced",
    since: 18,
  },
  {
    name: "using index key then fk",
    setup:
      "create table p (id int not null, code int not null unique); insert into p values (1, 7); create table t (id int primary key, a int); insert into t values (1, 7)",
    release:
      "create unique index i on p (id); alter table p add primary key using index i; alter table t add foreign key (a) references p",
  },
  {
    name: "using index key then fk ok",
    setup:
      "create table p (id int not null, code int not null unique); insert into p values (1, 7); create table t (id int primary key, a int); insert into t values (1, 1)",
    release:
      "create unique index i on p (id); alter table p add primary key using index i; alter table t add foreign key (a) references p",
  },
  {
    name: "inheritance check",
    setup: "create table t (id int primary key, a int); create table c () inherits (t); insert into c values (1, -1)",
    release: "alter table t add check (a > 0)",
  },
  {
    name: "inheritance check no inherit",
    setup: "create table t (id int primary key, a int); create table c () inherits (t); insert into c values (1, -1)",
    release: "alter table t add check (a > 0) no inherit",
  },
  {
    name: "inheritance only check",
    setup: "create table t (id int primary key, a int); create table c () inherits (t); insert into c values (1, -1)",
    release: "alter table only t add check (a > 0) no inherit",
  },
  {
    name: "inheritance unique",
    setup:
      "create table t (id int, a int); create table c () inherits (t); insert into c values (1, 1); insert into t values (1, 1)",
    release: "alter table t add unique (a)",
  },
  {
    name: "inheritance fk",
    setup:
      "create table p (id int primary key); create table t (id int, a int); create table c () inherits (t); insert into c values (1, 1)",
    release: "alter table t add foreign key (a) references p",
  },
  {
    name: "inheritance fk parent",
    setup:
      "create table p (id int primary key); create table pc () inherits (p); insert into pc values (1); create table t (id int, a int); insert into t values (1, 1)",
    release: "alter table t add foreign key (a) references p",
  },
  {
    name: "inheritance not null",
    setup: "create table t (id int, a int); create table c () inherits (t); insert into c values (1, null)",
    release: "alter table t alter a set not null",
  },
  {
    name: "inheritance primary key",
    setup: "create table t (id int, a int); create table c () inherits (t); insert into c values (1, null)",
    release: "alter table t add primary key (a)",
  },
  {
    name: "inheritance type",
    setup: "create table t (id int, a int); create table c () inherits (t); insert into c values (1, 40000)",
    release: "alter table t alter a type smallint",
  },
  {
    name: "inheritance new column",
    setup: "create table t (id int, a int); create table c () inherits (t); insert into c values (1, 40000)",
    release: "alter table t add b int not null",
  },
  {
    name: "child gets constraint",
    setup: "create table t (id int, a int); create table c () inherits (t); insert into c values (1, -1)",
    release: "alter table c add check (a > 0)",
  },
  {
    name: "partitioned fk",
    setup:
      "create table p (id int primary key); create table t (a int) partition by list (a); create table t1 partition of t for values in (1); insert into t values (1)",
    release: "alter table t add foreign key (a) references p",
  },
  {
    name: "fk to partitioned",
    setup:
      "create table p (id int primary key) partition by list (id); create table p1 partition of p for values in (1); insert into p values (1); create table t (a int); insert into t values (1)",
    release: "alter table t add foreign key (a) references p",
  },
  {
    name: "self reference",
    setup: "create table t (id int primary key, up int); insert into t values (1, null), (2, 1), (3, 9)",
    release: "alter table t add foreign key (up) references t",
  },
  {
    name: "match full partial",
    setup:
      "create table p (a int, b int, primary key (a, b)); create table t (a int, b int); insert into t values (1, null)",
    release: "alter table t add foreign key (a, b) references p match full",
  },
  {
    name: "match full all null",
    setup:
      "create table p (a int, b int, primary key (a, b)); create table t (a int, b int); insert into t values (null, null)",
    release: "alter table t add foreign key (a, b) references p match full",
  },
  {
    name: "fk columns in other order",
    setup:
      "create table p (a int, b int, unique (b, a)); insert into p values (1, 2); create table t (x int, y int); insert into t values (2, 1)",
    release: "alter table t add foreign key (x, y) references p (b, a)",
  },
  {
    name: "fk numeric to int",
    setup:
      "create table p (id numeric primary key); insert into p values (1.0); create table t (a int); insert into t values (1)",
    release: "alter table t add foreign key (a) references p",
  },
  {
    name: "fk char to text",
    setup:
      "create table p (id char(3) primary key); insert into p values ('a'); create table t (a text); insert into t values ('a  ')",
    release: "alter table t add foreign key (a) references p",
  },
  {
    name: "fk nondeterministic",
    setup:
      "create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); create table p (id text collate ci primary key); insert into p values ('A'); create table t (a text collate ci); insert into t values ('a')",
    release: "alter table t add foreign key (a) references p",
  },
  {
    name: "check row",
    setup: "create table t (id int primary key, a int); insert into t values (1, null)",
    release: "alter table t add check (t is not null)",
  },
  {
    name: "check qualified",
    setup: "create table t (id int primary key, a int); insert into t values (1, -1)",
    release: "alter table t add check (t.a > 0)",
  },
  {
    name: "check schema qualified",
    setup: "create table t (id int primary key, a int); insert into t values (1, -1)",
    release: "alter table public.t add check (public.t.a > 0)",
  },
  {
    name: "check error",
    setup: "create table t (id int primary key, a int); insert into t values (1, 0)",
    release: "alter table t add check (1 / a > 0)",
  },
  {
    name: "mixed case",
    setup: 'create table "T" ("Id" int primary key, "A b" int); insert into "T" values (1, null)',
    release: 'alter table "T" alter "A b" set not null',
  },
  {
    name: "control characters",
    setup: "create table t (id text primary key, a int); insert into t values (E'a\\nb\\x1b[31m''\"\\\\', null)",
    release: "alter table t alter a set not null",
  },
  {
    name: "json keyless after update",
    setup: "create table t (j json, a int); insert into t values (null, 1)",
    release: "update t set a = 2; alter table t alter j set not null",
  },
  {
    name: "nextval default",
    setup: "create sequence s; create table t (a int); insert into t values (1), (2)",
    release: "alter table t add b int default nextval('s') not null",
  },
];
