import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import {
  changedSurroundings,
  readSurroundings,
  type SurroundingsScope,
} from "../../../lib/steps/isolation/surroundings.js";
import {
  KEEPS,
  LEAVES,
  SETUP,
  SHARED_KEEPS,
  SHARED_LEAVES,
  SHARED_USES,
  TENANTS,
  USES,
} from "../../support/around-a-tenant.js";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

describe.each(MAJORS)("what is around the release's own objects, on %s", (major) => {
  async function expectFound(
    around: Omit<SurroundingsScope, "tenants">,
    leaves: readonly string[],
    keeps: readonly string[],
  ): Promise<void> {
    const { url, client } = await temporaryDatabase(major, SETUP);
    await client.end();
    const session = await testSession(url);
    const scope = { ...around, tenants: new Set(TENANTS) };
    const [own = "acme"] = around.own;
    session.lookUpIn(own, ["public"]);
    await session.execute("begin");
    const before = await readSurroundings(session, scope);
    const changes = async (sql: string) => {
      session.lookUpIn(own, ["public"]);
      await session.execute("savepoint one");
      const failed = await session.execute(sql).then(
        () => null,
        (error: Error) => [`cannot be tried: ${error.message}`],
      );
      const changed = failed ?? changedSurroundings(before, await readSurroundings(session, scope));
      await session.script("rollback to savepoint one");
      return changed;
    };
    for (const sql of leaves)
      expect.soft((await changes(sql)).join(), sql).toMatch(/^(?!cannot).+(changed|came|went)\.$/);
    for (const sql of keeps) expect.soft(await changes(sql), sql).toEqual([]);
  }

  it("shows each change of what is not the tenant's, and none of what is", async () => {
    await expectFound({ own: ["acme"], ofShared: false, whole: [], shared: ["public"] }, [...LEAVES, ...USES], KEEPS);
  }, 900_000);

  it("shows each change of a tenant's by a release of what is shared, and none of what is shared", async () => {
    await expectFound(
      { own: ["public"], ofShared: true, whole: [], shared: ["public"] },
      [...SHARED_LEAVES, ...SHARED_USES],
      SHARED_KEEPS,
    );
  }, 900_000);
});
