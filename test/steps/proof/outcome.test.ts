import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import type { Migration } from "../../../lib/core/migration/release.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { Migrator } from "../../../lib/ports/migrator.js";
import { MigratorFailed } from "../../../lib/ports/migrator.js";
import { testMigration, testScript } from "../../support/migration.js";
import { type Major, serverUrl } from "../../support/postgres.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const SETUP = `create table t (id int primary key, n int not null default 0);
  insert into t select i, i from generate_series(1, 20) i; create sequence numbers`;

const prove = (major: Major, migration: Migration, migrator?: Migrator) =>
  proveOnClones(major, SETUP, [migration], migrator ? { migrator } : {});

function inParts(sql: string): Migration {
  const migration = testMigration(sql);
  return { ...migration, up: testScript(sql, "1/up.sql", "none") };
}

describe.each(["15", "18"] as const)("what a run led to, on %s", (major) => {
  it.each([
    ["a clock", "alter table t add at timestamptz default now(); update t set at = clock_timestamp()"],
    ["random numbers", "alter table t add r float default random(); insert into t (id) values (99)"],
    ["random keys", "alter table t add u uuid not null default gen_random_uuid(); insert into t (id) values (99)"],
    ["a sequence that a killed run moved on", "insert into t values (nextval('numbers') + 1000)"],
    ["a serial column over rows that moved", "update t set n = -n where id % 2 = 0; alter table t add s serial"],
    [
      "numbers by the place of rows",
      "delete from t where id < 9; insert into t select i, i from generate_series(1, 8) i; create table c as select id, row_number() over () as place from t",
    ],
  ])("%s is no loss", async (_, sql) => {
    for (const migration of [testMigration(sql), inParts(sql)]) {
      const proof = await prove(major, migration);
      expect(proof.findings.filter(({ severity }) => severity !== "note")).toEqual([]);
      expect(proof).toMatchObject({ passed: true, upAgain: true });
      expect(proof.resumes.filter(({ state }) => state === "lost")).toEqual([]);
    }
  });

  it("finds rows that a resumed run changed twice, although they are as many", async () => {
    const sql = testMigration("");
    const migrator = { argv: ["migrate"], timeout: 20_000, environment: {}, sha256: null };
    const proof = await prove(major, { ...sql, migrator }, interrupted(major));
    expect(proof.resumes).toMatchObject([{ state: "lost" }]);
    expect(proof.findings.filter(({ severity }) => severity === "error")).toMatchObject([
      { code: "dry-run.not-again" },
      { code: "dry-run.not-resumable", message: expect.stringContaining("public.t.n has other values") },
    ]);
    expect(proof.passed).toBe(false);
  });
});

/** A program that counts rows up before it notes that it did; asked to end, it ends between the two. */
function interrupted(major: Major): Migrator {
  return {
    application: () => "migrator of the test",
    async run(session, _, { signal }) {
      const [row] = await session.query<{ name: string }>("select current_database() as name");
      const client = new pg.Client({ connectionString: serverUrl(major, row?.name) });
      await client.connect();
      try {
        const { rows } = await client.query("select to_regclass('done') as done");
        if (rows[0].done !== null) return "nothing to do";
        await client.query("update t set n = n + 1");
        if (signal) {
          if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
          throw new MigratorFailed("it was asked to end", "");
        }
        await client.query("create table done (i int)");
        return "done";
      } finally {
        await client.end();
      }
    },
  };
}
