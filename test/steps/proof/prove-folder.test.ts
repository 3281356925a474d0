import { beforeAll, expect, it } from "vitest";
import { endpointOf } from "../../../lib/adapters/pg/endpoint.js";
import { schemaDifference } from "../../../lib/adapters/pg-delta/schema-difference.js";
import { openProofDatabases } from "../../../lib/api/open-proof-databases.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { proveFolder } from "../../../lib/steps/proof/prove-folder.js";
import { testClock, testMigration } from "../../support/migration.js";
import { onServer, serverUrl } from "../../support/postgres.js";

beforeAll(() => loadParser());

const FILL =
  "create table filled (x text); do $$ begin loop insert into filled select repeat('x', 900) from generate_series(1, 1000); end loop; end $$";

/** Each would do its harm on the database that grows beside the clones, too. */
const STOPPED = [
  ["1", "create table t (a int); insert into t values (1)", "ok", null],
  ["2", "do $$ begin loop end loop; end $$", "error", /statement timeout \[57014\]/],
  ["3", FILL, "error", /grew by/],
  ["4", "alter table t add n int", "ok", null],
] as const;

it("stops what never ends or fills the disk, once, and goes on with the next", async () => {
  const databases = await openProofDatabases(endpointOf(serverUrl("15")));
  const session = await databases.chain.open({ purpose: "read", statementTimeout: 5_000, lockTimeout: 1_000 });
  const [chain] = await session.query<{ name: string }>("select current_database() as name");
  await session.close();
  try {
    const results = await proveFolder({
      migrations: STOPPED.map(([version, sql]) => ({ ...testMigration(sql), version })),
      databases,
      difference: schemaDifference,
      ledger: null,
      settings: { lockTimeout: 2_000, statementTimeout: 8_000, concurrentTimeout: 8_000 },
      clock: testClock,
      seed: 0,
      thorough: false,
      growthLimit: 20 * 2 ** 20,
    });
    for (const [at, [, , outcome, reason]] of STOPPED.entries()) {
      expect(results[at]?.up).toBe(outcome);
      // One reason: none of them is begun a second time where no clone stands in for the chain.
      if (reason) expect(results[at]?.reasons).toEqual([expect.stringMatching(reason)]);
    }
  } finally {
    await databases.chain.drop();
  }
  const { rows } = await onServer("15", `select 1 from pg_database where starts_with(datname, '${chain?.name}')`);
  expect(chain?.name).toMatch(/^schema_gate_prove_/);
  expect(rows).toEqual([]);
}, 60_000);
