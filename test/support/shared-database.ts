import { afterAll, beforeAll } from "vitest";
import { bindSchemas } from "../../lib/core/catalog/own-schema.js";
import type { Inverses } from "../../lib/core/rollback/inverse-candidate.js";
import type { Session } from "../../lib/ports/database.js";
import { executeEach } from "../../lib/steps/migration/execute-each.js";
import { createDatabase, type Major, type TestDatabase } from "./postgres.js";
import { openTestSession } from "./session.js";

/** One database with one session for all tests of a `describe` block, made before the first and dropped after the last. */
export interface SharedDatabase {
  readonly client: TestDatabase["client"];
  readonly session: Session;
  /** Does the work in a transaction that is rolled back. */
  takenBack(work: () => Promise<void>): Promise<void>;
  /** Statements of ours, bound to a database that is the tenant's own. */
  run(statements: readonly string[]): Promise<void>;
  /** A statement with what its inverse keeps aside, what the application does `meanwhile`, and the inverse. */
  thereAndBack(sql: string, inverses: Inverses, meanwhile?: readonly string[]): Promise<void>;
}

export function sharedDatabase(major: Major, script = ""): SharedDatabase {
  let database: TestDatabase;
  let session: Session;
  beforeAll(async () => {
    database = await createDatabase(major, script);
    session = await openTestSession(database.url);
  });
  afterAll(async () => {
    await session.close();
    await database.drop();
  });
  const run = async (statements: readonly string[]) => {
    for (const sql of statements) await executeEach(session, bindSchemas(sql, null));
  };
  return {
    get client() {
      return database.client;
    },
    get session() {
      return session;
    },
    run,
    async takenBack(work) {
      await session.script("begin");
      try {
        await work();
      } finally {
        await session.script("rollback");
      }
    },
    async thereAndBack(sql, { keep, statements }, meanwhile = []) {
      await run(keep.flatMap(({ before }) => before));
      await executeEach(session, sql);
      await run(keep.flatMap(({ after }) => after));
      await run([...meanwhile, "set constraints all immediate", ...statements]);
    },
  };
}
