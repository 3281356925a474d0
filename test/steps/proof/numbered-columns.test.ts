import { beforeAll, describe, expect, it } from "vitest";
import { numberedColumns } from "../../../lib/core/backfill/numbered-columns.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { compareStates, readState } from "../../../lib/steps/proof/state.js";
import { testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { proveOnClones } from "../../support/prove-on-clones.js";
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
  const now = await readState(session, null, numbered);
  await session.close();
  expect(compareStates(now, before, numbered).verdict).toBe(same ? "exact" : "differs");
  // Within one run each row has the number that it had.
  expect(compareStates(now, before).verdict).toBe("differs");
});

describe.each(["15", "18"] as const)("on %s a way back", (major) => {
  const mark = "-- schema-gate: backfill by id\n";
  const setup = `CREATE SEQUENCE s; CREATE TABLE t (id int PRIMARY KEY, number int NOT NULL, note text);
    INSERT INTO t SELECT g, -g, 'n' FROM generate_series(1, 40) g;`;
  const numbers = `${mark}UPDATE t SET number = nextval('s') WHERE number < 0`;

  it.each([
    ["nothing", "SELECT 1", "differs"],
    ["as many other numbers", "UPDATE t SET number = number - 1000", "differs"],
    ["the same numbers in another order", "UPDATE t SET number = id - 41", "differs"],
    ["the numbers that were there", "UPDATE t SET number = -id", "exact"],
  ])("that gives %s does not pass for another", async (_, down, verdict) => {
    const proof = await proveOnClones(major, setup, [testMigration(numbers, down, "1")]);
    expect(proof.rollbacks[0]?.trials[0]).toMatchObject({ source: "author", verdict });
    expect(proof.rollbacks[0]).toMatchObject({ verdict: "exact" });
    expect(proof).toMatchObject({ passed: true, upAgain: true });
  });

  it("of a later migration does not depend on which row got which number", async () => {
    const later = "UPDATE t SET note = 'm' WHERE id < 9";
    const proof = await proveOnClones(major, setup, [
      testMigration(numbers, null, "1"),
      testMigration(later, null, "2"),
      testMigration(`${mark}UPDATE t SET number = nextval('s') WHERE number > 0 AND number < 41`, "SELECT 1", "3"),
    ]);
    expect(proof.rollbacks[2]?.trials[0]).toMatchObject({ source: "author", verdict: "differs" });
    expect(proof.rollbacks).toMatchObject([{ verdict: "exact" }, { verdict: "exact" }, { verdict: "exact" }]);
  });
});

it("are those that a backfill sets to the next value of a sequence, and no others", () => {
  const mark = "-- schema-gate: backfill by id";
  const migrations = [
    testMigration(`${mark}\nUPDATE app.t SET number = nextval('s'), note = 'n' WHERE number IS NULL;`, null, "1"),
    testMigration(`${mark}\nUPDATE t SET number = nextval('s') + 1 WHERE number IS NULL;`, null, "2"),
    testMigration("UPDATE t SET number = nextval('s');", null, "3"),
    testMigration(`${mark}\nUPDATE t SET other = app.nextval('s') WHERE other IS NULL;`, null, "4"),
    testMigration(`${mark}\nUPDATE t SET code = pg_catalog.nextval('s')::int WHERE code IS NULL;`, null, "5"),
    testMigration(`${mark}\nUPDATE t SET c = CASE WHEN id > 1 THEN nextval('s') END WHERE c IS NULL;`, null, "6"),
  ];
  expect(numberedColumns(migrations)).toMatchObject([
    { table: { schemaname: "app", relname: "t" }, column: "number" },
    { table: { relname: "t" }, column: "code" },
  ]);
});
