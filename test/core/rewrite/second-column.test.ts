import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { readSqlScript } from "../../../lib/core/migration/script.js";
import { readSourceFile } from "../../../lib/core/migration/source-file.js";
import { planRewrite } from "../../../lib/core/rewrite/plan-rewrite.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(loadParser);

/** A trigger of the application's own changes what is written, before ours sees it. */
const BEFORE = `
  CREATE TABLE counters (id serial PRIMARY KEY, n int NOT NULL, note text);
  CREATE FUNCTION never_negative() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.n := abs(new.n); RETURN new; END $$;
  CREATE TRIGGER never_negative BEFORE INSERT OR UPDATE ON counters FOR EACH ROW EXECUTE FUNCTION never_negative();
  CREATE TABLE hits (counter_id int REFERENCES counters ON DELETE CASCADE);
  INSERT INTO counters (n) SELECT g FROM generate_series(1, 10) g;
  INSERT INTO hits SELECT g FROM generate_series(1, 10) g;`;

async function stepsOf(sql: string, major: (typeof MAJORS)[number]) {
  const database = await temporaryDatabase(major, BEFORE);
  const session = await testSession(database.url, "read");
  const catalog = await readCatalog(session, null);
  await session.close();
  const { file } = readSourceFile({ path: "0001_m.sql", bytes: Buffer.from(sql) });
  const { plan, refusal } = await planRewrite(readSqlScript({ file, transaction: "single" }).script, catalog);
  expect(refusal).toBeNull();
  return { database, steps: plan?.steps ?? [] };
}

/** A session that has called a PL/pgSQL trigger keeps the types that it saw. */
async function inOwnSession(connectionString: string, sql: string) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe.each(MAJORS)("PostgreSQL %s: an application that writes between the steps", (major) => {
  it("finds each value in the new column, and in the old one while it stands", async () => {
    const { database, steps } = await stepsOf("ALTER TABLE counters ALTER n TYPE bigint", major);
    const query = (sql: string) => inOwnSession(database.url, sql);
    for (const [at, { statements, transaction, phase }] of steps.entries()) {
      const all = transaction === "single" ? ["BEGIN", ...statements, "COMMIT"] : statements;
      for (const sql of all) await database.client.query(sql);
      await query(`INSERT INTO counters (n, note) VALUES (-${100 + at}, 'inserted')`);
      await query(`UPDATE counters SET n = ${200 + at} WHERE id = ${1 + (at % 5)}`);
      if (phase !== "switch") continue;
      await query("INSERT INTO counters (n) VALUES (3000000000)");
      expect(await query("SELECT n, n_old FROM counters WHERE n_old IS DISTINCT FROM n")).toEqual([
        { n: "3000000000", n_old: null },
      ]);
    }
    const expected = steps.map((_, at) => String(100 + at));
    expect(await query("SELECT n FROM counters WHERE note = 'inserted' ORDER BY id")).toEqual(
      expected.map((n) => ({ n })),
    );
    expect(await query("SELECT count(*)::int AS rows, count(n)::int AS filled FROM counters")).toEqual([
      { rows: 11 + steps.length, filled: 11 + steps.length },
    ]);
    await expect(query("INSERT INTO counters (n) VALUES (NULL)")).rejects.toThrow("not-null");
  });

  it("fails in a session whose own trigger has seen the old type, as the original does", async () => {
    const { client } = await temporaryDatabase(major, BEFORE);
    await client.query("INSERT INTO counters (n) VALUES (1)");
    await client.query("ALTER TABLE counters ALTER n TYPE bigint");
    await expect(client.query("INSERT INTO counters (n) VALUES (1)")).rejects.toThrow("when preparing the plan");
  });

  it("keeps keys unique and referred to at every step of a key's new type", async () => {
    const { database, steps } = await stepsOf("ALTER TABLE counters ALTER id TYPE bigint", major);
    const query = async (sql: string) => (await database.client.query(sql)).rows;
    for (const { statements, transaction } of steps) {
      const all = transaction === "single" ? ["BEGIN", ...statements, "COMMIT"] : statements;
      for (const sql of all) await query(sql);
      const [made] = await query("INSERT INTO counters (n) VALUES (1) RETURNING id");
      await query(`INSERT INTO hits VALUES (${made.id})`);
      await expect(query(`INSERT INTO counters (id, n) VALUES (${made.id}, 1)`)).rejects.toThrow("duplicate key");
      await expect(query("INSERT INTO hits VALUES (9999)")).rejects.toThrow("foreign key");
      await query(`DELETE FROM counters WHERE id = ${made.id}`);
      expect(await query(`SELECT 1 FROM hits WHERE counter_id = ${made.id}`)).toEqual([]);
    }
  });
});
