import { beforeAll, describe, expect, it } from "vitest";
import { deriveProbes } from "../../lib/core/probes/index.js";
import { bindSchemas } from "../../lib/core/rollback/own-schema.js";
import { loadParser } from "../../lib/core/sql/parse.js";
import { readCatalog } from "../../lib/steps/catalog/read-catalog.js";
import { runProbe } from "../../lib/steps/proof/run-probe.js";
import { testClock, testScript } from "../support/migration.js";
import { type Major, temporaryDatabase } from "../support/postgres.js";
import { testSession } from "../support/session.js";

/** Rows of the table that every probe reads. */
const ROWS = Number(process.env.PROBE_ROWS ?? 10_000_000);
/** What a probe may take, in milliseconds: the default of `timeouts.probe`. */
const LIMIT = 60_000;
const COST_LIMIT = 50_000_000;

beforeAll(() => loadParser());

const SETUP = `create unlogged table p (id int primary key, n text);
  insert into p select n, 'p' from generate_series(1, 1000) n;
  create domain d as int;
  create unlogged table t (id int primary key, a int, ref int, c text, big bigint, v d, r int8range);
  insert into t select n, n, n % 1000 + 1, n::text, n, n, int8range(n * 10, n * 10 + 10) from generate_series(1, ${ROWS}) n;
  create table parts (id int) partition by range (id);
  analyze p, t`;

/** One hit each, at the end of the table. */
const PLANTED = `insert into t values (${ROWS + 1}, null, 5000, '7', 3000000000, -1, '[15,16)')`;

const RELEASES: Readonly<Record<string, string>> = {
  "not-null": "alter table t alter a set not null",
  "foreign-key": "alter table t add foreign key (ref) references p",
  check: "alter table t add constraint k check (v > 0)",
  domain: "alter domain d add constraint k check (value > 0)",
  "type-change, number": "alter table t alter big type int",
  "type-change, text": "alter table t alter c type smallint using c::smallint",
  exclusion: "alter table t add exclude using gist (r with &&)",
  unique: "create unique index on t (c)",
  "unique, as filled by an UPDATE": "update t set a = 7 where a is null; create unique index on t (a, c)",
};

describe.each(["15", "18"] as const satisfies readonly Major[])(
  `probes over ${ROWS} rows on PostgreSQL %s`,
  (major) => {
    it("end within their time, find what is planted, and pass once it is repaired", {
      timeout: 3_600_000,
    }, async () => {
      const { url, client } = await temporaryDatabase(major, SETUP);
      await client.query(PLANTED);
      await client.query("vacuum (analyze) t");
      const session = await testSession(url, "read");
      const catalog = await readCatalog(session, null);
      const ask = async (release: string) => {
        const [query] = deriveProbes(testScript(release, "r.sql").statements, catalog);
        if (!query) throw new Error("no probe");
        const options = { schema: null, timeout: LIMIT, costLimit: COST_LIMIT, clock: testClock };
        return { query, result: await runProbe(session, query, options) };
      };
      for (const [name, release] of Object.entries(RELEASES)) {
        const { query, result } = await ask(release);
        expect(result, name).toMatchObject({ status: "hit" });
        if (result.status !== "hit") return;
        const start = performance.now();
        await client.query("begin");
        if (query.repair !== null && result.count < 10) await client.query(bindSchemas(query.repair, null));
        const repaired = Math.round(performance.now() - start);
        await client.query("rollback");
        console.log(`${major} | ${name} | ${Math.round(result.ms)} ms | ${result.count} | repair ${repaired} ms`);
        expect(result.ms, name).toBeLessThan(LIMIT);
      }
    });
  },
);
