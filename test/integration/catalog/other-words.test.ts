import { describe, expect, it } from "vitest";
import { compareCatalogs } from "../../../lib/core/catalog/compare.js";
import { fingerprint } from "../../../lib/core/catalog/fingerprint.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { MAJORS } from "../../support/majors.js";
import { type TestDatabase, temporaryDatabase } from "../../support/postgres.js";
import { withSession } from "./with-session.js";

const TABLE = `create schema own; create domain own.word as varchar(9); create domain own."Odd Name" as text;
  create function many(text[]) returns boolean language sql immutable as 'select true';
  create function touch() returns trigger language plpgsql as 'begin return new; end';
  create table jobs (id int primary key, state varchar(20) not null, kind varchar, "Mixed" own.word, odd own."Odd Name", net cidr, bits varbit);`;

/** Where the server prints an array that it casts as a whole, and prints it with each element cast once it has read that. */
const PLACES = `
  alter table jobs add constraint few check (state in ('new', 'it''s'));
  alter table jobs add constraint none check (state not in ('a]', '(ARRAY[', 'b)') and kind in ('x', null));
  alter table jobs add constraint deep check (case when kind in ('a', 'b') then state in ('c', 'd') else state in ('e', 'f') end);
  alter table jobs add constraint words check ("Mixed" in ('a', 'b') and odd in ('c', 'd'));
  alter table jobs add constraint nets check (net in ('10.0.0.0/8', '11.0.0.0/8'));
  alter table jobs add constraint cut check (state = any (array['a', 'b']::varchar(3)[]));
  alter table jobs add constraint called check (many(array[state, kind || 'x']) and many(array[array[state, kind], array['a', 'b']]));
  create index jobs_open on jobs (id) where state in ('new', 'held');
  create index jobs_is on jobs ((state in ('new', 'held')));
  create unique index jobs_both on jobs (id, (kind in ('a', 'b'))) where state not in ('c', 'd');
  create view open_jobs as select id, state in ('q', 'r') as queued from jobs where state in ('new', 'held');
  create materialized view mv_jobs as select id from jobs where state in ('new', 'held') and exists (select from jobs j where j.kind in ('a', 'b'));
  alter table jobs add column is_open boolean generated always as (state in ('new', 'held')) stored;
  alter table jobs add column first boolean default ('a'::varchar in ('a', 'b'));
  create policy p on jobs using (state in ('new', 'held')) with check (kind in ('a', 'b'));
  create trigger watched before update on jobs for each row when (new.state in ('new', 'held')) execute function touch();
  create rule quiet as on update to jobs where new.state in ('new', 'held') do also select 1;
  create domain few as varchar check (value in ('a', 'b'));
  create function body() returns boolean language sql begin atomic select state in ('a', 'b') from jobs; end;
  create function text_only() returns text language sql as $$ select '(ARRAY[''a''::character varying])::text[]'::text $$;
  create function given(a boolean default 'a'::varchar in ('a', 'b')) returns int language sql as 'select 1';
  create statistics counted on (state in ('a', 'b')), id from jobs;`;

/** What pg_dump would write of these, by the server's own functions. */
const PRINTED = `select string_agg(sql, ';' order by at, name) as sql from (
  select 0 as at, attname as name, format('alter table jobs add %I boolean generated always as (%s) stored', attname, pg_get_expr(adbin, adrelid)) as sql
    from pg_attribute join pg_attrdef on adrelid = attrelid and adnum = attnum where attrelid = 'jobs'::regclass and attgenerated = 's'
  union all select 0, attname, format('alter table jobs add %I boolean default (%s)', attname, pg_get_expr(adbin, adrelid))
    from pg_attribute join pg_attrdef on adrelid = attrelid and adnum = attnum where attrelid = 'jobs'::regclass and attgenerated = ''
  union all select 1, conname, format('alter table jobs add constraint %I %s', conname, pg_get_constraintdef(oid))
    from pg_constraint where conrelid = 'jobs'::regclass and contype = 'c'
  union all select 1, conname, format('create domain few as varchar constraint %I %s', conname, pg_get_constraintdef(oid))
    from pg_constraint where contypid = 'few'::regtype and contype = 'c'
  union all select 2, indexrelid::text, pg_get_indexdef(indexrelid) from pg_index where indrelid = 'jobs'::regclass and not indisprimary
  union all select 3, oid::text, format('create %s %I as %s', case relkind when 'v' then 'view' else 'materialized view' end, relname, trim(trailing ';' from pg_get_viewdef(oid)))
    from pg_class where relname in ('open_jobs', 'mv_jobs')
  union all select 4, polname, format('create policy %I on jobs using (%s) with check (%s)', polname, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) from pg_policy
  union all select 5, tgname, pg_get_triggerdef(oid) from pg_trigger where tgname = 'watched'
  union all select 6, rulename, trim(trailing ';' from pg_get_ruledef(oid)) from pg_rewrite where rulename = 'quiet'
  union all select 7, proname, pg_get_functiondef(oid) from pg_proc where proname in ('body', 'text_only', 'given')
  union all select 8, stxname, pg_get_statisticsobjdef(oid) from pg_statistic_ext) x`;

