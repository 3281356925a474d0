import { beforeAll, expect, it } from "vitest";
import { numberedColumns } from "../../../lib/core/backfill/numbered-columns.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { compareStates, readState } from "../../../lib/steps/proof/state.js";
import { testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(loadParser);

const BEFORE = `CREATE TABLE t (id int PRIMARY KEY, number int, note text);
  INSERT INTO t SELECT g, g, 'n' FROM generate_series(1, 9) g;`;

it.each([
  ["UPDATE t SET number = 10 - number", true],
  ["UPDATE t SET number = number + 100", true],
  ["UPDATE t SET number = 1 WHERE id = 2", false],
  ["UPDATE t SET number = NULL WHERE id = 2", false],
  ["UPDATE t SET note = 'other' WHERE id = 2", false],
  ["DELETE FROM t WHERE id = 2", false],
])("takes %s for the same rows: %s", async (sql, same) => {
  const { client, url } = await temporaryDatabase("18", BEFORE);
  const session = await testSession(url, "read");
  const numbered = [{ table: { relname: "t" }, column: "number" }];
  const before = await readState(session, null, numbered);
  await client.query(sql);
  const { verdict } = compareStates(await readState(session, null, numbered), before);
  await session.close();
  expect(verdict).toBe(same ? "exact" : "differs");
});

it("are those that a backfill sets to the next value of a sequence, and no others", () => {
  const mark = "-- schema-gate: backfill by id";
  const migrations = [
    testMigration(`${mark}\nUPDATE app.t SET number = nextval('s'), note = 'n' WHERE number IS NULL;`, null, "1"),
    testMigration(`${mark}\nUPDATE t SET number = nextval('s') + 1 WHERE number IS NULL;`, null, "2"),
    testMigration("UPDATE t SET number = nextval('s');", null, "3"),
  ];
  expect(numberedColumns(migrations)).toMatchObject([{ table: { schemaname: "app", relname: "t" }, column: "number" }]);
});
