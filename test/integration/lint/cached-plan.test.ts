import { beforeAll, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { lintExample } from "../../support/rule-example.js";

beforeAll(loadParser);

/** A change, and a query that a session has prepared before it. */
const FORMS: readonly (readonly [change: string, query: string, fails: boolean])[] = [
  ["ALTER COLUMN label TYPE varchar(40)", "SELECT label FROM events", true],
  ["ALTER COLUMN label TYPE text", "SELECT label FROM events", true],
  ["ALTER COLUMN amount TYPE numeric(12,2)", "UPDATE events SET label = 'b' RETURNING amount", true],
  ["ALTER COLUMN label TYPE varchar(20)", "SELECT label FROM events", false],
  ["ALTER COLUMN label TYPE varchar(40)", "SELECT amount FROM events", false],
  ["ADD COLUMN note text", "SELECT * FROM events", true],
  ["ADD COLUMN note text", "SELECT label FROM events", false],
];

it.each(MAJORS)("a prepared statement fails on PostgreSQL %s where SG116 says so", async (major) => {
  for (const [change, query, fails] of FORMS) {
    const { client } = await temporaryDatabase(
      major,
      "CREATE TABLE events (label varchar(20), amount numeric(8,2)); INSERT INTO events VALUES ('a', 1);",
    );
    const ask = () => client.query({ name: "kept", text: query });
    await ask();
    await client.query(`ALTER TABLE events ${change}`);
    const code = await ask().then(
      () => null,
      (error: { code?: string }) => error.code,
    );
    expect([change, query, code]).toEqual([change, query, fails ? "0A000" : null]);
  }
});

it("is noted for another type or length, and for no other change", async () => {
  const before = "CREATE TABLE events (label varchar(20), amount numeric(8,2));\n";
  for (const [change] of FORMS) {
    const example = { before, bad: "", good: "", options: {} };
    const codes = (await lintExample(example, `ALTER TABLE events ${change};`, "a.sql")).map(({ code }) => code);
    const isOther = change.includes(" TYPE ") && !change.endsWith("varchar(20)");
    expect([change, codes.includes("SG116")]).toEqual([change, isOther]);
  }
});
