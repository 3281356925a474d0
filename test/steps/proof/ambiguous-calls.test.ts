import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const SETUP = `
  create function tax(amount numeric) returns numeric language sql as 'select $1';
  create function label(a text, b text default 'x') returns text language sql as 'select $1';
  create function upon(d date) returns int language sql as 'select 1';
  create function nought() returns int language sql as 'select 1';
  create function two(a int, b int) returns int language sql as 'select 1';
  create function twice(a int) returns int language sql as 'select 1';
  create function twice(a int, b int default 1) returns int language sql as 'select 1';
  create function late(a int) returns int language sql as 'select 1';
  create function late(a int, b int) returns int language sql as 'select 1';
  create function many(variadic a int[]) returns int language sql as 'select 1';
  create function either(a int, b text) returns int language sql as 'select 1';
  create function among(a int, b int default 1) returns int language sql as 'select 1';
  create function beside(a int, b int default 1) returns int language sql as 'select 1';
  create function one(a int) returns int language sql as 'select 1';
  create table things (id int, name varchar(20), at date, note text);
  create function like_(text, date) returns boolean immutable language sql as 'select true';
  create operator ==== (leftarg = text, rightarg = date, function = like_);
  create procedure job(a int) language sql as 'select 1';
  create procedure step(a numeric) language sql as 'select 1';
  create procedure told(a int, out b int) language plpgsql as 'begin b = 1; end';
  create aggregate tally(int) (sfunc = int4pl, stype = int);
  create aggregate many_of(text) (sfunc = textcat, stype = text);
  create aggregate middle(float8 order by text) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra);
  create function worth(amount numeric) returns numeric language sql as 'select $1';
  create function tag(a text) returns text language sql as 'select $1';
  create function on_day(d timestamptz) returns int language sql as 'select 1';
  create function any_of(a anyelement) returns int language sql as 'select 1';
  create function named(amount numeric) returns int language sql as 'select 1';
  create function pick(a text) returns int language sql as 'select 1';
  create function pick(a bigint) returns int language sql as 'select 1';
  create function listed(a text[]) returns int language sql as 'select 1';
  create schema "Odd ""One"; create function "Odd ""One"."F f"(a int) returns int language sql as 'select 1'`;

const fn = (signature: string, returns = "returns int") =>
  `create or replace function ${signature} ${returns} language sql as 'select 1'`;

