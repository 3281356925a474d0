import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { invert } from "../../../lib/core/rollback/inverse-candidate.js";
import { bindSchemas } from "../../../lib/core/rollback/own-schema.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { Session } from "../../../lib/ports/database.js";
import { compareStates, readState, type State } from "../../../lib/steps/proof/state.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import { SCHEMA, statementsOf } from "../../support/operation-statements.js";
import { createDatabase, type Major, type TestDatabase } from "../../support/postgres.js";
import { openTestSession } from "../../support/session.js";

beforeAll(() => loadParser());

/** What has no inverse of its own: the dry run finds the way back from the difference of the catalogs. */
const LEFT_TO_THE_DIFFERENCE = [
  /^alter table t alter d set (statistics|storage|\()/,
  /^alter table t alter g drop expression/,
  /^alter table t (set \(|replica identity|cluster on|owner to)/,
  /^alter table heir no inherit/,
  /^(comment|grant|alter policy)/,
];

describe.each(MAJORS)("up and inverse with rows on %s", (major: Major) => {
  let database: TestDatabase;
  let session: Session;
  let before: State;

  beforeAll(async () => {
    database = await createDatabase(major, SCHEMA);
    session = await openTestSession(database.url);
    before = await readState(session, null);
  });
  afterAll(async () => {
    await session.close();
    await database.drop();
  });

  const run = async (statements: readonly string[]) => {
    for (const sql of statements) await session.script(bindSchemas(sql, null));
  };

  it.each(statementsOf(major))("%s", async (sql) => {
    const inverses = invert(testMigration(sql), before.catalog, null);
    const left = LEFT_TO_THE_DIFFERENCE.some((pattern) => pattern.test(sql));
    expect(inverses.gaps.length > 0, inverses.gaps.join()).toBe(left);
    if (left) return;
    await session.script("begin");
    try {
      await run(inverses.keep.flatMap((keep) => keep.before));
      await session.script(sql);
      await run(inverses.keep.flatMap((keep) => keep.after));
      await run(["set constraints all immediate", ...inverses.statements]);
      const { differences } = compareStates(await readState(session, null), before);
      // What CASCADE takes along and no definition describes is left to the difference too.
      const own = differences.filter(
        (each) => sql !== "drop table t cascade" || !/View public.v|Policy public.t.pol/.test(each),
      );
      expect(own).toEqual([]);
    } finally {
      await session.script("rollback");
    }
  });
});
