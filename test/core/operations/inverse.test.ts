import { beforeAll, describe, expect, it } from "vitest";
import { invert } from "../../../lib/core/rollback/inverse-candidate.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { compareStates, readState, type State } from "../../../lib/steps/proof/state.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import { SCHEMA, statementsOf, WITHOUT_INVERSE } from "../../support/operation-statements.js";
import type { Major } from "../../support/postgres.js";
import { sharedDatabase } from "../../support/shared-database.js";

beforeAll(() => loadParser());

describe.each(MAJORS)("up and inverse with rows on %s", (major: Major) => {
  const database = sharedDatabase(major, SCHEMA);
  let before: State;

  beforeAll(async () => {
    before = await readState(database.session, null);
  });

  it.each(statementsOf(major))("%s", async (sql) => {
    const inverses = invert(testMigration(sql), before.catalog, null);
    const left = WITHOUT_INVERSE.has(sql);
    const gaps = inverses.gaps.join();
    expect(gaps !== "", `${gaps}: write the inverse, or list the statement as withoutInverse`).toBe(left);
    if (left) return;
    await database.takenBack(async () => {
      await database.thereAndBack(sql, inverses);
      const { differences } = compareStates(await readState(database.session, null), before);
      // What CASCADE takes along and no definition describes is left to the difference too.
      const own = differences.filter(
        (each) =>
          (sql !== "drop table t cascade" || !/View public.v|Policy public.t.pol/.test(each)) &&
          // PostgreSQL has no words for a column that is its parent's alone once it was the child's own.
          (sql !== "alter table heir no inherit base" || !/heir\.i has local true/.test(each)),
      );
      expect(own).toEqual([]);
    });
  });
});
