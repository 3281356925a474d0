import { beforeAll, describe, expect, it } from "vitest";
import { bindSchemas } from "../../../lib/core/catalog/own-schema.js";
import { readRecordText } from "../../../lib/core/postgres/record-text.js";
import type { ReleaseState } from "../../../lib/core/probes/state/release-state.js";
import { copyAndSet, REPAIR_SETTING, setAside } from "../../../lib/core/probes/support/set-aside.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { Session } from "../../../lib/ports/database.js";
import { executeEach } from "../../../lib/steps/migration/execute-each.js";
import { inTransaction } from "../../../lib/steps/migration/transaction.js";
import { withoutOwnTriggers } from "../../../lib/steps/repair/own-triggers.js";
import { restoreRows } from "../../../lib/steps/repair/restore-rows.js";
import { MAJORS, type Major } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

const K = { schema: "public", name: "k" };
const RELATION = '"public"."k"';
const ID = "run at";
const ALL = "select tableoid, ctid from public.k";
const says = { why: "w", says: "s" };
const nothingRefers = { catalog: { referencedBy: () => [] } } as unknown as ReleaseState;

const sessionOn = async (major: Major, script: string) => testSession((await temporaryDatabase(major, script)).url);
const repaired = async (session: Session, text: string) => {
  await session.query("select set_config($1, $2, false)", [REPAIR_SETTING, ID]);
  await executeEach(session, bindSchemas(text, null));
};
const moved = (session: Session, chosen = ALL) => repaired(session, setAside(nothingRefers, K, says, chosen) ?? "");
const set = (session: Session, column: string, value: string, chosen = ALL) =>
  repaired(session, copyAndSet(K, says, chosen, { column, value }));
const undone = (session: Session, changed: string | null) =>
  inTransaction(session, "read committed", () =>
    withoutOwnTriggers(session, [RELATION], () =>
      restoreRows(session, { place: "schema_gate.repaired_rows", id: ID, relation: RELATION, changed }),
    ),
  );
const rows = (session: Session, of = "k::text") => session.execute(`select ${of} as v from public.k order by 1`);

/** Values that JSON, or a cast to text, would not bring back as they were. */
const TYPES: readonly (readonly [type: string, value: string])[] = [
  ["json", `'{"b":1,  "a":2,"a":3, "x":1e2, "z":"\\u0000"}'`],
  ["int[]", "'[0:1]={1,2}'"],
  ["text[]", `array['a,b', null, 'NULL', '"', '\\', '']`],
  ["float8", "'-0'"],
  ["float8", "0.1::float8 + 0.2::float8"],
  ["numeric", "'NaN'"],
  ["numeric", "'1.000'"],
  ["timestamptz", "'infinity'"],
  ["timestamptz", "'0044-03-15 12:00:00+00 BC'"],
  ["interval", "'1 mon -3 days 04:00:00.5'"],
  ["bytea", "'\\x00ff5c'"],
  ["char(5)", "'a'"],
  ["public.hstore", `'a=>1, b=>NULL'`],
  ["public.pair", `row(1, '("x",\\y)')`],
  ["public.mood", "'so so'"],
  ["public.short", "'abc'"],
  ["xml", "'<a b=\"1\">&amp;</a>'"],
  ["tsvector", "'fat:2A cat'"],
  ["money", "'1234.5'"],
  ["int4multirange", "'{[1,3),[7,)}'"],
  ["bit(3)", "'101'"],
  ["macaddr8", "'08:00:2b:01:02:03:04:05'"],
  ["point[]", "array[point(1,2)]"],
  ["text", "''"],
  ["text", `E'a\\nb\\t"c" (d), \\\\'`],
  ["regclass", "'public.k'::regclass"],
  ["public.wrapped", 'row(\'{"a":1,"a":2}\')'],
];

const BEFORE = `create extension hstore; create type pair as (a int, b text); create type mood as enum ('so so');
create domain short as text check (length(value) < 5); create type wrapped as (j json);
create function shout(pair) returns text language sql immutable as $$ select 'lost'::text $$; create cast (pair as text) with function shout(pair);`;

