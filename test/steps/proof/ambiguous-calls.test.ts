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
  create schema "Odd ""One"; create function "Odd ""One"."F f"(a int) returns int language sql as 'select 1'`;

const fn = (signature: string, returns = "returns int") =>
  `create or replace function ${signature} ${returns} language sql as 'select 1'`;

describe.each(["15", "18"] as const)("a new overload, on %s", (major) => {
  const prove = async (sql: string) => {
    const proof = await proveOnClones(major, SETUP, [testMigration(sql)], { thorough: false });
    expect(proof.after, JSON.stringify(proof.findings)).not.toBeNull();
    return proof.findings.filter(({ code }) => code === "dry-run.ambiguous-call");
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
    ["with its names in another order, without a type (text)", fn("either(b text, a int)")],
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
    ["is of bigint beside integer", fn("twice(a bigint, b text)")],
    ["was ambiguous before as well", fn("twice(a int, b int default 1, c int default 2)")],
    ["is replaced with another body", fn("tax(amount numeric)", "returns numeric").replace("select 1", "select 2.0")],
    ["is variadic beside one that is not", fn("one(variadic a int[])")],
    ["is replaced with the same default", fn("among(a int, b int default 1)").replace("select 1", "select 2")],
    ["is in another schema", fn(`"Odd ""One".tax(a numeric, b int default 1)`)],
    ["is the first of its name", fn("fresh(a int default 1)")],
  ])("is no finding: it %s", async (name, sql) => {
    const found = await prove(sql);
    expect(found.map(({ message }) => message)).toEqual(name.startsWith("was") ? [expect.any(String)] : []);
  });
});
