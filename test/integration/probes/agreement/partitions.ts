import type { Agreement } from "./agreement.js";

export const PARTITIONS: readonly Agreement[] = [
  {
    name: "attach with unique of parent",
    setup:
      "create table p (k int, v int, primary key (k, v)) partition by range (k); create table t (k int not null, v int not null); insert into t values (1, 1), (1, 1)",
    release: "alter table p attach partition t for values from (1) to (10)",
  },
  {
    name: "attach with unique of parent ok",
    setup:
      "create table p (k int, v int, primary key (k, v)) partition by range (k); create table t (k int not null, v int not null); insert into t values (1, 1), (1, 2)",
    release: "alter table p attach partition t for values from (1) to (10)",
  },
  {
    name: "attach with fk of parent",
    setup:
      "create table r (id int primary key); create table p (k int, v int references r) partition by range (k); create table t (k int, v int); insert into t values (1, 7)",
    release: "alter table p attach partition t for values from (1) to (10)",
  },
  {
    name: "attach below two levels",
    setup:
      "create table pp (a int, b text) partition by range (a); create table p partition of pp for values from (1) to (10) partition by list (b); create table t (a int, b text); insert into t values (99, 'x')",
    release: "alter table p attach partition t for values in ('x')",
  },
  {
    name: "not null on a parent that has just got a child",
    setup: "create table p (k int); create table t (k int); insert into t values (null)",
    release: "alter table t inherit p; alter table p alter k set not null",
  },
  {
    name: "attach to a parent of the release",
    setup: "create table t (a int, b text); insert into t values (99, 'x')",
    release:
      "create table p (a int, b text) partition by range (a); alter table p attach partition t for values from (1) to (10)",
  },
  {
    name: "attach to a parent of the release ok",
    setup: "create table t (a int, b text); insert into t values (9, 'x')",
    release:
      "create table p (a int, b text) partition by range (a); alter table p attach partition t for values from (1) to (10)",
  },
  {
    name: "attach renamed to a parent of the release",
    setup: "create table t (a int, b text); insert into t values (99, 'x')",
    release:
      "alter table t rename to t_old; create table t (a int, b text) partition by range (a); alter table t attach partition t_old for values from (1) to (10)",
  },
  {
    name: "attach to LIKE parent with pk of release",
    setup: "create table t (a int not null, b text); insert into t values (1, 'x'), (1, 'x')",
    release:
      "create table p (like t, primary key (a)) partition by range (a); alter table p attach partition t for values from (1) to (10)",
  },
  {
    name: "new partition beside a default with subpartitions",
    setup:
      "create table p (a int, b int) partition by list (a); create table d partition of p default partition by list (b); create table d1 partition of d for values in (1); insert into p values (7, 1)",
    release: "create table n partition of p for values in (7)",
  },
  {
    name: "attach default beside one of the release",
    setup: "create table p (a int) partition by list (a); create table t (a int); insert into t values (7)",
    release: "create table n partition of p for values in (7); alter table p attach partition t default",
  },
  {
    name: "range with collation",
    setup:
      "create table p (a text) partition by range (a collate \"C\"); create table t (a text); insert into t values ('Z')",
    release: "alter table p attach partition t for values from ('a') to ('z')",
  },
  {
    name: "expression partition key",
    setup:
      "create table p (a timestamp) partition by range (date_trunc('day', a)); create table t (a timestamp); insert into t values ('2024-01-02 05:00')",
    release: "alter table p attach partition t for values from ('2024-01-01') to ('2024-01-02')",
  },
];
