import { beforeAll, describe, expect, it } from "vitest";
import { FunctionBodies } from "../../../lib/core/operations/called.js";
import { hasUnknownEffect } from "../../../lib/core/operations/unknown-effect.js";
import { isParsed, loadParser, parseSql } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { sharedDatabase } from "../../support/shared-database.js";

beforeAll(() => loadParser());

const SCHEMA = `create table shelf (id int, n text); insert into shelf values (1, 'a'); create domain short as text;
create schema arch; create table arch.shelf (id int);
create function run(q text) returns text language plpgsql as $$ begin execute q; return q; end $$;`;

/** A function that makes the table whose name it is given. */
const made = (returns: string, parameters = "t text") =>
  `create function act(${parameters}) returns ${returns} language plpgsql as $$ begin execute format('create table %I ()', t); return ${returns === "bool" ? "true" : returns === "int" ? "1" : returns.endsWith("[]") ? "array[t]" : "t"}; end $$`;
const TEXT = made("text");
const BOOL = made("bool");
const INT = made("int");
const ROW =
  "create function act(s shelf) returns text language plpgsql as $$ begin create table public.made (); return 'x'; end $$";
const block = (body: string) => `do $$ ${body} $$`;

/** Wherever an expression stands that calls it, the table is made. */
const FOLLOWED: readonly (readonly [string, string])[] = [
  // Expressions of PL/pgSQL.
  [TEXT, block("declare x text; begin x := act('made'); end")],
  [TEXT, block("declare x text[]; begin x[1] = act('made'); end")],
  [TEXT, block("declare r record; begin select 1 as a, 'x' as b into r; r.b := act('made'); end")],
  [TEXT, block("declare x text := act('made'); begin null; end")],
  [TEXT, block("begin declare x constant text default act('made'); begin null; end; end")],
  [BOOL, block("begin if act('made') then null; end if; end")],
  [BOOL, block("begin if false then null; elsif act('made') then null; else null; end if; end")],
  [BOOL, block("begin while not act('made') loop null; end loop; end")],
  [BOOL, block("begin loop exit when act('made'); end loop; end")],
  [BOOL, block("begin assert act('made'), 'no'; end")],
  [TEXT, block("begin raise notice '%', act('made'); end")],
  [TEXT, block("begin raise notice 'x' using hint = act('made'); end")],
  [TEXT, block("begin case act('made') when 'a' then null; else null; end case; end")],
  [BOOL, block("begin case when act('made') then null; else null; end case; end")],
  [INT, block("begin for i in 1..act('made') loop null; end loop; end")],
  [made("text[]"), block("declare x text; begin foreach x in array act('made') loop null; end loop; end")],
  [TEXT, block("begin execute 'select $1' using act('made'); end")],
  [TEXT, block("declare c cursor for select act('made'); x text; begin open c; fetch c into x; end")],
  [TEXT, block("declare c cursor for select act('made'); begin for r in c loop null; end loop; end")],
  [TEXT, block("declare c cursor (k text) for select k; x text; begin open c(act('made')); fetch c into x; end")],
  [TEXT, block("declare c refcursor; x text; begin open c for select act('made'); fetch c into x; end")],
  [TEXT, block("declare r record; begin for r in select act('made') loop null; end loop; end")],
  [
    `${TEXT}; create function outer_() returns text language plpgsql as $$ begin return act('made'); end $$`,
    "select outer_()",
  ],
  [
    `${TEXT}; create function outer_() returns setof text language plpgsql as $$ begin return next act('made'); end $$`,
    "select * from outer_()",
  ],
  [
    `${TEXT}; create function outer_(a text) returns text language plpgsql as $$ declare x text := act(a); begin return x; end $$`,
    "select outer_('made')",
  ],
  [`${TEXT}; create function outer_() returns text language sql return act('made')`, "select outer_()"],
  [
    `${TEXT}; create function outer_() returns text language sql begin atomic select act('made'); end`,
    "select outer_()",
  ],
  // Expressions of SQL.
  [TEXT, "insert into shelf (n) values (act('made'))"],
  [TEXT, "insert into shelf (n) select act('made') from shelf"],
  [TEXT, "insert into shelf values (1) returning act('made')"],
  [TEXT, "update shelf set n = act('made')"],
  [BOOL, "delete from shelf where act('made')"],
  [TEXT, "with w as (update shelf set n = act('made') returning 1) select * from w"],
  [TEXT, "create table other as select act('made') x"],
  [TEXT, "select act('made') as x into other"],
  [ROW, "create materialized view other as select s.act from shelf s"],
  [TEXT, "alter table shelf add c text default act('made')"],
  [TEXT, "alter table shelf alter n type varchar using act('made')"],
  [BOOL, "alter table shelf add check (act('made'))"],
  [`${BOOL}; create table keep (s short); insert into keep values ('x')`, "alter domain short add check (act('made'))"],
  [TEXT, block("begin insert into shelf (n) values (act('made')); end")],
  // Through what stands for a call.
  [ROW, "select s.act from shelf s"],
  [ROW, "select (s).act from shelf s"],
  [ROW, "update shelf set n = shelf.act"],
  [`${TEXT}; create view v as select act('made') x`, "select * from v"],
  [`${TEXT}; create table d (n text default act('made'), i int)`, "insert into d (i) values (1)"],
  [
    `${TEXT}; create table d (n text, i int); alter table d alter n set default act('made')`,
    "insert into d (i) values (1)",
  ],
  [
    `create function op(a text, b text) returns text language plpgsql as $$ begin create table public.made (); return a; end $$;
     create operator === (leftarg = text, rightarg = text, function = op)`,
    "select 'a'::text === 'b'::text",
  ],
  [
    `create function step(a text, b text) returns text language plpgsql as $$ begin create table if not exists made (); return b; end $$;
     create aggregate latest(text) (sfunc = step, stype = text)`,
    "select latest(n) from shelf",
  ],
  [
    `create type pair as (a text); create function pair(a text) returns pair language plpgsql as $$ begin create table public.made (); return row(a)::pair; end $$;
     create cast (text as pair) with function pair(text)`,
    "select 'x'::text::pair",
  ],
  // Of what was made, changed and replaced on the way.
  [
    "select",
    `${block(`begin create function act() returns int language sql as 'create table made (); select 1'; end`)}; select act()`,
  ],
  [
    "create function act() returns void language plpgsql as $$ begin null; end $$",
    `${block("begin create or replace function act() returns void language plpgsql as $f$ begin create table made (); end $f$; end")}; select act()`,
  ],
  [
    `create function act() returns void language plpgsql as $$ begin null; end $$; ${block("begin if random() < 2 then create or replace function act() returns void language plpgsql as $f$ begin create table made (); end $f$; end if; end")}`,
    "select act()",
  ],
];

