import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { bindSchemas } from "../../../lib/core/catalog/own-schema.js";
import { deriveProbes } from "../../../lib/core/probes/index.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { Session } from "../../../lib/ports/database.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { runProbe } from "../../../lib/steps/probing/run-probe.js";
import { MAJORS } from "../../support/majors.js";
import { testClock, testScript } from "../../support/migration.js";
import { createDatabase, type TestDatabase } from "../../support/postgres.js";
import { openTestSession } from "../../support/session.js";

beforeAll(() => loadParser());

/** Columns of the table, each with values that meet one another. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  "A b": ["null", "-1", "0", "1", "2", "40000"],
  c: ["null", "'a'", "'A'", "'a '", "'abcd'", "'1'", "' 2 '", "'1.5'", "'1e-60'", "''", "'x''y'", "e'\\n'"],
  n: ["null", "0.4", "0.6", "1.2", "1.4", "99.994", "99.995", "1e-60", "'NaN'"],
  f: ["null", "0.5", "1.5", "-32768.5", "1e-50", "1e39", "'Infinity'", "'NaN'"],
  r: ["null", "'empty'", "'[1,3)'", "'[2,4)'", "'[4,5)'", "'(,1)'", "'[5,)'"],
  q: ["null", "'empty'", "'[1,2]'", "'(2,3)'", "'[2,3]'", "'(,1)'", "'[1,1]'"],
  d: ["null", "-1", "1"],
  w: ["null", "'{}'", "'{1}'", "'{1,40000}'", "'{null}'"],
  m: ["null", "'sad'", "'glad'"],
};

const SETUP = `create extension btree_gist; create type mood as enum ('sad', 'glad'); create domain dom as int;
  create domain positive as int check (value > 0); create domain short as varchar(3) not null;
  create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  create table p (x int, y text, primary key (x, y), unique (x)); insert into p values (1, 'a'), (2, '');
  create table parts (id int, "A b" int, c text, n numeric, f float8, r int4range, q numrange, d dom, w int[], m mood)
    partition by range ("A b");
  create table one partition of parts for values from (40000) to (40001);
  create table t (like parts)`;

/** Releases about one thing each; `since` as the server has it. */
const RELEASES: readonly { readonly sql: string; readonly since?: number }[] = [
  ...["A b", "c", "m", "w"].map((column) => ({ sql: `alter table t alter "${column}" set not null` })),
  { sql: 'alter table t add primary key ("A b")' },
  { sql: 'create unique index on t ("A b", c)' },
  { sql: "create unique index on t (lower(c))" },
  { sql: "create unique index on t (c collate ci)" },
  { sql: 'create unique index on t (n) where "A b" > 0' },
  { sql: "create unique index on t (f)" },
  { sql: "create unique index on t ((c::numeric)) where c in ('1', '1.5', ' 2 ')" },
  { sql: "create unique index on t (m, d) nulls not distinct" },
  { sql: "create unique index on t (w, q)" },
  { sql: "create unique index on t ((row(d, c)::p))" },
  { sql: 'alter table t add foreign key ("A b") references p (x)' },
  { sql: 'alter table t add foreign key ("A b", c) references p' },
  { sql: 'alter table t add foreign key ("A b", c) references p match full' },
  { sql: 'alter table t add check ("A b" > n)' },
  { sql: 'alter table t add check (1 / "A b" >= 0)' },
  { sql: "alter table t add constraint k check (d > 0) not valid; alter table t validate constraint k" },
  { sql: "alter domain dom add constraint k check (value > 0)" },
  { sql: "alter domain dom set not null" },
  ...["smallint", "text", "varchar(1)", "numeric(3, 1)", "positive", "real"].map((type) => ({
    sql: `alter table t alter "A b" type ${type}`,
  })),
  ...["int", "numeric(4, 2)", "real", "bool", "mood", "date", "positive"].map((type) => ({
    sql: `alter table t alter c type ${type} using c::${type}`,
  })),
  ...["varchar(3)", "char(3)", "short"].map((type) => ({ sql: `alter table t alter c type ${type}` })),
  { sql: "alter table t alter c type varchar(2) using c || '-'" },
  { sql: "alter table t alter c type bigint using c::int" },
  ...["int", "smallint", "numeric(3, 1)", "real", "double precision"].map((type) => ({
    sql: `alter table t alter n type ${type}`,
  })),
  ...["int", "smallint", "real", "numeric(5, 1)", "numeric"].map((type) => ({
    sql: `alter table t alter f type ${type}`,
  })),
  { sql: "alter table t alter w type smallint[]" },
  { sql: "alter table t add exclude using gist (r with &&)" },
  { sql: "alter table t add exclude using gist (q with &&)" },
  { sql: 'alter table t add exclude using gist ("A b" with =, q with &&) where (d is null)' },
  { sql: 'alter table t add exclude using gist ("A b" with <>, r with &&)' },
  { sql: "alter table t add unique (d, q without overlaps)", since: 18 },
  { sql: "alter table parts attach partition t for values from (0) to (2)" },
  { sql: "alter table parts attach partition t default" },
  { sql: "alter table t add z int not null" },
  { sql: 'alter table t add z int generated always as ("A b" + 1) stored not null' },
  { sql: "alter table t add z positive default 0" },
  { sql: 'update t set "A b" = 0 where c is null; alter table t alter "A b" set not null' },
  { sql: 'delete from t where "A b" is null or c is null; alter table t add primary key ("A b", c)' },
  { sql: 'alter table t rename "A b" to z; alter table t add check (z <> 0); create unique index on t (z)' },
  { sql: "create unique index i on t (n); alter table t alter n type int" },
  { sql: "alter table t add check (n > 0.5); alter table t alter n type int" },
];

