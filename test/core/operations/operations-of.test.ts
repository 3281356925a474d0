import { beforeAll, describe, expect, it } from "vitest";
import { type Operation, operationsOf } from "../../../lib/core/operations/index.js";
import { loadParser, parseSql } from "../../../lib/core/sql/parse.js";

beforeAll(() => loadParser());

function read(sql: string): Omit<Operation, "statement" | "transactionality">[] {
  return parseSql(sql, "x.sql").statements.flatMap((statement) =>
    operationsOf(statement).map(({ statement: _, transactionality: __, ...operation }) => operation),
  );
}

const t = { schema: null, name: "t" };

describe("operationsOf", () => {
  it("reads each subcommand of ALTER TABLE as an operation of its own, in the order in which they take place", () => {
    const sql = `alter table a.t add column q int not null default 1, drop column if exists "R" cascade,
      alter c type varchar(3) using c::text, alter d set not null, alter e drop default, validate constraint k,
      attach partition p for values from (1) to (maxvalue)`;
    const table = { schema: "a", name: "t" };
    expect(read(sql.replace(/,\s+attach.*/s, ""))).toMatchObject([
      { kind: "drop-column", table, column: "R", cascade: true, ifExists: true },
      { kind: "alter-column-type", table, column: "c", type: "varchar(3)", using: "c::text" },
      {
        kind: "add-column",
        table,
        column: { name: "q", type: "int", notNull: true, default: "1", volatileDefault: false },
      },
      { kind: "set-not-null", table, column: "d" },
      { kind: "set-default", table, column: "e", default: null },
      { kind: "validate-constraint", table, constraint: "k" },
    ]);
  });

  it("keeps what a constraint asks for", () => {
    expect(
      read(
        `alter table t add constraint f foreign key (a, b) references s.q (c, d) match full on delete cascade not valid`,
      ),
    ).toMatchObject([
      {
        constraint: {
          type: "foreign key",
          name: "f",
          columns: ["a", "b"],
          references: { schema: "s", name: "q" },
          referencedColumns: ["c", "d"],
          match: "full",
          onDelete: "cascade",
          onUpdate: "no action",
          validated: false,
          enforced: true,
        },
      },
    ]);
    expect(read("alter table t add unique nulls not distinct (a) deferrable initially deferred")).toMatchObject([
      { constraint: { type: "unique", nullsNotDistinct: true, deferrable: true, deferred: true, validated: true } },
    ]);
    expect(read("alter table t add primary key using index i")).toMatchObject([
      { constraint: { type: "primary key", usingIndex: "i", columns: [] } },
    ]);
    expect(read("alter table t add check (a > 0) not enforced")).toMatchObject([
      { constraint: { type: "check", expression: "a > 0", enforced: false } },
    ]);
    expect(read("alter table t add exclude using gist (r with &&) where (a)")).toMatchObject([
      { constraint: { type: "exclusion", method: "gist", elements: [{ expression: "r", operator: "&&" }] } },
    ]);
    expect(read('alter table t add exclude using gist (r with operator("a""b".&&))')).toMatchObject([
      { constraint: { elements: [{ expression: "r", operator: 'operator("a""b".&&)' }] } },
    ]);
  });

  it("fills a column's own constraints in with the column", () => {
    expect(
      read(
        "create table t (id bigserial primary key, q int references o deferrable check (q > 0), u uuid default gen_random_uuid() unique)",
      ),
    ).toMatchObject([
      {
        kind: "create-table",
        columns: [
          { name: "id", type: "bigint", serial: true, notNull: true },
          { name: "q", notNull: false },
          { name: "u", volatileDefault: true },
        ],
        constraints: [
          { type: "primary key", columns: ["id"] },
          { type: "foreign key", columns: ["q"], deferrable: true },
          { type: "check", expression: "q > 0" },
          { type: "unique", columns: ["u"] },
        ],
      },
    ]);
  });

  it("sees every table that one statement writes", () => {
    expect(
      read(
        "with d as (delete from a where x returning *), i as (insert into b select * from d) update t set v = 1, w = d.x from d",
      ),
    ).toMatchObject([
      { kind: "write-rows", change: "delete", table: { name: "a" }, filtered: true },
      { kind: "write-rows", change: "insert", table: { name: "b" } },
      { kind: "write-rows", change: "update", table: t, columns: ["v", "w"], filtered: false },
    ]);
    expect(read("select 1 as a into t from z")).toMatchObject([{ kind: "create-table-as", table: t }]);
    expect(read("with q as (select 1) select setval('s', 3) from q, z")).toEqual([
      { kind: "query", reads: [{ schema: null, name: "z" }], functions: ["setval"] },
    ]);
  });

  it.each([
    [
      "create unique index concurrently i on t (lower(a), b desc) where c",
      {
        kind: "create-index",
        concurrently: true,
        predicate: "c",
        keys: [
          { column: null, expression: "(lower(a))" },
          { column: "b", expression: '"b"' },
        ],
      },
    ],
    [
      "drop index concurrently if exists s.i",
      { kind: "drop-index", index: { schema: "s", name: "i" }, concurrently: true },
    ],
    [
      "drop trigger g on s.t",
      { kind: "drop-object", objectKind: "trigger", name: { name: "g" }, table: { schema: "s", name: "t" } },
    ],
    ["drop function f(int, text)", { kind: "drop-object", objectKind: "function", signature: "int, text" }],
    ["alter table t rename column a to b", { kind: "rename-column", table: t, column: "a", to: "b", of: "table" }],
    ["alter table t rename to u", { kind: "rename-table", table: t, to: "u" }],
    ["alter index i rename to j", { kind: "rename-object", objectKind: "index", to: "j" }],
    [
      "alter type e add value 'x' after 'y'",
      { kind: "add-enum-value", value: "x", position: { place: "after", neighbour: "y" } },
    ],
    ["alter type e rename value 'x' to 'z'", { kind: "rename-enum-value", value: "x", to: "z" }],
    [
      "alter table p attach partition c for values from (1, minvalue) to (2, maxvalue)",
      { kind: "attach-partition", bound: "FOR VALUES FROM (1, MINVALUE) TO (2, MAXVALUE)" },
    ],
    ["alter table p detach partition c concurrently", { kind: "detach-partition", concurrently: true }],
    ["alter table t disable trigger all", { kind: "set-trigger-state", scope: "all", state: "disable" }],
    ["alter table t set unlogged", { kind: "set-table-option", option: "unlogged" }],
    ["alter sequence s owned by none", { kind: "alter-object", objectKind: "sequence" }],
    [
      "create or replace function f(a int, out b text) returns text language sql as 'select 1'",
      { kind: "create-object", objectKind: "function", signature: "int", replace: true },
    ],
    [
      "create materialized view m as select * from t",
      { kind: "create-object", objectKind: "materialized view", reads: [t] },
    ],
    [
      "comment on column s.t.c is 'x'",
      { kind: "comment", objectKind: "column", name: { schema: "s", name: "t" }, part: "c" },
    ],
    ["grant select, insert on t to public", { kind: "grant", change: "grant", privileges: ["select", "insert"] }],
    ["truncate t restart identity cascade", { kind: "truncate", cascade: true, restartIdentity: true }],
    ["lock table t in share mode", { kind: "lock-table", mode: "ShareLock" }],
    ["vacuum full t", { kind: "maintain", command: "vacuum full", table: t }],
    ["set local lock_timeout = '2s'", { kind: "session-setting", name: "lock_timeout", local: true }],
    ["commit", { kind: "transaction-control", command: "commit" }],
    [
      "alter domain d add constraint k check (value > 0) not valid",
      { kind: "alter-domain", check: { validated: false } },
    ],
    ["select from where", { kind: "opaque" }],
    ["alter table t set without oids", { reason: "the effect of ALTER TABLE … SET WITHOUT OIDS is not known" }],
    ["drop owned by current_user", { reason: "the effect of DROP OWNED is not known" }],
    ["alter foreign data wrapper f no handler", { reason: "the effect of ALTER FOREIGN DATA WRAPPER is not known" }],
    ["alter large object 7 owner to postgres", { reason: "what it does to a large object is not known" }],
    ["do $$ begin execute current_user; end $$", { kind: "opaque", guards: [] }],
    [
      "do $$ begin if a then drop table t; end if; end $$",
      { kind: "drop-table", guards: [{ kind: "test", sql: "a", holds: true }] },
    ],
  ])("%s", (sql, expected) => {
    expect(read(sql)).toMatchObject([expected]);
  });
});
