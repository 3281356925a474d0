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

  const FORGING = `create table t (i int); create table late (i int); insert into t values (0);
create function forge() returns int language plpgsql as $$ declare name text; begin
  for name in select p.name from pg_prepared_statements p where p.name like 'schema\\_gate\\_%' loop
    execute format('deallocate %I', name);
    execute format('prepare %I(text) as select 42 as n', name);
  end loop; return 1; end $$;
create function forged() returns trigger language plpgsql as $$ begin perform public.forge(); return new; end $$;
create trigger forged before insert on t for each row execute function forged();
create constraint trigger forged after insert on late deferrable initially deferred for each row execute function forged();
create view seen as select public.forge() as i from t;`;

  it.each([
    ["what a release executes", "execute", ["insert into public.t values (1)"]],
    ["a script of ours", "script", ["insert into public.t values (1)"]],
    ["a query that writes", "query", ["insert into public.t values (1)"]],
    ["a query that reads what is computed", "query", ["select i from public.seen"]],
    ["one that begins with WITH", "query", ["with s as (select i from public.seen) select i from s"]],
    ["the end of a transaction", "script", ["begin", "insert into public.late values (1)", "commit"]],
    ["nothing that is left", "execute", ["deallocate all"]],
  ] as const)("is answered by our own text after %s", async (_, how, texts) => {
    const session = await testSession((await temporaryDatabase("18", FORGING)).url);
    for (const text of texts) {
      expect(await session.repeated(TEXT, ["t"])).toEqual([{ n: 1 }]);
      await session[how](text);
    }
    expect(await session.repeated(TEXT, ["t"])).toEqual([{ n: 1 }]);
    // What a backend keeps of the plans of others' statements would add up.
    expect(await session.query(PREPARED)).toEqual([{ n: 1 }]);
  });
});
