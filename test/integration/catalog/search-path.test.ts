import { describe, expect, it } from "vitest";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

describe.each(MAJORS)("the search_path on %s", (major) => {
  it("of a release goes on where a catalog was read in its transaction, and the catalog is the same under any", async () => {
    const { url } = await temporaryDatabase(
      major,
      "create schema app; create table app.t (id int, n int default length('x'), check (id > 0)); create view app.v as select * from app.t",
    );
    const session = await testSession(url);
    const outside = await readCatalog(session, null);
    for (const path of ["app, public", "public", '"$user", public']) {
      await session.script("begin");
      await session.execute(`set search_path = ${path}`);
      expect((await readCatalog(session, null)).objects).toEqual(outside.objects);
      expect(await session.execute("select current_setting('search_path') as path")).toEqual([{ path }]);
      await session.script("rollback");
    }
  });
});
