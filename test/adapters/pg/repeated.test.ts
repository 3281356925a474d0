import { describe, expect, it } from "vitest";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

const TEXT = "select count(*)::int4 as n from pg_catalog.pg_class where relname = $1";
const PREPARED =
  "select count(*)::int4 as n from pg_catalog.pg_prepared_statements where name like 'schema\\_gate\\_%'";

describe("a text that a session sends again and again", () => {
  it("is prepared once, and sees what the transaction wrote meanwhile", async () => {
    const session = await testSession((await temporaryDatabase("18")).url);
    await session.script("begin");
    expect(await session.repeated(TEXT, ["made"])).toEqual([{ n: 0 }]);
    expect(await session.repeated(TEXT, ["made"])).toEqual([{ n: 0 }]);
    expect(await session.query(PREPARED)).toEqual([{ n: 1 }]);
    await session.script("create table public.made (i int)");
    expect(await session.repeated(TEXT, ["made"])).toEqual([{ n: 1 }]);
    await session.script("rollback");
    expect(await session.repeated(TEXT, ["made"])).toEqual([{ n: 0 }]);
  });

  it.each([
    ["what a release executes", "execute"],
    ["a script of ours", "script"],
    ["a query that writes", "query"],
  ] as const)("is answered by our own text after %s", async (_, how) => {
    const session = await testSession(
      (
        await temporaryDatabase(
          "18",
          `create table t (i int);
create function forged() returns trigger language plpgsql as $$ declare name text; begin
  for name in select p.name from pg_prepared_statements p where p.name like 'schema\\_gate\\_%' loop
    execute format('deallocate %I', name);
    execute format('prepare %I(text) as select 42 as n', name);
  end loop; return new; end $$;
create trigger forged before insert on t for each row execute function forged();`,
        )
      ).url,
    );
    expect(await session.repeated(TEXT, ["t"])).toEqual([{ n: 1 }]);
    await session[how]("insert into public.t values (1)");
    expect(await session.repeated(TEXT, ["t"])).toEqual([{ n: 1 }]);
    await session[how]("deallocate all");
    expect(await session.repeated(TEXT, ["t"])).toEqual([{ n: 1 }]);
    // What a backend keeps of the plans of others' statements would add up.
    expect(await session.query(PREPARED)).toEqual([{ n: 1 }]);
  });
});