const cell = (column: string) => fc.constantFrom(...(VALUES[column] ?? []));
const row = fc.tuple(...Object.keys(VALUES).map(cell));
const given = (major: string) =>
  fc.record({
    release: fc.constantFrom(...RELEASES.filter(({ since = 0 }) => Number(major) >= since).map(({ sql }) => sql)),
    rows: fc.array(row, { maxLength: 4 }),
    keyed: fc.boolean(),
  });

/** What the probes answer, which must be what the server does. */
async function held(database: TestDatabase, session: Session, release: string) {
  const catalog = await readCatalog(session, null);
  await session.script("rollback");
  const options = { schema: null, timeout: 20_000, costLimit: 1e8, clock: testClock };
  const answers = [];
  for (const query of deriveProbes(testScript(release, "release.sql").statements, catalog)) {
    answers.push({ query, result: await runProbe(session, query, options) });
  }
  const refused = await tried(database, release);
  const said = answers.map(({ query, result }) => ({ code: query.code, ...result }));
  const blocked = said.some(({ status }) => status !== "pass");
  expect(blocked, JSON.stringify({ refused, said })).toBe(refused !== null);
  return answers;
}

/** The server's message where it refuses. Taken back, so that the next one finds the same schema. */
async function tried({ client }: TestDatabase, sql: string): Promise<string | null> {
  await client.query("begin");
  try {
    await client.query(sql);
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.query("rollback");
  }
}

describe.each(MAJORS)("random rows on PostgreSQL %s", (major) => {
  it("are found exactly where the server refuses the release, and are no longer once they are repaired", async () => {
    const database = await createDatabase(major, SETUP);
    const session = await openTestSession(database.url, "read");
    try {
      await fc.assert(
        fc.asyncProperty(given(major), async ({ release, rows, keyed }) => {
          const columns = Object.keys(VALUES).map((name) => `"${name}"`);
          const values = rows.map((cells, at) => `(${[at, ...cells].join(", ")})`);
          await database.client.query(`truncate t; alter table t drop constraint if exists t_id_key;
            ${keyed ? "alter table t add constraint t_id_key unique (id), alter id set not null" : "alter table t alter id drop not null"};
            ${values.length === 0 ? "" : `insert into t (id, ${columns.join(", ")}) values ${values.join(", ")}`}`);
          const answers = await held(database, session, release);
          const [hit] = answers.filter(({ result }) => result.status === "hit");
          if (hit?.result.status !== "hit") return;
          if (hit.query.repair === null || hit.result.byError) return;
          expect(hit.result.keys.length, hit.query.count).toBe(Math.min(5, hit.result.count));
          await database.client.query(bindSchemas(hit.query.repair, null));
          const after = await held(database, session, release);
          const again = after.find(({ query }) => query.count === hit.query.count);
          expect(again?.result, hit.query.repair).toMatchObject({ status: "pass" });
        }),
        { numRuns: Number(process.env.PROBE_RUNS ?? 60) },
      );
    } finally {
      await session.close();
      await database.drop();
    }
  }, 600_000);
});
