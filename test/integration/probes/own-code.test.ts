import { describe, expect, it } from "vitest";
import { MAJORS } from "../../support/majors.js";
import { probed } from "./probing.js";

const SETUP = `create function ok(v int) returns boolean immutable language sql as 'select true';
  create function calls_ok(v int) returns boolean immutable language plpgsql as 'begin return ok(v); end';
  create function eq(int, int) returns boolean immutable language sql as 'select true';
  create operator ==== (leftarg = int, rightarg = int, function = eq);
  create function low(v text) returns text immutable language sql as 'select v';
  create table t (id int primary key, a int, b text); insert into t values (1, -1, 'A'), (2, -2, 'a')`;
const POSITIVE = "create or replace function ok(v int) returns boolean immutable language sql as 'select v > 0'";

describe.each(MAJORS)("code that the release changes before it uses it, on PostgreSQL %s", (major) => {
  it.each([
    ["a function of a check", `${POSITIVE}; alter table t add check (ok(a))`],
    ["a function that such a function calls", `${POSITIVE}; alter table t add check (calls_ok(a))`],
    [
      "the function of an operator",
      "create or replace function eq(int, int) returns boolean immutable language sql as 'select $1 = $2'; alter table t add check (a ==== 1)",
    ],
    [
      "a function of a unique index",
      "create or replace function low(v text) returns text immutable language sql as 'select lower(v)'; create unique index on t (low(b))",
    ],
    [
      "a function under another's name",
      "alter function ok rename to old; create function ok(v int) returns boolean immutable language sql as 'select v > 0'; alter table t add check (ok(a))",
    ],
    ["a function made in a block", `do $$ begin ${POSITIVE}; end $$; alter table t add check (ok(a))`],
    [
      "a new function",
      "create function fresh(v int) returns boolean immutable language sql as 'select v > 0'; alter table t add check (fresh(a))",
    ],
    [
      "a new function of a conversion",
      "create function fresh(v text) returns int immutable language sql as 'select v::int'; alter table t alter b type int using fresh(b)",
    ],
    [
      "a new collation",
      "create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); create unique index on t (b collate ci)",
    ],
    [
      "a new domain",
      "create domain short as text check (value <> 'A'); alter table t alter b type short using b::text::short",
    ],
  ])("is unknown: %s", async (_, release) => {
    const tenant = await probed(major, SETUP, release);
    const results = await tenant.ask();
    expect(results.some(({ status }) => status === "pass")).toBe(false);
    expect(results).toContainEqual({
      status: "unknown",
      reason: expect.stringMatching(/release itself|by the release itself|runs code before/),
    });
    expect(await tenant.release()).not.toBeNull();
  });

  it.each([
    ["another function", `${POSITIVE}; alter table t add check (low(b) <> '')`],
    ["the function of a trigger", `${POSITIVE}; create unique index on t (a)`],
  ])("stays known: %s", async (_, release) => {
    const tenant = await probed(major, SETUP, release);
    expect((await tenant.ask()).map(({ status }) => status)).toEqual(["pass"]);
  });
});