describe.each(MAJORS)("rows that a repair moved, on PostgreSQL %s", (major) => {
  it("come back as they were, whatever their types", async () => {
    const columns = TYPES.map(([type], at) => `c${at} ${type}`).join(", ");
    const values = TYPES.map(([, value]) => value).join(", ");
    const nulls = TYPES.map(() => "null").join(", ");
    const session = await sessionOn(
      major,
      `${BEFORE} create table k (id int primary key, gone int, t text, n int generated always as (id * 2) stored, always int generated always as identity, ${columns});
      insert into k (id, t, ${TYPES.map((_, at) => `c${at}`).join(", ")}) values (1, 'named as the alias is', ${values}), (2, null, ${nulls});
      alter table k drop column gone`,
    );
    const before = await rows(session);
    await moved(session);
    expect(await rows(session)).toEqual([]);
    await session.execute("alter table public.k add column since int default 5");
    expect((await undone(session, null)).result).toEqual({ rows: 2, left: [] });
    await session.execute("alter table public.k drop column since");
    expect(await rows(session)).toEqual(before);
    expect(await session.execute("select 1 from schema_gate.repaired_rows")).toEqual([]);
  });

  it("come back without their triggers, which are as they were afterwards", async () => {
    const session = await sessionOn(
      major,
      `create table k (id int, up date, primary key (id)) partition by range (id); create table k1 partition of k for values from (0) to (10);
      create table parent (id int primary key); insert into parent values (1); alter table k add foreign key (id) references parent deferrable initially deferred;
      create table outbox (x int);
      create function t() returns trigger language plpgsql as $$ begin new.up := '2030-01-01'; insert into public.outbox values (1); return new; end $$;
      insert into k values (1, '2020-01-01'); set constraints all immediate;
      create trigger t before insert or update on k1 for each row execute function t();
      create trigger "off" before insert on k1 for each row execute function t(); alter table k1 disable trigger "off";
      create trigger a before insert on k1 for each row execute function t(); alter table k1 enable always trigger a`,
    );
    const state = "select tgname, tgenabled from pg_trigger where not tgisinternal order by 1";
    const triggers = await session.execute(state);
    await moved(session);
    const { result, off, ran } = await undone(session, null);
    expect(result).toEqual({ rows: 1, left: [] });
    expect([off, ran]).toEqual([["a on public.k1", "t on public.k1"], []]);
    expect(await rows(session)).toEqual([{ v: "(1,2020-01-01)" }]);
    expect(await session.execute("select * from public.outbox")).toEqual([]);
    expect(await session.execute(state)).toEqual(triggers);
  });

  it("leave a row that has taken their key since", async () => {
    const session = await sessionOn(
      major,
      "create table k (id int primary key, v text); insert into k values (1, 'a'), (2, 'b')",
    );
    await moved(session);
    await session.execute("insert into public.k values (1, 'of the application')");
    expect((await undone(session, null)).result).toEqual({ rows: 1, left: ["id=1"] });
    expect(await rows(session)).toEqual([{ v: '(1,"of the application")' }, { v: "(2,b)" }]);
    expect(await session.execute("select was, repair from schema_gate.repaired_rows")).toEqual([
      { was: "(1,a)", repair: null },
    ]);
  });

  it("come back to a table without a key, and are refused where a column of theirs is gone", async () => {
    const session = await sessionOn(
      major,
      "create table k (a int, b text); insert into k values (1, 'x'), (1, 'x'), (null, null)",
    );
    const before = await rows(session);
    await moved(session);
    await session.execute("alter table public.k rename b to c");
    await expect(undone(session, null)).rejects.toThrow("has no column b any more");
    await session.execute("alter table public.k rename c to b");
    expect((await undone(session, null)).result).toEqual({ rows: 3, left: [] });
    expect(await rows(session)).toEqual(before);
  });
});

describe.each(MAJORS)("a column that a repair set, on PostgreSQL %s", (major) => {
  it("goes back where it is unchanged, and keeps what the application wrote since", async () => {
    const session = await sessionOn(
      major,
      "create table k (id int primary key, q int, other text); insert into k select i, null from generate_series(1, 1200) i",
    );
    await set(session, "q", "1000", "select tableoid, ctid from public.k where q is null");
    await session.execute("update public.k set q = 5 where id = 1");
    await session.execute("update public.k set q = null where id = 2");
    await session.execute("update public.k set other = 'kept' where id = 3");
    await session.execute("delete from public.k where id = 4");
    await session.execute("update public.k set id = 5000 where id = 5");
    const { result } = await undone(session, "q");
    expect(result.rows).toBe(1196);
    expect([...result.left].sort()).toEqual(["id=1", "id=2", "id=4", "id=5"]);
    expect(
      await session.execute("select id, q, other from public.k where q is not null or other is not null order by 1"),
    ).toEqual([
      { id: 1, q: 5, other: null },
      { id: 3, q: null, other: "kept" },
      { id: 5000, q: 1000, other: null },
    ]);
  });

  it("takes what triggers changed along with it back too", async () => {
    const session = await sessionOn(
      major,
      `create table k (id int primary key, q int, up int default 0); insert into k (id) values (1), (2);
      create function t() returns trigger language plpgsql as $$ begin new.up := old.up + 1; return new; end $$;
      create trigger t before update on k for each row execute function t()`,
    );
    await set(session, "q", "1000");
    await session.execute("update public.k set up = 9 where id = 2");
    await undone(session, "q");
    expect(await rows(session)).toEqual([{ v: "(1,,0)" }, { v: "(2,,2)" }]);
  });

  it("is set back through every change that was made to it, the last first", async () => {
    const session = await sessionOn(
      major,
      "create table k (id int primary key, q int); insert into k values (1, null)",
    );
    await set(session, "q", "coalesce(q, 0) + 1");
    await set(session, "q", "coalesce(q, 0) + 1");
    expect((await undone(session, "q")).result).toEqual({ rows: 2, left: [] });
    expect(await rows(session)).toEqual([{ v: "(1,)" }]);
  });

  it("finds its rows by keys of any type", async () => {
    const session = await sessionOn(
      major,
      `create table k (a char(4), b timestamptz, c int[], t text, primary key (a, b, c)); insert into k values ('x', '2024-03-31 01:00+01', '[2:3]={1,2}', 'old')`,
    );
    const before = await rows(session);
    await set(session, "t", "NULL");
    expect((await undone(session, "t")).result.rows).toBe(1);
    expect(await rows(session)).toEqual(before);
  });
});

describe("the text of a row", () => {
  it("is read as PostgreSQL writes it", async () => {
    const session = await sessionOn("18", "select 1");
    const pieces = ["", "a", '"', "\\", ",", "(", ")", " ", "\n", '""', "\\\\", "ü🦊", "NULL"];
    const texts = pieces.flatMap((a) => pieces.map((b) => a + b));
    for (const values of [texts, [null], [""], [null, null], ["", null, ""], [...texts, null]]) {
      const list = values.map((value) => (value === null ? "null" : `$tag$${value}$tag$`)).join(", ");
      const [row] = await session.execute<{ v: string }>(`select row(${list})::text as v`);
      expect(readRecordText(row?.v ?? "")).toEqual(values);
    }
  });
});
