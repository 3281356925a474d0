import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { examineOnClones } from "../../support/examine-queries.js";
import { MAJORS } from "../../support/majors.js";

beforeAll(loadParser);

/** Both after incidents that were published: an index behind the only selective filter, and statistics that ALTER TYPE threw away. */
const EVENTS = `
  create table events (id bigint primary key, ref int not null, account int not null, kind int not null, state varchar(20) not null, at timestamptz not null);
  create table accounts (id int primary key, name text);
  insert into accounts select i, 'a' || i from generate_series(1, 2000) i;
  insert into events select i, i, i % 2000, 1, case when i % 1000 = 0 then 'open' else 'done' end, now() from generate_series(1, 60000) i;
  create index events_ref on events (ref);
  create index events_account on events (account);
  create index events_state on events (state);
  create index events_kind on events (kind);
  analyze;`;

describe.each(MAJORS)("plans over a release, on %s", (major) => {
  it("finds a dropped index behind the only selective filter", async () => {
    const { changed } = await examineOnClones(
      major,
      EVENTS,
      ["drop index events_account"],
      [
        "select * from events where account = $1",
        "select * from events where id = $1",
        "select count(*) from events where kind = $1",
      ],
    );
    expect(Object.keys(changed)).toEqual(["select * from events where account = $1"]);
    expect(changed["select * from events where account = $1"]?.[0]).toMatch(
      /^slower: public\.events \(60000 rows\) is read in full in place of by an index; estimated cost \d{3,} in place of \d+$/,
    );
  });

  it("finds statistics that ALTER TYPE has thrown away, with the ANALYZE that cures it", async () => {
    const lost = "select a.name from events e join accounts a on a.id = e.account where e.ref = $1";
    const { changed, judged, examined } = await examineOnClones(
      major,
      EVENTS,
      ["alter table events alter ref type bigint"],
      [lost, "select account from events where id = $1", "select name from accounts"],
    );
    expect(examined.lost).toMatchObject([
      { table: "public.events", why: "discarded", columns: ["ref"], analyze: 'ANALYZE "public"."events" ("ref")' },
    ]);
    expect(Object.keys(changed)).toEqual([lost]);
    expect(changed[lost]?.[0]).toMatch(/^statistics-lost: estimated cost \d+ in place of \d+$/);
    expect(judged.get(lost)?.verdicts[0]?.remedy).toBe('ANALYZE "public"."events" ("ref");');
  });

  it("names a query that is described and not planned, and judges the rest of it", async () => {
    const { examined, changed, judged } = await examineOnClones(
      major,
      `${EVENTS} create domain mark as text not null; create table notes (id int primary key, mark mark);`,
      ["alter table notes add extra int"],
      ["select * from notes where mark = $1::mark", "select id from events where id = $1"],
    );
    expect(examined.unexamined.map(({ query, reason, message }) => [query.text, reason, message])).toEqual([
      ["select * from notes where mark = $1::mark", "no-plan", "domain mark does not allow null values [23502]"],
    ]);
    expect(Object.values(changed)).toEqual([["retyped: column extra (integer) is returned as well"]]);
    expect(judged.size).toBe(2);
  });

  it("is silent over 500 queries of a release that only adds a column", async () => {
    const columns = ["id", "account", "kind", "state", "at"];
    const queries = Array.from({ length: 500 }, (_, at) => {
      const [a, b, c] = [columns[at % 5], columns[(at >> 2) % 5], columns[(at >> 4) % 5]];
      return at % 7 === 0
        ? `insert into events (id, ref, account, kind, state, at) select $1 + ${at}, ref, account, kind, '${at}', at from events as e${at} where id = $2 and ${a} is not null`
        : `select e.${a}, e.${b} as b${at} from events e join accounts a on a.id = e.account where e.${c} = $1 order by e.${b} limit 10`;
    });
    const start = performance.now();
    const { changed, examined } = await examineOnClones(
      major,
      EVENTS,
      ["alter table events add note text; alter table events add flag boolean not null default false"],
      queries,
    );
    expect(examined.queries).toHaveLength(500);
    expect(changed).toEqual({});
    process.stderr.write(
      `500 queries on ${major}: ${Math.round(examined.ms)} ms, ${(examined.ms / 500).toFixed(1)} ms each (${Math.round(performance.now() - start)} ms with the setup)\n`,
    );
  });
});
