import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { examineOnClones } from "../../support/examine-queries.js";
import { MAJORS } from "../../support/majors.js";
import { onServer } from "../../support/postgres.js";

beforeAll(loadParser);

const SETUP = `
  create table events (id bigint primary key, ref int not null, state text not null, name text not null, data jsonb not null);
  insert into events select i, i, case when i % 1000 = 0 then 'open' else 'done' end, 'n' || i, jsonb_build_object('k' || i, i)
    from generate_series(1, 20000) i;
  create table refs (ref int primary key, note text);
  insert into refs select i, 'r' from generate_series(1, 20000) i;
  create index events_ref on events (ref);
  create index events_open on events (ref) where state = 'open';
  create index events_prefix on events (name text_pattern_ops);
  create index events_lower on events (lower(name));
  create index events_data on events using gin (data);
  create view opened as select id, name, ref from events where id > 0;
  create table days (at date not null, n int) partition by range (at);
  create table days_1 partition of days for values from ('2026-01-01') to ('2026-02-01');
  create table days_2 partition of days for values from ('2026-02-01') to ('2026-03-01');
  insert into days select date '2026-01-01' + i % 59, i from generate_series(1, 40000) i;
  create index on days (n);
  analyze;`;

describe.each(MAJORS)("siblings of a slower plan, on %s", (major) => {
  const found = async (release: string, query: string) =>
    Object.values((await examineOnClones(major, SETUP, [release], [query])).changed).flat();

  it.each([
    ["drop index events_lower", "select id from events where lower(name) = $1"],
    [
      "drop index events_ref; create index events_ref on events (ref) where id > 5",
      "select id from events where ref = $1",
    ],
    // For any value no plan uses these: a partial index, a prefix.
    ["drop index events_open", "select id from events where state = $1 order by ref"],
    [
      "drop index events_open; create index events_open on events (ref) where state = 'new'",
      "select id from events where state = 'open' and ref > 0",
    ],
    ["drop index events_prefix", "select id from events where name like 'n17%'"],
    [
      "drop index events_ref; create index events_ref on events using hash (ref)",
      "select ref from events order by ref limit 1",
    ],
    [
      "drop index events_data; create index events_data on events using gin (data jsonb_path_ops)",
      "select id from events where data ? $1",
    ],
    [
      "drop view opened; create view opened as select distinct on (name) id, name, ref from events order by name",
      "select id from opened where ref = $1",
    ],
    ["drop index days_n_idx", "select at from days where n = $1"],
    [
      "alter table refs drop constraint refs_pkey",
      "select r.note from events e join refs r on r.ref = e.ref where e.id = $1",
    ],
    [
      "alter table refs alter ref type numeric",
      "select e.id from refs r join events e on e.ref = r.ref where r.note = $1 and r.ref = $2",
    ],
  ])("%s: %s", async (release, query) => {
    const verdicts = await found(release, query);
    expect(verdicts).toHaveLength(1);
    expect(verdicts[0]).toMatch(/^slower: .*estimated cost \d+ in place of \d+$/);
  });

  it.each([
    ["alter index events_open rename to events_opened", "select id from events where state = $1 and ref < $2"],
    ["drop index events_ref", "select id from events where id = $1 and ref = $2"],
    [
      "drop index events_open; create index on events (state, ref)",
      "select id from events where state = 'open' and ref > 0",
    ],
  ])("is silent: %s: %s", async (release, query) => {
    expect(await found(release, query)).toEqual([]);
  });

  it("knows the statement that took a right, or a name from the role's path", async () => {
    const role = `sibling_${major}_${process.pid}`;
    await onServer(major, `create role ${role}`);
    onTestFinished(async () => void (await onServer(major, `drop role ${role}`)));
    const setup = `${SETUP} create schema app; create table app.things (a int, b int); grant usage on schema app to ${role};
      grant select, insert on app.things to ${role}; alter role ${role} set search_path = app, public;
      create policy every on app.things using (true);`;
    const release = [
      `create table other (x int); revoke select on app.things from ${role}; grant select (a) on app.things to ${role}`,
      "alter table app.things rename b to c; alter table app.things enable row level security",
    ];
    const queries = [
      "select a, b from things",
      "select b from things where a = $1",
      "insert into things (a) values ($1)",
    ];
    const { changed, judged } = await examineOnClones(major, setup, release, queries, { role });
    expect(changed).toMatchObject({
      "select b from things where a = $1": ['breaks: column "b" does not exist [42703]'],
    });
    expect(judged.get("select b from things where a = $1")?.cause).toMatchObject({ migration: "1", statement: 1 });
    expect(judged.get("insert into things (a) values ($1)")?.verdicts.map(({ verdict }) => verdict)).toEqual(["works"]);
    const closed = [
      "alter table app.things enable row level security; alter policy every on app.things using (a > 1) with check (a > 1000)",
    ];
    const again = await examineOnClones(
      major,
      `${setup} insert into app.things values (5, 5);`,
      closed,
      [queries[2] ?? ""],
      { role },
    );
    expect(Object.values(again.changed).flat().join()).toMatch(
      /^refused-rows: new row violates row-level security policy/,
    );
  });
});
