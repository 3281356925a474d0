import { beforeAll, describe, expect, it } from "vitest";
import { FunctionBodies } from "../../../lib/core/operations/called.js";
import { loadParser, parseSql } from "../../../lib/core/sql/parse.js";
import { compareStates, readState } from "../../../lib/steps/proof/state.js";
import { MAJORS } from "../../support/majors.js";
import type { Major } from "../../support/postgres.js";
import { sharedDatabase } from "../../support/shared-database.js";

beforeAll(() => loadParser());

const SCHEMA = `create type colour as enum ('red'); create table shelf (id int, n text, c colour); create table "Odd.Name" (id int, n text);
create function touch() returns trigger language plpgsql as $$ begin return new; end $$; insert into shelf values (1, 'a', 'red');`;

const plpgsql = (parameters: string, body: string) =>
  `create function watch(${parameters}) returns void language plpgsql as $$ ${body} $$`;
const block = (body: string) => `do $$ ${body} $$`;
const TRIGGER = `execute format('create trigger %I before update on %I for each row execute function touch()', t || '_touch', t);`;
const WATCH = plpgsql("t text", `begin ${TRIGGER} end`);
const REGCLASS = plpgsql("t regclass", "begin execute format('alter table %s add column at timestamptz', t); end");
const LIST = plpgsql("variadic ts text[]", `declare t text; begin foreach t in array ts loop ${TRIGGER} end loop; end`);
const ADD = "execute format('alter table shelf add column %I int', a);";

