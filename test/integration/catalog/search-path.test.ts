import { describe, expect, it } from "vitest";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

describe.each(MAJORS)("the search_path on %s", (major) => {
  it("is what it was after a catalog was read in a transaction, and the catalog is the same under any", async () => {
    const { url } = await temporaryDatabase(
      major,
      "create schema app; create table app.t (id int, n int default length('x'), check (id > 0)); create view app.v as select * from app.t",
    );
    const session = await testSession(url);
    const outside = await readCatalog(session, null);
    for (const path of ["app, public", "", '"$user", public']) {
      await session.script("begin");
      await session.query("select set_config('search_path', $1, true)", [path]);
      expect((await readCatalog(session, null)).objects).toEqual(outside.objects);
      expect(await session.query("select current_setting('search_path') as path")).toEqual([{ path }]);
      await session.script("rollback");
    }
  });
});
