import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { compareCatalogs } from "../../../lib/core/catalog/compare.js";
import { planRewrite } from "../../../lib/core/rewrite/plan-rewrite.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { type TestDatabase, temporaryDatabase } from "../../support/postgres.js";
import { catalogOf, rowsOf, run, scriptOf } from "./two-databases.js";
import { WRITE_CASES } from "./write-cases.js";

beforeAll(loadParser);

/** A session that has called a PL/pgSQL trigger keeps the types that it saw, so each write has one of its own. */
async function write({ url }: TestDatabase, text: string, step = 0): Promise<void> {
  for (const sql of text.split(";")) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(sql.replaceAll("$N", String(step)));
    } finally {
      await client.end();
    }
  }
}

describe.each(MAJORS)("PostgreSQL %s: an application that writes after every step", (major) => {
  it.each(WRITE_CASES)("$name", async ({ before, migration, write: sql, afterwards }) => {
    const [original, stepped] = [await temporaryDatabase(major, before), await temporaryDatabase(major, before)];
    const { plan, refusal } = await planRewrite(scriptOf(migration), await catalogOf(stepped));
    expect(refusal).toBeNull();
    const steps = plan?.steps ?? [];
    const lastSwitch = steps.findLastIndex(({ phase }) => phase === "switch");
    // The names of before end with a contract step; a new type is there from the switch.
    const isRename = lastSwitch < 0;
    const cut = isRename ? steps.length - 1 : steps.findIndex(({ phase }) => phase === "switch");
    for (const [at, step] of steps.entries()) {
      await run(stepped, step);
      if (!isRename || step.phase !== "contract") await write(stepped, sql, at + 1);
      if (afterwards !== undefined && at === lastSwitch) await write(stepped, afterwards);
    }
    for (const at of steps.slice(0, cut).keys()) await write(original, sql, at + 1);
    await run(original, { statements: scriptOf(migration).statements.map((each) => each.sql), transaction: "single" });
    if (!isRename) for (const at of steps.slice(cut).keys()) await write(original, sql, cut + at + 1);
    if (afterwards !== undefined) await write(original, afterwards);
    const compared = compareCatalogs(await catalogOf(stepped), await catalogOf(original));
    expect(compared.differences.map(({ message }) => message)).toEqual([]);
    expect(await rowsOf(stepped)).toEqual(await rowsOf(original));
  });
});