/** What defines a helper, and what calls it with constants. */
const TOLD: readonly (readonly [string, string])[] = [
  [WATCH, "select watch('shelf')"],
  [WATCH, "select watch(t => 'Odd.Name'::text)"],
  [WATCH, block("begin perform watch('shelf'); perform watch('Odd.Name'); end")],
  [
    WATCH,
    block("declare a text; begin foreach a in array array['shelf', 'Odd.Name'] loop perform watch(a); end loop; end"),
  ],
  [WATCH, block("begin if to_regclass('shelf') is not null then perform watch('shel' || 'f'); end if; end")],
  [REGCLASS, "select watch('shelf')"],
  [REGCLASS, `select watch('public."Odd.Name"')`],
  [REGCLASS, block("declare a text; begin for a in values ('shelf') loop perform watch(a::regclass); end loop; end")],
  // Partitions as a public project makes them.
  [
    plpgsql(
      "t text, n int",
      `declare existing int; name text; made int := 0; i int; begin select count(*) into existing from pg_inherits where inhparent = t::regclass;
       if existing > n then raise exception 'no fewer than %', existing; end if;
       for i in 0..(n - 1) loop name := format('%s_%s', t, i);
         if to_regclass(name) is null then execute format('create table %I (like %s including indexes)', name, t);
           execute format('alter table %I set (fillfactor = ''90'')', name); made := made + 1; end if; end loop; end`,
    ),
    "select watch('shelf'::text, 3)",
  ],
  [LIST, "select watch('shelf', 'Odd.Name')"],
  [LIST, "select watch(variadic array['shelf'])"],
  [LIST, "select watch(variadic '{shelf}'::text[])"],
  [
    plpgsql("t text, a text default 'later'", "begin execute format('alter table %I add column %I int', t, a); end"),
    "select watch('shelf')",
  ],
  [
    plpgsql(
      "text, int",
      "declare q text; begin q := 'alter table ' || quote_ident($1); q := q || ' add column c' || $2; execute q || ' int'; end",
    ),
    "select watch('shelf', 7)",
  ],
  [`create procedure watch(t text) language plpgsql as $$ begin ${TRIGGER} end $$`, "call watch('shelf')"],
  [
    `${WATCH}; create function twice(a text) returns void language sql as $$ select watch(a); select watch('Odd.Name') $$`,
    "select twice('shelf')",
  ],
  [`${WATCH}; ${WATCH.replace("create", "create or replace").replace("_touch", "_again")}`, "select watch('shelf')"],
  ["select", block(`declare as_ text[] := '{x,y}'; a text; begin foreach a in array as_ loop ${ADD} end loop; end`)],
  [
    "select",
    block(
      `declare r record; begin for r in select k, v as w from (values ('x', 'int'), ('y', 'text')) as l(k, v) loop execute format('alter table shelf add column %I %s', r.k, r.w); end loop; end`,
    ),
  ],
  ["select", block(`declare a text; begin for a in select u from unnest(array['x', 'y']) u loop ${ADD} end loop; end`)],
  [
    "select",
    block(
      "begin for i in reverse 5..1 by 2 loop execute 'alter table shelf add column c' || i || ' int'; end loop; end",
    ),
  ],
  ["select", block(`declare b colour; a text := 'x'; begin select c, n into b, a from shelf; a := 'y'; ${ADD} end`)],
  ["select", block("begin execute format('alter table %2$I add column %I int', 'no', 'shelf', 'x'); end")],
  ["select", block("begin execute format('alter table %1$I add column %I%3$s %s', 'shelf', 'x', ' ', 'int'); end")],
  ["select", block("declare a text := 'shelf'; begin execute 'create table ' || quote_ident(a) || '_log ()'; end")],
  ["select", block("begin execute format('create table %I ()', quote_ident('plain')); end")],
  ["select", block("begin execute format('create table %I ()', quote_ident('Odd one')); end")],
  ["select", block("begin execute format('create table %s_%s ()', 'a', quote_ident('b')); end")],
  ["select", block("begin execute format('comment on table shelf is %L', 'back\\slash, it''s'); end")],
  ["select", block("begin execute 'comment on table shelf is ' || quote_literal(quote_literal('a\\b')); end")],
  ["select", block("begin execute concat('create table ', 'a'::name, 7, ' ()'); end")],
  ["select", block("begin execute 'create table ' || lower('Big') || '_' || 5 || ' ()'; end")],
  [
    "select",
    block("declare a int; begin for a in values ('7'), (8) loop execute 'create table t' || a || ' ()'; end loop; end"),
  ],
  [
    "select",
    block(
      "declare r record; begin for r in values ('a'), ('b'::varchar) loop execute 'create table ' || r.column1 || ' ()'; end loop; end",
    ),
  ],
  [
    "select",
    block(
      "declare r record; begin for r in select * from (values ('shelf'::regclass)) v(t) loop execute format('alter table %s add column x int', r.t); end loop; end",
    ),
  ],
  ["select", block(`declare a name; begin foreach a in array '{x, y}'::name[] loop ${ADD} end loop; end`)],
  [
    "select",
    block(
      "declare a int; begin foreach a in array array['7', 8] loop execute 'create table t' || a || ' ()'; end loop; end",
    ),
  ],
  [
    "select",
    block(
      `declare t regclass := 'public."Odd.Name"'; q text; begin q := t; execute 'alter table ' || q || ' add column x int'; end`,
    ),
  ],
  [
    "create function watch(out o text, a text) language plpgsql as $$ begin execute format('create table %I ()', $2); end $$",
    "select watch('x')",
  ],
  [
    "create procedure watch(inout o text, a text) language plpgsql as $$ begin execute format('create table %I ()', $2); end $$",
    "call watch('no', 'made')",
  ],
  ["select", block(`declare a varchar := 'x'; begin if true then ${ADD} end if; a := 'z'; ${ADD} end`)],
];

