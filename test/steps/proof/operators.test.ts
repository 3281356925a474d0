import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const SETUP = `
  create table t (id int primary key, a text, n int); insert into t values (1, 'x', 1), (2, 'y', 2);
  create function old_eq(text, int) returns boolean immutable language sql as 'select length($1) = $2';
  create operator ==== (leftarg = text, rightarg = int, function = old_eq);
  create view v as select id from t where a ==== n;
  create type box2 as (x int, y int);
  create function to_box(int) returns box2 immutable language sql as 'select row($1, $1)::box2';
  create cast (int as box2) with function to_box(int)`;
const MADE =
  "create function my(text, text) returns boolean immutable language sql as 'select $1 = $2'; create operator =~~= (leftarg = text, rightarg = text, function = my)";

describe.each(["15", "18"] as const)("operators come back exactly, on %s", (major) => {
  it.each([
    ["made with its function", MADE],
    [
      "made and used",
      `${MADE}; create index i on t (id) where a =~~= 'x'; create view w as select * from t where a =~~= 'b'`,
    ],
    ["made, with rows written", `${MADE}; update t set n = 5 where a =~~= 'x'`],
    [
      "made with a function that is replaced",
      `${MADE}; create or replace function my(text, text) returns boolean immutable language sql as 'select $1 <> $2'`,
    ],
    ["made in a block", `do $$ begin ${MADE}; end $$`],
    [
      "dropped with its function, below a view",
      "drop view v; drop operator ==== (text, int); drop function old_eq(text, int)",
    ],
    ["dropped by CASCADE", "drop function old_eq(text, int) cascade"],
    ["moved to a new schema", "create schema s; alter operator ==== (text, int) set schema s"],
    ["given estimators", "alter operator ==== (text, int) set (restrict = eqsel, join = eqjoinsel)"],
    [
      "made again as its own commutator",
      "drop view v; drop operator ==== (text, int); create operator ==== (leftarg = text, rightarg = int, function = old_eq, commutator = ====)",
    ],
    [
      "made with a prefix operator",
      "create function p(box2) returns int immutable language sql as 'select ($1).x'; create operator !! (rightarg = box2, function = p); create view w as select !! row(1, 2)::box2 as x",
    ],
    ["of a cast that goes by CASCADE", "drop function to_box(int) cascade"],
  ])("%s", async (_, sql) => {
    const proof = await proveOnClones(major, SETUP, [testMigration(sql)], { thorough: false });
    expect(proof.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(proof.rollbacks.map(({ verdict }) => verdict)).toEqual(["exact"]);
  });
});
