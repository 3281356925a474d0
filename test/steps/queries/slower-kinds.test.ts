import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { examineOnClones } from "../../support/examine-queries.js";
import { MAJORS } from "../../support/majors.js";

beforeAll(loadParser);

const SETUP = `
  create table refs (ref int primary key, note text);
  insert into refs select i, 'r' from generate_series(1, 20000) i;
  create table events (id bigint primary key, ref int not null references refs, kind int not null, sub int not null, name text not null,
    at date not null, code text collate "C" not null, data jsonb not null);
  insert into events select i, i, i % 200, i % 200, 'n' || i, date '2020-01-01' + i % 2000, lpad(i::text, 6, '0'), jsonb_build_object('k' || i, i)
    from generate_series(1, 20000) i;
  create index events_ref on events (ref);
  create index events_pair on events (kind, sub);
  create index events_at on events (at);
  create index events_code on events (code);
  create index events_data on events using gin (data);
  create statistics events_both (dependencies) on kind, sub from events;
  create table lines (id int primary key, event bigint references events on delete cascade, ref int references refs);
  insert into lines select i, i, i from generate_series(1, 20000) i;
  create index lines_event on lines (event);
  create table days (at date not null, n int) partition by range (at);
  create table days_1 partition of days for values from ('2026-01-01') to ('2026-02-01');
  create table days_2 partition of days for values from ('2026-02-01') to ('2026-03-01');
  insert into days select date '2026-01-01' + i % 59, i from generate_series(1, 40000) i;
  create index days_n on days (n);
  create table wide (region int not null, at date not null, n int) partition by list (region);
  do $$ begin for i in 0..15 loop execute format('create table wide_%s partition of wide for values in (%s)', i, i); end loop; end $$;
  insert into wide select i % 16, date '2026-01-01' + i % 59, i from generate_series(1, 40000) i;
  create function norm(t text) returns int language sql immutable as 'select length(t)';
  create materialized view totals as select sub, count(*) as n from events group by sub;
  create index on totals (sub);
  analyze;`;
const JOINED = "select e.id from events e join refs r on r.ref = e.ref where e.kind = $1 and e.sub = $2";
const BY_DATE = `create table wide (region int not null, at date not null, n int) partition by range (at);
  create table wide_a partition of wide for values from ('2026-01-01') to ('2026-02-01');
  create table wide_b partition of wide for values from ('2026-02-01') to ('2026-03-01')`;

describe.each(MAJORS)("kinds of slower plans, on %s", (major) => {
  const over = async (release: string, query: string) => {
    const { changed, judged } = await examineOnClones(major, SETUP, [release], [query]);
    return { found: Object.values(changed).flat(), remedy: judged.get(query)?.verdicts[0]?.remedy };
  };

  it.each([
    [
      "another leading column",
      "drop index events_ref; create index on events (kind, ref)",
      "select id from events where ref = $1",
    ],
    ["a cast", "alter table events alter at type timestamptz", "select id from events where at::date = $1"],
    [
      "another collation",
      'alter table events alter code type text collate "en-x-icu"',
      "select id from events where code like $1",
    ],
    [
      "a new partition key",
      `alter table wide rename to old; ${BY_DATE}; insert into wide select * from old; drop table old`,
      "select n from wide where region = $1",
    ],
    [
      "a generated column",
      "alter table events drop column sub cascade; alter table events drop column ref; alter table events add ref int generated always as (kind) stored",
      "select id from events where ref = $1",
    ],
    [
      "an index that is not valid",
      "drop index days_n; create index days_n on only days (n)",
      "select at from days where n = $1",
    ],
    ["the index of a foreign key, for DELETE", "drop index events_ref", "delete from refs where ref = $1"],
    [
      "the index of a foreign key, for UPDATE of the key",
      "drop index events_ref",
      "update refs set ref = $1 where ref = $2",
    ],
    ["the index of a foreign key behind a cascade", "drop index lines_event", "delete from events where id = $1"],
    [
      "another expression",
      "drop index events_data; create index on events using gin ((data -> 'x'))",
      "select id from events where data @> $1",
    ],
    [
      "a function that became volatile",
      "create or replace function norm(t text) returns int language plpgsql volatile as 'begin return 1; end'",
      "select id from events where ref = norm($1)",
    ],
    [
      "a view in place of a materialized one",
      "drop materialized view totals; create view totals as select sub, count(*) as n from events group by sub",
      "select n from totals where sub = $1",
    ],
    [
      "a table made again without its indexes",
      "create table other (like events); insert into other select * from events; drop table events cascade; alter table other rename to events",
      "select id from events where ref = $1",
    ],
  ])("finds %s: %s: %s", async (_, release, query) => {
    const { found } = await over(release, query);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^slower: .*estimated cost \d+ in place of \d+$/);
  });

  it.each([
    [
      "drop statistics events_both",
      /^CREATE STATISTICS public\.events_both \(dependencies\) ON kind, sub FROM public\.events; ANALYZE "public"\."events";$/,
    ],
    [
      "drop statistics events_both; create statistics other (dependencies) on kind, sub from events",
      /^ANALYZE "public"\."events";$/,
    ],
    ["alter table events alter kind type bigint", /^ANALYZE "public"\."events";$/],
  ])("finds statistics of several columns that are lost: %s", async (release, statement) => {
    const { found, remedy } = await over(release, JOINED);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^statistics-lost: /);
    expect(remedy).toMatch(statement);
  });

  it.each([
    ["drop index events_ref; create index on events (ref) include (name)", "select id from events where ref = $1"],
    ["create index on events (ref, id); drop index events_ref", "select id from events where ref = $1"],
    ["drop index events_ref; create index on events (ref, kind)", "delete from refs where ref = $1"],
    ["drop index events_ref", "update refs set note = $1 where ref = $2"],
    ["drop index lines_event", "delete from refs where ref = $1"],
    ["alter table events add note text, add flag boolean not null default false", "delete from refs where ref = $1"],
    ["drop statistics events_both", "select id from events where kind = $1"],
    [
      "drop statistics events_both; create statistics other (dependencies) on kind, sub from events; analyze events",
      JOINED,
    ],
  ])("is silent: %s: %s", async (release, query) => {
    expect((await over(release, query)).found).toEqual([]);
  });
});
