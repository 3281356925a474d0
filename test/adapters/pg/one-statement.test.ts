import { describe, expect, it } from "vitest";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

/** Settings under which the server reads a literal of ours as the end of a statement and others behind it. */
const SMUGGLED: readonly (readonly [string, string])[] = [
  ["set standard_conforming_strings = off", "select '\\''; delete from t; -- '"],
  ["set standard_conforming_strings = off", "select '\\''; commit; begin; delete from t; -- '"],
  ["set backslash_quote = on; set standard_conforming_strings = off", "select '\\''; truncate t; -- '"],
  ["select 1", "select 1; delete from t"],
  ["select 1", "commit; delete from t; begin"],
];

describe.each(MAJORS)("a statement that others wrote, on %s", (major) => {
  it.each(SMUGGLED)("is one for the server too: %s; %s", async (setting, text) => {
    const { url, client } = await temporaryDatabase(major, "create table t as select 1 as a");
    for (const begin of ["begin", ""]) {
      const session = await testSession(url);
      if (begin !== "") await session.script(begin);
      for (const each of setting.split("; ")) await session.execute(each);
      await expect(session.execute(text)).rejects.toMatchObject({ code: "42601" });
      await session.close();
      expect((await client.query("select a from t")).rows).toEqual([{ a: 1 }]);
    }
  });
});
