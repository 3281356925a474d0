import { beforeAll, describe, expect, it } from "vitest";
import { deriveProbes } from "../../../lib/core/probes/index.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import type { Session } from "../../../lib/ports/database.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { runProbe } from "../../../lib/steps/probing/run-probe.js";
import { MAJORS } from "../../support/majors.js";
import { testClock, testScript } from "../../support/migration.js";
import { createDatabase, type Major, type TestDatabase } from "../../support/postgres.js";
import { openTestSession } from "../../support/session.js";
import { type Agreement, knownTo } from "./agreement/agreement.js";
import { CONSTRAINTS } from "./agreement/constraints.js";
import { CONVERSIONS } from "./agreement/conversions.js";
import { DOMAINS } from "./agreement/domains.js";
import { DROPS } from "./agreement/drops.js";
import { ENUMS } from "./agreement/enums.js";
import { KEYS } from "./agreement/keys.js";
import { NEW_COLUMNS } from "./agreement/new-columns.js";
import { PARTITIONS } from "./agreement/partitions.js";
import { VERIFIED_AGAIN } from "./agreement/verified-again.js";

const CASES = {
  ...{ conversions: CONVERSIONS, "new columns": NEW_COLUMNS, keys: KEYS, constraints: CONSTRAINTS, domains: DOMAINS },
  ...{ enums: ENUMS, partitions: PARTITIONS, "verified again": VERIFIED_AGAIN, drops: DROPS },
};

beforeAll(() => loadParser());

/** Everything but the server's own schemas, so that the next case begins with nothing. */
async function cleared({ client }: TestDatabase): Promise<void> {
  const { rows } = await client.query(
    "select nspname from pg_namespace where nspname not like 'pg\\_%' and nspname <> 'information_schema'",
  );
  const drops = rows.map(({ nspname }) => `drop schema ${identifier(nspname)} cascade`);
  await client.query(["set client_min_messages = warning", ...drops, "create schema public"].join("; "));
}

async function ask(session: Session, release: string) {
  const options = { timeout: 20_000, costLimit: 1e8, schema: null, clock: testClock };
  const answers = [];
  const catalog = await readCatalog(session, null);
  // A reading session holds its locks until its transaction ends.
  await session.script("rollback");
  for (const query of deriveProbes(testScript(release, "release.sql").statements, catalog)) {
    answers.push({ code: query.code, ...(await runProbe(session, query, options)) });
  }
  return answers;
}

async function refusal({ client }: TestDatabase, release: string): Promise<string | null> {
  try {
    await client.query(release);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

describe.each(MAJORS)("what the probes say of rows, and what PostgreSQL %s does with them", (major: Major) => {
  it.each(Object.entries(CASES))("%s", async (_, cases) => {
    const database = await createDatabase(major);
    const session = await openTestSession(database.url, "read");
    try {
      for (const { name, setup, release } of knownTo(major, cases as readonly Agreement[])) {
        await cleared(database);
        await database.client.query(setup);
        const answers = await ask(session, release);
        const refused = await refusal(database, release);
        const blocked = answers.some(({ status }) => status !== "pass");
        expect({ name, blocked, refused, answers }).toMatchObject({ blocked: refused !== null });
      }
    } finally {
      await session.close();
      await database.drop();
    }
  });
});
