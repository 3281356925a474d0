import type pg from "pg";
import { beforeAll } from "vitest";
import { bindSchemas } from "../../../lib/core/catalog/own-schema.js";
import { deriveProbes, type ProbeQuery, type ProbeResult } from "../../../lib/core/probes/index.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { runProbe } from "../../../lib/steps/probing/run-probe.js";
import { testClock, testScript } from "../../support/migration.js";
import { type Major, temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

export interface Probed {
  readonly client: pg.Client;
  readonly queries: readonly ProbeQuery[];
  /** Asks every probe, in order. */
  ask(): Promise<readonly ProbeResult[]>;
  /** Asks as another role from now on. */
  as(role: string): Promise<void>;
  /** Runs the repair of one probe. */
  repair(query: ProbeQuery): Promise<void>;
  /** Runs the release itself; the server's message when it fails. */
  release(): Promise<string | null>;
}

/** A tenant made by `setup`, and the probes of a release for it. */
export async function probed(major: Major, setup: string, release: string, timeout = 20_000): Promise<Probed> {
  const database = await temporaryDatabase(major, setup);
  let session = await testSession(database.url, "read");
  const queries = deriveProbes(testScript(release, "release.sql").statements, await readCatalog(session, null));
  return {
    client: database.client,
    queries,
    ask: async () => {
      const results: ProbeResult[] = [];
      for (const query of queries) {
        results.push(await runProbe(session, query, { timeout, costLimit: 1e8, schema: null, clock: testClock }));
      }
      return results;
    },
    as: async (role) => {
      await database.client.query(`alter database "${database.name}" set role to ${role}`);
      session = await testSession(database.url, "read");
    },
    repair: async (query) => {
      if (query.repair === null) throw new Error(`no repair: ${query.meaning}`);
      await database.client.query(bindSchemas(query.repair, null));
    },
    release: async () => {
      try {
        await database.client.query(release);
        return null;
      } catch (error) {
        return (error as Error).message;
      }
    },
  };
}
