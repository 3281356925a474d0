import { describe, expect, it } from "vitest";
import { openSession } from "../../../lib/adapters/pg/connection.js";
import { executeEach } from "../../../lib/steps/migration/execute-each.js";
import { readDatabaseFacts } from "../../../lib/steps/queries/database-facts.js";
import { lostStatistics } from "../../../lib/steps/queries/lost-statistics.js";
import { MAJORS } from "../../support/majors.js";
import { serverUrl, temporaryDatabase } from "../../support/postgres.js";

const SETUP = `
  create table t (id int primary key, a int, b text, c int);
  insert into t select i, i, 'b' || i, i % 7 from generate_series(1, 2000) i;
  create table empty (id int, a int);
  create table days (at date not null, n int) partition by range (at);
  create table days_1 partition of days for values from ('2026-01-01') to ('2026-02-01');
  insert into days select date '2026-01-01' + i % 31, i from generate_series(1, 500) i;
  create schema other; create table other.t (id int, a int);
  analyze;`;

describe.each(MAJORS)("statistics over a release, on %s", (major) => {
  const lost = async (release: string, schema: string | null = null) => {
    const { name, client } = await temporaryDatabase(major, SETUP);
    await client.end();
    const { hostname, port, username, password } = new URL(serverUrl(major, name));
    const endpoint = { host: hostname, port: Number(port), database: name, user: username, password, tls: false };
    const session = await openSession(endpoint, { purpose: "write", statementTimeout: 20_000, lockTimeout: 2_000 });
    try {
      const before = await readDatabaseFacts(session, schema);
      await executeEach(session, release);
      const after = await readDatabaseFacts(session, schema);
      const found = lostStatistics(before, after, { added: true });
      for (const { analyze } of found) await session.script(analyze);
      const again = await readDatabaseFacts(session, schema);
      // What was analyzed is there, and nothing is left of it.
      expect(
        lostStatistics(before, again, { added: true }).filter(({ why }) => why === "discarded" || why === "new-column"),
      ).toEqual([]);
      return found.map(({ why, analyze }) => `${why}: ${analyze.replaceAll('"', "")}`);
    } finally {
      await session.close();
    }
  };

  it.each<[string, readonly string[]]>([
    ["alter table t alter a type bigint", ["discarded: ANALYZE public.t (a)"]],
    ["alter table t alter b type varchar(80), alter c type bigint", ["discarded: ANALYZE public.t (b, c)"]],
    ["alter table t drop column a; alter table t add column a text", ["discarded: ANALYZE public.t (a)"]],
    ["create index on t (lower(b))", ["expression-index: ANALYZE public.t"]],
    ["alter table t add d int not null default 5", ["new-column: ANALYZE public.t (d)"]],
    ["alter table t add d int generated always as (a + 1) stored", ["new-column: ANALYZE public.t (d)"]],
    ["alter table t alter b set statistics 500", ["target: ANALYZE public.t (b)"]],
    ["alter table t alter a set (n_distinct = -1)", ["target: ANALYZE public.t (a)"]],
    [
      "create table days_2 as select date '2026-02-01' as at, i as n from generate_series(1, 100) i; alter table days_2 alter at set not null; alter table days attach partition days_2 for values from ('2026-02-01') to ('2026-03-01')",
      ["partition: ANALYZE public.days"],
    ],
    ["alter table t add d int", []],
    ["create index on t (a)", []],
    ["create table days_3 partition of days for values from ('2026-03-01') to ('2026-04-01')", []],
    ["alter table empty alter a type bigint", []],
    ["create table fresh as select 1 as a", []],
    ["alter table t rename a to z", []],
  ])("%s", async (release, expected) => {
    expect(await lost(release)).toEqual(expected);
  });

  it("reads the tenant's schema alone", async () => {
    expect(await lost("alter table public.t alter a type bigint", "other")).toEqual([]);
  });
});