/** What looks alike and holds what only the run tells. */
const UNTOLD: readonly (readonly [string, string])[] = [
  [WATCH, "select watch(current_schema()::text)"],
  [WATCH, "select watch(n) from shelf"],
  [plpgsql("t text", `begin select n into t from shelf; ${TRIGGER} end`), "select watch('shelf')"],
  [plpgsql("t text", `begin declare t text := current_user; begin ${TRIGGER} end; end`), "select watch('shelf')"],
  [plpgsql("t text", `begin t := lower(current_user); ${TRIGGER} end`), "select watch('shelf')"],
  [plpgsql("t regclass", "begin execute format('create index on %I (id)', t); end"), "select watch('public.shelf')"],
  ["select", block(`declare a text := 'x'; begin if current_user = 'x' then a := 'y'; end if; ${ADD} end`)],
  [
    "select",
    block(
      `declare a text := 'x'; begin begin a := 'y'; perform 1 / 0; exception when others then null; end; ${ADD} end`,
    ),
  ],
  ["select", block(`declare a text := 'x'; begin execute 'select 1' into a; ${ADD} end`)],
  // An error may have come before an assignment or after it.
  ["select", block(`declare a text; begin a := 'x'; perform 1 / 0; a := 'y'; exception when others then ${ADD} end`)],
  [
    "select",
    block(
      `declare a text := 'x'; begin begin perform 1 / 0; a := 'y'; exception when others then null; end; ${ADD} end`,
    ),
  ],
  [
    "select",
    block(
      `declare a text := 'x'; begin begin a := 'y'; raise exception 'z'; exception when others then ${ADD} end; end`,
    ),
  ],
  // A value that its type prints otherwise, and a call that is not the server's own or not told.
  ...[
    "'[1,5]'::int4range",
    "'0012'::oid",
    "'int'::regtype",
    "'shelf'::regclass::oid",
    "'ab'::char(5)",
    "'abc'::varchar(2)",
    "'on'::bool",
    "'{ a, b }'::text[]",
    "'1.50'::numeric",
    "'007'::int",
    "'99999'::int2",
    "'red'::colour",
    "'x'::public.text",
    "array['a']",
    "null",
    "lower('ID')",
    "format(variadic array['%s', 'x'])",
    "public.format('x')",
    "'x' operator(public.||) 'y'",
    `'${"ä".repeat(32)}'::name`,
    "concat('a', null)",
    "format('%-5s|', 'x')",
    "format('%3$s', 'x')",
  ].map((value) => ["select", block(`begin execute format('create table %I ()', ${value}); end`)] as const),
  ...["varchar(2)[]", "bool[]", "regtype[]", "numeric[]", "char(4)[]"].map(
    (type) =>
      ["select", block(`declare a text; begin foreach a in array '{abc}'::${type} loop ${ADD} end loop; end`)] as const,
  ),
  ["select", block(`declare a text; begin foreach a in array array['007']::int[] loop ${ADD} end loop; end`)],
  // A relation is printed by the search_path.
  ...["t || '_log'", "t", "quote_ident(t::text)", "lower(t::text)", "format('%s_log', t)", "concat(t, '_log')"].map(
    (value) =>
      [
        plpgsql("t regclass", `begin execute format('create table %I ()', ${value}); end`),
        "select watch('public.shelf')",
      ] as const,
  ),
  [
    plpgsql("t text", "begin execute format('create table %I ()', t || '_log'); end"),
    "select watch('public.shelf'::regclass::text)",
  ],
  ["select", block("declare t text := 'public.shelf'::regclass; begin execute 'create table ' || t || '_log ()'; end")],
  ["select", block("begin execute format('comment on table shelf is ''of %s''', 'public.shelf'::regclass); end")],
  [
    "select",
    block(
      "declare t text; begin foreach t in array array['public.shelf']::regclass[] loop execute format('create table %I ()', t); end loop; end",
    ),
  ],
  // Rows of VALUES.
  ...[
    "values ('x'), ('y') limit 1",
    "values ('x'), ('y') offset 1",
    "select * from (values ('x'), ('y') limit 1) v",
    "values ('x'), (null)",
    "values ('x'), (current_user)",
    "values ('x'), ('y') order by 1 desc",
    "values ('x') union all values ('y')",
    "values ('x'::varchar(1))",
    "values ('x'), (7)",
    "select public.unnest(array['x'])",
  ].map((query) => ["select", block(`declare a text; begin for a in ${query} loop ${ADD} end loop; end`)] as const),
  [
    "select",
    block("declare a int; begin for a in values ('007') loop execute 'create table t' || a || ' ()'; end loop; end"),
  ],
  [
    "select",
    block("declare a bool; begin for a in values ('on') loop execute 'create table t' || a || ' ()'; end loop; end"),
  ],
  [
    "select",
    block(
      "declare r record; begin for r in values ('007'), (8) loop execute 'create table t' || r.column1 || ' ()'; end loop; end",
    ),
  ],
  [
    "select",
    block(
      "declare r record; begin for r in select k, v as k from (values ('x', 'y')) l(k, v) loop execute 'create table ' || r.k || ' ()'; end loop; end",
    ),
  ],
  [
    "select",
    block(`declare a text; begin foreach a in array public.string_to_array('x', ',') loop ${ADD} end loop; end`),
  ],
  // A name that is a column's, and a number that is another parameter's.
  [
    WATCH,
    block(
      "\n#variable_conflict use_column\ndeclare a text := 'shelf'; begin perform (select watch(a) from (values ('Odd.Name')) v(a)); end",
    ),
  ],
  [
    `${WATCH}; create function twice(a text) returns void language sql as $$ select (select watch(a) from (values ('Odd.Name')) v(a)) $$`,
    "select twice('shelf')",
  ],
  [
    "create function watch(out o text, a text) language plpgsql as $$ begin o := 'y'; execute 'create table ' || $1 || ' ()'; end $$",
    "select watch('x')",
  ],
  [plpgsql("t char(3)", "begin execute 'create table a' || t || 'b ()'; end"), "select watch('x')"],
  [
    plpgsql(
      "t varchar(3)[]",
      "declare a text; begin foreach a in array t loop execute 'create table ' || a || ' ()'; end loop; end",
    ),
    "select watch('{abcd}')",
  ],
  // CALL gives INOUT back, and VARIADIC an array that is not taken apart.
  [
    "create procedure change(inout z text) language plpgsql as $$ begin z := 'y'; end $$",
    block(`declare a text := 'x'; begin call change(a); ${ADD} end`),
  ],
  ["select", block(`declare a text := 'x'; begin call change(z => a); ${ADD} end`)],
  // By another of its names.
  ["select", block(`<<b>> declare a text := 'x'; begin call change(b.a); ${ADD} end`)],
  ["select", block(`<<b>> declare a text := 'x'; begin select n into b.a from shelf; ${ADD} end`)],
  ["select", block(`declare a text := 'x'; c alias for a; begin call change(c); ${ADD} end`)],
  ["select", block(`declare a text := 'x'; c alias for a; begin select n into c from shelf; ${ADD} end`)],
  [plpgsql("t text", `begin call change($1); ${TRIGGER} end`), "select watch('shelf')"],
  [LIST, "select watch(variadic (select array_agg(n) from shelf))"],
  ["select", block(`declare a varchar(1) := 'xy'; begin ${ADD} end`)],
  ["select", block("declare b bool := 'on'; begin execute format('alter table shelf add column %s int', b); end")],
  ["select", block(`declare a text := 'x'; begin while random() < 0.5 loop a := a || 'x'; end loop; ${ADD} end`)],
  ["select", block(`declare a text; begin foreach a in array array['x', null] loop ${ADD} end loop; end`)],
  [
    "select",
    block(
      `declare a text; begin for a in select column_name from information_schema.columns loop ${ADD} end loop; end`,
    ),
  ],
  [
    "select",
    block(
      "declare t text; q text := ''; begin foreach t in array array['x', 'y'] loop q := q || t; execute 'alter table shelf add column ' || q || ' int'; end loop; end",
    ),
  ],
];