/** Calls that another function answers than the one at hand: they stay calls. */
const ANOTHER: readonly (readonly [tenant: string, definition: string, call: string])[] = [
  [
    "create function arch.watch(t text) returns void language plpgsql as $f$ begin drop table shelf; end $f$",
    "create function watch(t text) returns void language plpgsql as $f$ begin null; end $f$",
    "select arch.watch('x')",
  ],
  [
    "create function watch(t varchar) returns void language plpgsql as $f$ begin drop table shelf; end $f$",
    "create function watch(t text) returns void language plpgsql as $f$ begin null; end $f$",
    "select watch('x'::varchar)",
  ],
  [
    "select 1",
    "create function watch() returns void language plpgsql set search_path = arch as $f$ begin drop table shelf; end $f$",
    "select watch()",
  ],
  [
    "select 1",
    "create function watch() returns void language plpgsql as $f$ begin drop table shelf; end $f$; alter function watch() set search_path = arch",
    "select watch()",
  ],
  [
    "select 1",
    "create function watch() returns void language plpgsql set standard_conforming_strings = off as $f$ begin null; end $f$",
    "select watch()",
  ],
  [
    "create function arch.watch() returns void language plpgsql as $f$ begin drop table shelf; end $f$",
    "create function watch() returns void language plpgsql as $f$ begin null; end $f$; set search_path = arch, public",
    "select watch()",
  ],
  [
    "create function other() returns void language plpgsql as $f$ begin drop table shelf; end $f$",
    "create function watch() returns void language plpgsql as $f$ begin null; end $f$; alter function watch() rename to w2; alter function other() rename to watch",
    "select watch()",
  ],
  [
    "create function arch.watch() returns void language plpgsql as $f$ begin drop table shelf; end $f$",
    "create function watch() returns void language plpgsql as $f$ begin null; end $f$; drop function watch(); alter function arch.watch() set schema public",
    "select watch()",
  ],
  [
    "select 1",
    "create function watch() returns void language plpgsql as $f$ begin null; end $f$; alter function watch() set schema arch",
    "select arch.watch()",
  ],
  [
    "create function arch.watch() returns void language plpgsql as $f$ begin drop table shelf; end $f$",
    "create function watch() returns void language plpgsql as $f$ begin null; end $f$; select set_config('search_path', 'arch, public', true)",
    "select watch()",
  ],
];