const printed = async ({ client }: TestDatabase) => (await client.query<{ sql: string }>(PRINTED)).rows[0]?.sql ?? "";
const read = (database: TestDatabase) => withSession(database, (session) => readCatalog(session, null));

describe.each(MAJORS)("one schema in other words, on %s", (major) => {
  it("is the same after its print was read, with the print of that", async () => {
    const first = await temporaryDatabase(major, TABLE + PLACES);
    const text = await printed(first);
    const second = await temporaryDatabase(major, TABLE + text);
    const again = await printed(second);
    // Each place is printed in other words by now, and those do not change any more.
    const lines = text.split(";");
    const same = again.split(";").filter((line) => lines.includes(line));
    expect(same.filter((line) => !/text_only|^\nEND/.test(line))).toEqual([]);
    const [a, b] = [await read(first), await read(second)];
    expect(compareCatalogs(b, a).differences).toEqual([]);
    expect(fingerprint(b)).toBe(fingerprint(a));
    // The canonical form is what the server prints in the end.
    for (const object of b.objects)
      for (const text of again.match(/\(ARRAY\[.*?\]\)::\w+\[\]/g) ?? [])
        expect(JSON.stringify(object.attributes)).not.toContain(text);
  });

  it.each([
    ["another list", "alter table jobs drop constraint few, add constraint few check (state in ('new', 'its'))"],
    ["another order", "alter table jobs drop constraint few, add constraint few check (state in ('it''s', 'new'))"],
    [
      "a text that only looks like it",
      "create or replace function text_only() returns text language sql as $$ select 'ARRAY[(''a''::character varying)::text]'::text $$",
    ],
  ])("is not the same with %s", async (_, change) => {
    const first = await temporaryDatabase(major, TABLE + PLACES);
    const second = await temporaryDatabase(major, `${TABLE}${PLACES};${change}`);
    expect(compareCatalogs(await read(second), await read(first)).differences).toHaveLength(1);
  });
});

const VIEWS = `create schema node; create table node (id int primary key, name text, parent int, at timestamptz);
  create table node.node (node int); create type node.pair as (a int, b int); create table boxed (p node.pair);
  create function node.twice(int) returns int language sql immutable as 'select $1 * 2'; create table "Odd.Name" ("a.b" int, "select" int);`;

/** The only item of FROM may be a relation, a query, a call, VALUES or a common table. */
const QUERIES: readonly string[] = [
  "select id from node where exists (select from node b where b.id = node.id)",
  "select id from node where exists (select 1 from node b where b.parent = node.id) order by id",
  "select name from node where id in (select parent from node p)",
  "select id, (select max(b.name) from node b) mx from node",
  "select id, (select count(*) from node b where b.parent = a.id) c from node a",
  "with x as (select id, name from node where name is not null) select id from x where name <> 'a'",
  "with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) select n from t",
  "with x as (select id from node), y as (select id from x where id > 1) select id from y z where z.id > 2",
  "with x as (select id from node) select x.id, node.name from x, node where x.id = node.id",
  "select id from node union all select parent from node order by 1",
  "(select id from node limit 1) except select parent from node",
  "select s.id from (select id, name from node) s where s.name = 'a'",
  "select s.id from (select id from node union select 1) s(id) where exists (select from node where node.id = s.id)",
  "select n from generate_series(1, 3) n",
  "select g.n, g.o from generate_series(1, 3) with ordinality as g(n, o) where g.n > 1",
  "select a, b from rows from (generate_series(1, 2), generate_series(1, 3)) r(a, b)",
  "select e.key from jsonb_each('{}'::jsonb) e where e.value is not null",
  "select x.a from json_to_recordset('[]') as x(a int, b text) where x.b = 'q'",
  "select column1 from (values (1), (2)) v",
  "select v.a, v.b from (values (1, 'x'), (2, 'y')) v(a, b) where v.a > 1",
  "select id, rank() over w from node window w as (partition by parent order by id)",
  "select parent, count(*) filter (where name = 'x') from node group by parent having count(*) > 1 order by parent",
  "select parent, name, count(*) from node group by grouping sets ((parent), (name), ())",
  "select distinct on (parent) parent, id from node order by parent, id desc",
  "select a.id from node a where a.name = 'x'",
  "select id from node where id = any (array(select parent from node))",
  "select case when exists (select 1 from node b where b.parent = node.id) then 1 else 0 end k from node",
  "select id, name from node where name is not null",
  "select node from node",
  "select row_to_json(node) j, node.* from node",
  "select node.twice(id) t, (id, parent)::node.pair p from node where node.twice(parent) = 2",
  "select node from node.node where node > 1",
  "select node.node from node.node node where node.node > 1",
  "select (p).a, (boxed.p).b from boxed",
  'select "a.b", "select" from "Odd.Name" where "Odd.Name"."a.b" > 1',
  'select o."a.b" from "Odd.Name" o where \'o.x "o".y\' <> \'\'',
  "select id from only node tablesample system (50) repeatable (1) where node.id > 1",
  "select extract(year from at) y, substring(name from 1 for 2) s, trim(both 'x' from name) t, at at time zone 'UTC' z from node",
  "select id from node where (id, parent) in (select id, parent from node) and name collate \"C\" > 'a'",
  "select a.id from node a join node b on a.id = b.parent",
  "select a.id, l.c from node a cross join lateral (select count(*) c from node b where b.parent = a.id) l",
  "select id from node where xmlserialize(content xmlelement(name node, name) as text) is not null for update",
  "select id as name, name as label from node order by node.name",
  "select coalesce(name, 'x') from node where name in ('a', 'b') and id between 1 and 2 and name like 'a%' and not name is null",
];