describe.each(["15", "18"] as const)("a new overload, on %s", (major) => {
  const prove = async (sql: string) => {
    const proof = await proveOnClones(major, SETUP, [testMigration(sql)], { thorough: false });
    expect(proof.after, JSON.stringify(proof.findings)).not.toBeNull();
    return proof.findings.filter(({ code }) => code === "dry-run.ambiguous-call" || code === "dry-run.other-call");
  };

  it("is an error with both signatures", async () => {
    const [found, ...rest] = await prove(fn("tax(amount numeric, rate numeric default 0.3)", "returns numeric"));
    expect(rest).toEqual([]);
    expect(found).toMatchObject({
      severity: "error",
      subject: { kind: "function", name: "public.tax(amount numeric)" },
    });
    expect(found?.message).toContain(
      "public.tax(amount numeric) and public.tax(amount numeric, rate numeric DEFAULT 0.3)",
    );
  });

  it.each([
    ["with two defaults", fn("tax(amount numeric, a int default 1, b int default 2)")],
    ["beside one that has a default", fn("label(a text, b text default 'x', c int default 1)")],
    ["of a date, beside one of a timestamp", fn("upon(d timestamp)")],
    ["of nothing, with a default", fn("nought(a int default 1)")],
    ["of integers that go either way", `${fn("two(a bigint, b smallint)")}`],
    ["that is variadic and has a default", fn("two(a int, b int, c int default 3)")],
    ["that an existing one becomes by a default", fn("late(a int, b int default 2)")],
    ["of a variadic beside a variadic", fn("many(a int, variadic b int[])")],
    ["with its names in another order", fn("either(b text, a int)")],
    ["whose default has another type", fn("among(a int, c text default 'x')")],
    ["that is polymorphic, for an argument without a type", fn("one(a anyelement)")],
    ["that gets the name", "alter function beside rename to one"],
    ["of a procedure", "create procedure job(a int, b int default 1) language sql as 'select 1'"],
    ["in a schema of its own name", fn(`"Odd ""One"."F f"(a int, b text default 'x')`)],
    [
      "of an enum beside a date",
      "create type mood as enum ('a'); create function upon(d mood) returns int language sql as 'select 1'",
    ],
    [
      "in a block",
      `do $$ begin ${fn("tax(amount numeric, rate numeric default 0.3)", "returns numeric").replaceAll("'select 1'", "'select 1.0'")}; end $$`,
    ],
  ])("is found: %s", async (name, sql) => {
    const found = await prove(sql);
    // Whole numbers find the integers, and a date finds the date; what comes without a type may find either.
    const severity = /integers|timestamp|enum|without a type/.test(name) ? "warning" : "error";
    expect(found).toMatchObject([{ severity }]);
  });

  const agg = (signature: string, sfunc: string, stype: string) =>
    `create aggregate ${signature} (sfunc = ${sfunc}, stype = ${stype})`;

  it.each([
    ["an aggregate beside an aggregate", agg("tally(bigint)", "int8pl", "bigint"), "warning", "aggregate public.tally"],
    ["an aggregate beside a function", agg("worth(int)", "int4pl", "int"), "error", "aggregate public.worth(integer)"],
    [
      "a function beside an aggregate",
      `create table x (a varchar); ${fn("many_of(a varchar)")}`,
      "error",
      "public.many_of(a character varying)",
    ],
    [
      "an ordered aggregate",
      "create aggregate middle(float8 order by varchar) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra)",
      "warning",
      "aggregate public.middle(double precision ORDER BY character varying)",
    ],
    [
      "a procedure that a call finds sooner",
      "create procedure step(a int) language sql as 'select 1'",
      "warning",
      "procedure public.step(a integer)",
    ],
    [
      "a procedure beside a function",
      "create procedure tax(a int) language sql as 'select 1'",
      "error",
      "public.tax(amount numeric)",
    ],
    ["an integer's beside a number's", fn("worth(amount int)"), "warning", "public.worth(amount integer)"],
    ["a varchar's beside a text's", fn("tag(a varchar)", "returns text"), "warning", "public.tag(a character varying)"],
    ["a day's beside a time's", fn("on_day(d date)"), "warning", "public.on_day(d date)"],
    ["one of a type beside one of any", fn("any_of(a date)"), "warning", "public.any_of(a date)"],
    [
      "one that texts without a type find sooner",
      fn("twice(a bigint, b text)"),
      "warning",
      "public.twice(a bigint, b text)",
    ],
    ["an array's beside another's", fn("listed(a varchar[])"), "warning", "public.listed(a character varying[])"],
    [
      "one of the same parameter's name",
      fn("named(x text default '', amount numeric default 1)"),
      "error",
      "amount => numeric",
    ],
    ["beside PostgreSQL's own", fn("lower(a varchar)", "returns text"), "warning", "pg_catalog.lower(text)"],
  ])("one that calls find sooner is said with both signatures: %s", async (_, sql, severity, named) => {
    const found = await prove(sql);
    expect(found).toEqual([expect.objectContaining({ severity, message: expect.stringContaining(named) })]);
    expect(found[0]?.message).toMatch(/before/);
  });

  const op = (
    left: string,
    right: string,
    name: string,
  ) => `create function made(${left}, ${right}) returns boolean immutable language sql as 'select true';
    create operator ${name} (leftarg = ${left}, rightarg = ${right}, function = made)`;

  it.each([
    ["of a type of its own", "====", `create type pair as (a int); ${op("text", "pair", "====")}`],
    ["of a built-in type", "====", op("text", "timestamp", "====")],
    ["by an implicit cast", "||", "create cast (int as text) with inout as implicit"],
  ])("an operator: %s", async (_, name, sql) => {
    const found = await prove(sql);
    expect(found).toContainEqual(expect.objectContaining({ severity: "error", subject: { kind: "operator", name } }));
  });

  it("says an implicit cast by which a call finds two functions", async () => {
    const found = await prove("create cast (int as text) with inout as implicit");
    expect(found).toContainEqual(
      expect.objectContaining({ severity: "error", subject: { kind: "function", name: "public.pick(a bigint)" } }),
    );
  });

  it("says an operator that expressions find sooner", async () => {
    const found = await prove(
      op("text", "int", "||").replaceAll("boolean", "text").replace("select true", "select $1"),
    );
    expect(found).toEqual([expect.objectContaining({ severity: "warning", code: "dry-run.other-call" })]);
    expect(found[0]?.message).toContain(
      "public.|| (text, integer), and found pg_catalog.|| (text, anynonarray) before",
    );
  });

  it.each([
    ["has a name of its own", op("text", "text", "=~~=")],
    ["is of a type that nothing becomes", `create type pair as (a int); ${op("pair", "pair", "====")}`],
    ["is an assignment cast", "create type pair as (a int); create cast (int as pair) with inout as assignment"],
  ])("no finding: an operator that %s", async (_, sql) => {
    expect(await prove(sql)).toEqual([]);
  });

  it.each([
    [
      "takes the place of the old one",
      `drop function tax(numeric); ${fn("tax(amount numeric, rate numeric default 0.3)")}`,
    ],
    ["has no default", fn("tax(amount numeric, rate numeric)")],
    ["has another name", fn("taxes(amount numeric, rate numeric default 1)")],
    ["was ambiguous before as well", fn("twice(a int, b int default 1, c int default 2)")],
    ["is replaced with another body", fn("tax(amount numeric)", "returns numeric").replace("select 1", "select 2.0")],
    ["is variadic beside one that is not", fn("one(variadic a int[])")],
    ["is replaced with the same default", fn("among(a int, b int default 1)").replace("select 1", "select 2")],
    ["is in another schema", fn(`"Odd ""One".tax(a numeric, b int default 1)`)],
    ["has a default, beside PostgreSQL's own", fn("upper(a text, b int default 1)", "returns text")],
    [
      "is an aggregate of a type of its own",
      `create type pair as (a int); create function plus(pair, pair) returns pair language sql as 'select $1'; ${agg("tally(pair)", "plus", "pair")}`,
    ],
    [
      "is a procedure beside one with OUT that it is not taken for",
      "create procedure told(a bigint, out b bigint) language plpgsql as 'begin b = 1; end'",
    ],
    ["is the first of its name", fn("fresh(a int default 1)")],
  ])("is no finding: it %s", async (name, sql) => {
    const found = await prove(sql);
    expect(found.map(({ message }) => message)).toEqual(name.startsWith("was") ? [expect.any(String)] : []);
  });
});