function operationsOf(definition: string, call: string) {
  const bodies = FunctionBodies.ofRelease();
  for (const each of parseSql(definition, "f.sql").statements) bodies.note(each);
  return parseSql(call, "f.sql").statements.flatMap((each) => bodies.operationsOf(each));
}

it.each(UNTOLD)("does not take for known: %s; %s", (definition, call) => {
  expect(operationsOf(definition, call)).toContainEqual(expect.objectContaining({ kind: "opaque" }));
});

it("knows what a plain IF … RETURN before a statement asks for, and of any other that it may have left", () => {
  const guards = (body: string) => operationsOf("select", block(body)).at(-1)?.guards;
  expect(guards("begin if to_regclass('t') is null then return; end if; drop table t; end")).toEqual([
    { kind: "test", sql: "to_regclass('t') is null", holds: false },
  ]);
  const left = [{ kind: "unknown", reason: expect.stringContaining("may leave the block") }];
  expect(guards("begin if a then return; elsif b then null; end if; drop table t; end")).toEqual(left);
  expect(guards("begin begin if a then return; end if; end; drop table t; end")).toEqual(left);
  expect(guards("begin loop exit; end loop; drop table t; end")).toEqual([]);
});

describe.each(MAJORS)("what a helper does with constants, on %s", (major: Major) => {
  const database = sharedDatabase(major, SCHEMA);

  it.each(TOLD)("%s; %s", async (definition, call) => {
    const operations = operationsOf(definition, call);
    expect(operations.filter(({ kind }) => kind === "opaque")).toEqual([]);
    const stateBehind = async (script: string) => {
      let state: Awaited<ReturnType<typeof readState>> | null = null;
      await database.takenBack(async () => {
        await database.session.script(`set local search_path = public; ${definition}; ${script}`);
        state = await readState(database.session, null);
      });
      if (state === null) throw new Error("no state was read");
      return state;
    };
    const changes = operations.filter(({ kind }) => kind !== "query").map(({ statement }) => statement.sql);
    expect(changes.length).toBeGreaterThan(0);
    expect(compareStates(await stateBehind(changes.join("; ")), await stateBehind(call)).differences).toEqual([]);
  });
});