describe("views, between the servers that print them with prefixes and those that do not", () => {
  it("are the same", async () => {
    const views = QUERIES.map(
      (query, at) => `create ${/for update/.test(query) || at % 5 ? "" : "materialized "}view v${at} as ${query}`,
    );
    const script = `${VIEWS}${views.join(";")}`;
    const old = await read(await temporaryDatabase("15", script));
    const fresh = await read(await temporaryDatabase("18", script));
    const { differences } = compareCatalogs(fresh, old);
    expect(differences.filter(({ kind }) => kind.endsWith("view"))).toEqual([]);
    // Both print a view so that it is the same once it was read; what was cut for the comparison is not in it.
    for (const catalog of [old, fresh]) {
      const { definition } = catalog.objects.find(({ id }) => id.name === `v${QUERIES.length - 2}`) ?? {};
      expect(definition).toMatch(/ORDER BY node\.name$/);
    }
  });

  it.each([
    [
      "select id as name, name as label from node order by node.name",
      "select id as name, name as label from node order by id",
    ],
    [
      "select id from node where exists (select from node b where b.id = node.id)",
      "select id from node where exists (select from node b where b.id = b.id)",
    ],
    ["select node.twice(id) from node", "select public.twice(id) from node"],
  ])("are not the same where they say another thing: %s", async (one, other) => {
    const make = (query: string) =>
      temporaryDatabase(
        "18",
        `${VIEWS} create function twice(int) returns int language sql immutable as 'select $1'; create view v as ${query}`,
      );
    const { differences } = compareCatalogs(await read(await make(one)), await read(await make(other)));
    expect(differences).toHaveLength(1);
  });
});

describe("a NOT NULL under another name, on 18", () => {
  const compare = async (actual: string, declared: string) =>
    compareCatalogs(
      await read(await temporaryDatabase("18", actual)),
      await read(await temporaryDatabase("18", declared)),
      { releaseDepends: () => true },
    ).differences;

  it.each([
    [
      "the table was renamed",
      "create table product (sku text not null)",
      "create table item (sku text not null); alter table item rename to product",
    ],
    [
      "the column was renamed",
      "create table product (sku text not null)",
      "create table product (code text not null); alter table product rename code to sku",
    ],
    [
      "somebody named it",
      "create table product (sku text not null)",
      "create table product (sku text constraint must not null)",
    ],
    [
      "a parent's column was renamed",
      "create table a (zz int not null); create table b () inherits (a)",
      "create table a (z int not null); create table b () inherits (a); alter table a rename z to zz",
    ],
    [
      "it came with a key",
      "create table product (id int); alter table product add constraint item_pkey primary key (id)",
      "create table item (id int primary key); alter table item rename to product",
    ],
    [
      "the table was made of another",
      "create table other (sku text not null); create table product (like other)",
      "create table other (sku text not null); create table product (sku text not null)",
    ],
    [
      "it has two names of its own",
      "create table product (sku text constraint one not null)",
      "create table product (sku text constraint two not null)",
    ],
  ])("is a note at most where %s, on either side, and its repair leads there", async (_, one, other) => {
    for (const [actual, declared] of [
      [one, other],
      [other, one],
    ] as const) {
      const found = await compare(actual, declared);
      expect(found.every(({ severity, releaseDepends }) => severity === "note" && !releaseDepends)).toBe(true);
      expect(found.length).toBeLessThan(2);
      const repairs = found.map(({ repair }) => repair).join("");
      expect(await compare(`${actual}; ${repairs}`, declared)).toEqual([]);
    }
  });

  it.each([
    ["it is missing", "create table product (sku text)", "create table product (sku text not null)"],
    [
      "it is not validated",
      "create table product (sku text); alter table product add constraint named not null sku not valid",
      "create table product (sku text not null)",
    ],
    [
      "children need not have it",
      "create table product (sku text constraint named not null no inherit)",
      "create table product (sku text not null)",
    ],
  ])("is an error where %s", async (_, actual, declared) => {
    expect((await compare(actual, declared)).map(({ severity }) => severity)).toContain("error");
  });
});
