import { beforeAll, describe, expect, it } from "vitest";
import { compareCatalogs } from "../../../lib/core/catalog/compare.js";
import { REWRITABLE } from "../../../lib/core/lint/rewritable.js";
import type { Script } from "../../../lib/core/migration/release.js";
import { readSqlScript } from "../../../lib/core/migration/script.js";
import { readSourceFile } from "../../../lib/core/migration/source-file.js";
import { REWRITE_KINDS } from "../../../lib/core/rewrite/kinds/index.js";
import type { RewriteStep } from "../../../lib/core/rewrite/plan.js";
import { planRewrite } from "../../../lib/core/rewrite/plan-rewrite.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { MAJORS } from "../../support/majors.js";
import { type TestDatabase, temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";
import { BEFORE, REFUSED, REWRITTEN } from "./cases.js";

beforeAll(loadParser);

const scriptOf = (text: string, transaction: "single" | "none" = "single"): Script =>
  readSqlScript({ file: readSourceFile({ path: "0001_m.sql", bytes: Buffer.from(text) }).file, transaction }).script;

const textOf = ({ backfill, statements }: RewriteStep) =>
  `${backfill === null ? "" : `${backfill}\n`}${statements.map((sql) => `${sql};\n`).join("")}`;

async function catalogOf(database: TestDatabase) {
  const session = await testSession(database.url, "read");
  const catalog = await readCatalog(session, null);
  await session.close();
  return catalog;
}

/** Statements of others, as a framework sends a step: in one transaction, or by themselves. */
async function run(
  database: TestDatabase,
  { statements, transaction }: Pick<RewriteStep, "statements" | "transaction">,
) {
  const all = transaction === "single" ? ["BEGIN", ...statements, "COMMIT"] : statements;
  for (const sql of all) await database.client.query(sql);
}

async function rowsOf(database: TestDatabase): Promise<unknown> {
  const { rows } = await database.client.query(`select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname in ('public', 'App') order by 1`);
  const found = [];
  for (const { name } of rows)
    found.push([name, (await database.client.query(`select to_jsonb(t)::text as row from ${name} t order by 1`)).rows]);
  return found;
}

it("names a kind that there is for each rule whose findings name the command", () => {
  const kinds = new Set(REWRITE_KINDS.map(({ id }) => id));
  expect(Object.values(REWRITABLE).filter((kind) => !kinds.has(kind))).toEqual([]);
  // It has no finding of its own: what is added again has one.
  kinds.delete("replace-constraint");
  expect([...kinds].filter((kind) => !Object.values(REWRITABLE).includes(kind))).toEqual([]);
});

describe.each(MAJORS)("PostgreSQL %s", (major) => {
  it.each(REWRITTEN.map(([sql, phases, order = "same order"]) => [sql, phases, order] as const))(
    "%s",
    async (sql, phases, order) => {
      const original = await temporaryDatabase(major, BEFORE);
      const stepped = await temporaryDatabase(major, BEFORE);
      const { plan, refusal } = await planRewrite(scriptOf(sql), await catalogOf(stepped));
      expect(refusal).toBeNull();
      expect(plan?.steps.map(({ phase }) => phase).join(" ")).toBe(phases);
      for (const step of plan?.steps ?? []) {
        // A step that is rewritten again is itself.
        const again = await planRewrite(scriptOf(textOf(step), step.transaction), await catalogOf(stepped));
        expect(again.refusal).toBeNull();
        expect(again.plan?.steps.map(({ statements }) => statements)).toEqual([step.statements]);
        await run(stepped, step);
      }
      await run(original, { statements: scriptOf(sql).statements.map((each) => each.sql), transaction: "none" });
      const compared = compareCatalogs(await catalogOf(stepped), await catalogOf(original));
      expect(compared.differences.map(({ message }) => message)).toEqual([]);
      expect(compared.columnOrder.length > 0).toBe(order === "other order");
      expect(await rowsOf(stepped)).toEqual(await rowsOf(original));
    },
  );

  it("refuses by a code what it cannot rewrite", async () => {
    const catalog = await catalogOf(await temporaryDatabase(major, BEFORE));
    const codes = [];
    for (const [sql] of REFUSED) codes.push([sql, (await planRewrite(scriptOf(sql), catalog)).refusal?.code]);
    expect(codes).toEqual(REFUSED);
  });
});
