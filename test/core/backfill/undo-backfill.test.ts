import { beforeAll, expect, it } from "vitest";
import { undoBackfill } from "../../../lib/core/backfill/undo-backfill.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { testMigration } from "../../support/migration.js";
import { createDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

const SETUP = `create table t (id bigint primary key, code bigint generated always as identity, n int);
  create function touched() returns trigger language plpgsql as $$ begin new.n = 1; return new; end $$;
  create table u (id bigint primary key, code bigint generated always as identity, n int);
  create trigger touched before update on u for each row execute function touched()`;

it.each([
  ["update t set code = default", ["public.t.code is GENERATED ALWAYS AS IDENTITY"]],
  ["update t set code = default, n = 1", ["public.t.code is GENERATED ALWAYS AS IDENTITY"]],
  ["update t set n = 1 where n is null", []],
  ["update u set n = 2 where n is null", []],
])("says whether there is a way back: %s", async (sql, gaps) => {
  const { url } = await createDatabase("18", SETUP);
  const catalog = await readCatalog(await testSession(url), null);
  const undone = undoBackfill(testMigration(`-- schema-gate: backfill by id batch 20ms\n${sql}`), catalog);
  expect(undone?.gaps).toEqual(gaps.map((gap) => expect.stringContaining(gap)));
  expect(undone?.statements.some((each) => each.includes("SET  FROM"))).toBe(false);
  expect(undone?.statements.length === 0).toBe(gaps.length > 0);
});

it("keeps the same copy of a table whose columns are in another order, as after a rollback", async () => {
  const copies = [];
  for (const columns of ["a int, b text", "b text, a int"]) {
    const { url } = await createDatabase(
      "18",
      `${SETUP}; create table v (id bigint primary key, ${columns});
       create trigger touched before update on v for each row execute function touched()`,
    );
    const catalog = await readCatalog(await testSession(url), null);
    const undone = undoBackfill(
      testMigration("-- schema-gate: backfill by id batch 20ms\nupdate v set a = 2 where a is null"),
      catalog,
    );
    copies.push(undone?.keep[0]?.before);
  }
  expect(copies[0]).toEqual(copies[1]);
});
