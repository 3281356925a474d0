import { altered, alteredOf, gone, type MatrixEntry, made, NOTE, UNREPAIRED, WARNING } from "./entry.js";

const add = alteredOf("function", "app.add(a integer, b integer)");
const sum2 = alteredOf("function", "app.sum2(integer)");
const anotherSum = (parts: string) =>
  `drop aggregate app.sum2(integer); create aggregate app.sum2(integer) (sfunc = int4pl, stype = integer, initcond = '0', ${parts})`;

/** Functions, procedures and aggregates. */
export const ROUTINES: readonly MatrixEntry[] = [
  made(
    "function",
    "app.twice(a integer)",
    "create function app.twice(a integer) returns integer language sql as 'select a * 2'",
  ),
  gone("function", "app.touch()", "drop function app.touch() cascade"),
  add(
    "definition",
    "create or replace function app.add(a integer, b integer) returns integer language sql immutable as 'select a - b'",
    { name: "function body" },
  ),
  add("definition", "alter function app.add(integer, integer) set search_path = pg_catalog"),
  add("definition", "alter function app.add(integer, integer) security definer"),
  add("definition", "alter function app.add(integer, integer) stable"),
  add("definition", "alter function app.add(integer, integer) strict"),
  add("definition", "alter function app.add(integer, integer) parallel safe"),
  add("definition", "alter function app.add(integer, integer) leakproof"),
  add("definition", "alter function app.add(integer, integer) cost 7"),
  add("privileges", "revoke execute on function app.add(integer, integer) from public", WARNING),
  altered("function", "app.tidy()", "definition", "create or replace procedure app.tidy() language sql as 'select 1'", {
    name: "procedure body",
  }),
  gone("function", "app.sum2(integer)", "drop aggregate app.sum2(integer)", UNREPAIRED),
  sum2(
    "initial",
    "drop aggregate app.sum2(integer); create aggregate app.sum2(integer) (sfunc = int4pl, stype = integer, initcond = '1')",
    { name: "aggregate", unrepaired: true },
  ),
  add("definition", "alter function app.add(integer, integer) support pg_catalog.numeric_support"),
  add("definition", "alter function app.add(integer, integer) set work_mem = '9MB'"),
  add(
    "arguments",
    "create or replace function app.add(a integer, b integer default 1) returns integer language sql immutable as 'select a + b'",
    { name: "default of an argument" },
  ),
  add(
    "language",
    "create or replace function app.add(a integer, b integer) returns integer language plpgsql immutable as 'begin return a + b; end'",
    { name: "another language" },
  ),
  add(
    "returns",
    "drop function app.add(integer, integer); create function app.add(a integer, b integer) returns bigint language sql immutable as 'select a + b'",
    { name: "another result" },
  ),
  add(
    "definition",
    "create or replace function app.add(a integer, b integer) returns integer language sql immutable begin atomic select a + b; end",
    { name: "a body of SQL", since: 14 },
  ),
  add(
    "kind",
    "drop function app.add(integer, integer); create procedure app.add(a integer, b integer) language sql as 'select a + b'",
    { name: "a procedure instead" },
  ),
  add("owner", "alter function app.add(integer, integer) owner to matrix_reader", WARNING),
  add("comment", "comment on function app.add(integer, integer) is 'f'", NOTE),
  add("dependsOnExtensions", "alter function app.add(integer, integer) depends on extension citext"),
  gone(
    "function",
    "app.add(a integer, b integer)",
    "drop function app.add(integer, integer); create function app.add(x integer, b integer) returns integer language sql immutable as 'select x + b'",
    { name: "rename argument" },
  ),
  gone("function", "app.add(a integer, b integer)", "alter function app.add(integer, integer) rename to plus", {
    name: "rename function",
  }),
  made(
    "function",
    "app.add(a bigint, b bigint)",
    "create function app.add(a bigint, b bigint) returns bigint language sql immutable as 'select a + b'",
    { name: "overload" },
  ),
  made(
    "function",
    "app.many(integer)",
    "create function app.many(integer) returns setof integer language sql rows 5 as 'select $1'",
  ),
  made("function", "app.tidy(a integer)", "create procedure app.tidy(a integer) language sql as 'select a'"),
  altered("function", "app.touch()", "definition", "alter function app.touch() security definer"),
  altered("function", "app.tidy()", "comment", "comment on procedure app.tidy() is 'p'", NOTE),
  sum2("comment", "comment on aggregate app.sum2(integer) is 'a'", NOTE),
  sum2("owner", "alter aggregate app.sum2(integer) owner to matrix_reader", WARNING),
  sum2("combine", anotherSum("combinefunc = int4pl"), UNREPAIRED),
  sum2("parallel", anotherSum("parallel = safe"), UNREPAIRED),
  sum2("stateSpace", anotherSum("sspace = 100"), UNREPAIRED),
  sum2("finalModify", anotherSum("finalfunc = abs, finalfunc_modify = read_write"), UNREPAIRED),
  sum2("movingTransition", anotherSum("msfunc = int4pl, minvfunc = int4mi, mstype = integer"), UNREPAIRED),
  made(
    "function",
    'app.middle(VARIADIC "any" ORDER BY VARIADIC "any")',
    'create aggregate app.middle(variadic "any" order by variadic "any") (sfunc = ordered_set_transition_multi, stype = internal, finalfunc = rank_final, finalfunc_extra, hypothetical)',
    { name: "hypothetical aggregate" },
  ),
];
