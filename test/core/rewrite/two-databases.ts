import type { Script } from "../../../lib/core/migration/release.js";
import { readSqlScript } from "../../../lib/core/migration/script.js";
import { readSourceFile } from "../../../lib/core/migration/source-file.js";
import type { RewriteStep } from "../../../lib/core/rewrite/plan.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import type { TestDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

export function scriptOf(text: string, transaction: "single" | "none" = "single"): Script {
  return readSqlScript({ file: readSourceFile({ path: "0001_m.sql", bytes: Buffer.from(text) }).file, transaction })
    .script;
}

export async function catalogOf(database: TestDatabase) {
  const session = await testSession(database.url, "read");
  const catalog = await readCatalog(session, null);
  await session.close();
  return catalog;
}

/** Statements of others, as a framework sends a step: in one transaction, or by themselves. */
export async function run(
  database: TestDatabase,
  { statements, transaction }: Pick<RewriteStep, "statements" | "transaction">,
) {
  const all = transaction === "single" ? ["BEGIN", ...statements, "COMMIT"] : statements;
  for (const sql of all) await database.client.query(sql);
}

/** The rows of every table, whatever the order of its columns. */
export async function rowsOf(database: TestDatabase): Promise<unknown> {
  const { rows } = await database.client.query(`select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema') order by 1`);
  const found = [];
  for (const { name } of rows)
    found.push([name, (await database.client.query(`select to_jsonb(t)::text as row from ${name} t order by 1`)).rows]);
  return found;
}
