import { describe, expect, it } from "vitest";
import { MAJORS } from "../../support/majors.js";
import { probed } from "./probing.js";

const SETUP = `create function ok(v int) returns boolean immutable language sql as 'select true';
  create function calls_ok(v int) returns boolean immutable language plpgsql as 'begin return ok(v); end';
  create function eq(int, int) returns boolean immutable language sql as 'select true';
  create operator ==== (leftarg = int, rightarg = int, function = eq);
  create function low(v text) returns text immutable language sql as 'select v';
  create schema other; create function other.ok(v int) returns boolean immutable language sql as 'select v > 0';
  create domain pos as int check (ok(value)); create domain pos2 as pos; create type pair as (x pos, y int); create domain plain as int;
  create function casts(v int) returns boolean immutable language plpgsql as 'begin perform v::plain; return true; exception when others then return false; end';
  create function state_of(s int, v int) returns int immutable language sql as 'select 1';
  create aggregate total(int) (sfunc = state_of, stype = int, initcond = 0);
  create function sums(v int) returns boolean immutable language plpgsql as 'declare r int; begin select total(x) into r from unnest(array[v]) x; return r > 0; end';
  create table lookup (v int); insert into lookup values (-1), (-2); create view looked as select v from lookup;
  create function known(v int) returns boolean stable language sql as 'select exists (select from lookup l where l.v = $1)';
  create function seen(v int) returns boolean stable language plpgsql as 'begin return exists (select from looked l where l.v = $1); end';
  create function shouts(v int) returns boolean immutable language plpgsql as 'begin return OK(v); end';
  create function composes(v int) returns boolean immutable language plpgsql as $$declare r boolean; begin execute format('select %I($1)', 'o' || 'k') into r using v; return r; end$$;
  create function book(v int) returns boolean immutable language sql as 'select v = v';
  comment on function book(int) is 'a remark';
  create function path(v int) returns boolean immutable language plpgsql as 'begin return ok(v); end';
  create function moved(v int) returns boolean immutable language sql as 'select true'; create function other.moved(v int) returns boolean immutable language sql as 'select v > 0';
  create table parts (v int) partition by list (v); create table part partition of parts default; insert into parts values (-1), (-2);
  create function parted(v int) returns boolean stable language sql as 'select exists (select from parts p where p.v = $1)';
  create table u (a int); insert into u values (1), (2); create table other.u (a int); insert into other.u values (-1), (-1);
  create table days (d text); insert into days values ('01/13/2024');
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
    ["a function of a domain's domain", `${POSITIVE}; alter table t alter a type pos2`],
    [
      "a function of a domain in a composite type",
      `${POSITIVE}; alter table t alter a type pair using row(a, 1)::pair`,
    ],
    [
      "a domain under another's name",
      "create or replace function ok(v int) returns boolean immutable language sql as 'select v > 0'; alter domain plain rename to old; alter domain pos rename to plain; alter table t alter a type plain",
    ],
    [
      "a domain that a function casts to",
      "alter domain plain add check (value > 0); alter table t add check (casts(a))",
    ],
    [
      "the function of an aggregate that a function calls",
      "create or replace function state_of(s int, v int) returns int immutable language sql as 'select s + v'; alter table t add check (sums(a))",
    ],
    ["rows that a function reads", "delete from lookup; alter table t add check (known(a))"],
    ["rows that a function reads through a view", "delete from lookup; alter table t add check (seen(a))"],
    [
      "a view that a function reads",
      "create or replace view looked as select v from lookup where v > 0; alter table t add check (seen(a))",
    ],
    [
      "a partition that a function reads",
      "alter table parts detach partition part; alter table t add check (parted(a))",
    ],
    [
      "another table of the name that a function reads",
      "alter table lookup rename to was; create table lookup (v int); alter table t add check (known(a))",
    ],
    ["a function that is called in capitals", `${POSITIVE}; alter table t add check (shouts(a))`],
    ["a function whose body is put together", `${POSITIVE}; alter table t add check (composes(a))`],
    [
      "a function with a search_path",
      "alter function path(int) set search_path = other; alter table t add check (path(a))",
    ],
    ["a function along another search_path", "set search_path = other, public; alter table public.t add check (ok(a))"],
    [
      "a function along a search_path that a call sets",
      "select set_config('search_path', 'other, public', false); alter table public.t add check (ok(a))",
    ],
    ["a table along another search_path", "set search_path = other, public; alter table u add check (a > 0)"],
    [
      "a function from another schema",
      "create schema s; alter function moved(int) set schema s; alter function other.moved(int) set schema public; alter table t add check (moved(a))",
    ],
    ["a date that is read otherwise", "set datestyle = 'ISO, DMY'; alter table days alter d type date using d::date"],
    [
      "a comparison that is read otherwise",
      "set transform_null_equals = on; alter table t add check ((a = null) is not false)",
    ],
  ])("is unknown: %s", async (_, release) => {
    const tenant = await probed(major, SETUP, release);
    const results = await tenant.ask();
    expect(results.some(({ status }) => status === "pass")).toBe(false);
    expect(results).toContainEqual({
      status: "unknown",
      reason: expect.stringMatching(/release itself|runs code before|The release sets|alters plain/),
    });
    expect(await tenant.release()).not.toBeNull();
  });

  it.each([
    ["another function", `${POSITIVE}; alter table t add check (low(b) <> '')`],
    ["a function whose name holds the other's", `${POSITIVE}; alter table t add check (book(a))`],
    [
      "a function, where an operator of a type of its own is made",
      "create type e as enum ('a'); create function same(e, text) returns boolean immutable language sql as 'select false'; create operator = (leftarg = e, rightarg = text, function = same); alter table t add check (book(a))",
    ],
    [
      "functions and tables with their schemas, along no search_path",
      "select pg_catalog.set_config('search_path', '', false); alter table public.t add check (public.book(a))",
    ],
    ["a table of one schema alone", "set search_path = public, other; alter table t add check (book(a))"],
    [
      "a function that reads a table of which an index is made",
      "create index on lookup (v); alter table t add check (known(a))",
    ],
    [
      "a function that has another owner",
      "alter function ok(int) owner to current_user; alter table t add check (ok(a))",
    ],
    ["the function of a trigger", `${POSITIVE}; create unique index on t (a)`],
    [
      "a function, where one called volatility is made",
      "create function volatility() returns int immutable language sql as 'select 1'; alter table t add check (book(a))",
    ],
    [
      "a function, where one called definition is made",
      "create function definition() returns int immutable language sql as 'select 1'; alter table t add check (book(a))",
    ],
    [
      "a function, where one called type is made",
      "create function type() returns int immutable language sql as 'select 1'; alter table t add check (book(a))",
    ],
    [
      "a function, where one called remark is made",
      "create function remark() returns int immutable language sql as 'select 1'; alter table t add check (book(a))",
    ],
  ])("stays known: %s", async (_, release) => {
    const tenant = await probed(major, SETUP, release);
    expect((await tenant.ask()).map(({ status }) => status)).toEqual(["pass"]);
  });
});