function operationsOf(definition: string, call: string) {
  const bodies = FunctionBodies.ofRelease();
  for (const each of parseSql(definition, "f.sql").statements) bodies.note(each);
  return parseSql(call, "f.sql").statements.flatMap((each) => {
    bodies.note(each);
    return bodies.operationsOf(each);
  });
}

describe.each(MAJORS)("calls, on %s", (major) => {
  const database = sharedDatabase(major, SCHEMA);

  it.each(FOLLOWED)("follows: %s; %s", async (definition, call) => {
    const operations = operationsOf(definition, call);
    expect(operations.filter(({ kind }) => kind === "opaque")).toEqual([]);
    const tables = operations.flatMap((each) => (each.kind === "create-table" ? [each.table.name] : []));
    expect(tables).toContain("made");
    let found: unknown = null;
    await database.takenBack(async () => {
      await database.session.script(`set local search_path = public; ${definition}; ${call}`);
      found = await database.session.query("select to_regclass('public.made') is not null as made");
    });
    expect(found).toEqual([{ made: true }]);
  });

  it.each(ANOTHER)("leaves a call: %s; %s; %s", async (tenant, definition, call) => {
    const operations = operationsOf(definition, call);
    expect(operations).toEqual([expect.objectContaining({ kind: "query", functions: ["watch"] })]);
    await database.takenBack(() =>
      database.session.script(`set local search_path = public; ${tenant}; ${definition}; ${call}`),
    );
  });
});

it("knows that what calls a function that is not at hand may differ from tenant to tenant", () => {
  const untold = (sql: string) =>
    parseSql(sql, "f.sql").statements.flatMap((each) => (isParsed(each) ? [hasUnknownEffect(each)] : []));
  for (const sql of [
    block("declare x text; begin x := run('drop table shelf'); end"),
    block("declare x text := run('drop table shelf'); begin end"),
    block("begin return; exception when others then raise notice '%', run('x'); end"),
    "insert into shelf (n) values (run('x'))",
    "update shelf set n = run('x')",
    "delete from shelf where run('x') = ''",
    "alter table shelf add c text default run('x')",
    "create index on shelf (run(n))",
    "create table other as select run('x')",
    "insert into shelf (n) values (app.lower('x'))",
  ])
    expect([sql, untold(sql)]).toEqual([sql, [true]]);
  for (const sql of [
    block("declare x text; begin x := lower('a'); insert into shelf (n) values (gen_random_uuid()::text); end"),
    "insert into shelf (n) values (uuid_generate_v4()::text)",
    "update shelf set n = coalesce(n, upper('x')) where id = 1",
    "create table other (n text default run('x'))",
    "alter table shelf alter n set default run('x')",
    "create view v as select run('x')",
  ])
    expect([sql, untold(sql)]).toEqual([sql, [false]]);
});

it("does not take for known what the history's own functions and operators compute", () => {
  const CALL = block(
    "declare a text := 'reader'; x text; begin foreach x in array array[a] loop execute format('create table %I ()', x); end loop; execute 'create table b' || a || ' ()'; end",
  );
  for (const own of [
    "create function public.format(text, text) returns text language sql as 'select $1'",
    "create function format(text, text) returns text language sql as 'select $1'",
    "create function app.catv(text, varchar) returns text language sql as 'select $1'; create operator public.|| (leftarg = text, rightarg = varchar, function = app.catv)",
  ])
    expect(operationsOf(own, CALL)).toContainEqual(expect.objectContaining({ kind: "opaque" }));
  expect(
    operationsOf("create function app.formatted(text) returns text language sql as 'select $1'", CALL),
  ).not.toContainEqual(expect.objectContaining({ kind: "opaque" }));
});
