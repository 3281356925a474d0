import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Catalog } from "../../../lib/core/catalog/catalog.js";
import { lintRelease } from "../../../lib/core/lint/lint-release.js";
import { RULES } from "../../../lib/core/lint/rules/index.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { lintScript } from "../../support/lint-text.js";
import { createDatabase, type Major, type TestDatabase } from "../../support/postgres.js";
import { withSession } from "../catalog/with-session.js";
import { FORMS, type Form } from "./refusal-forms.js";
import { REFUSED, REFUSED_IN_CHILDREN, STANDS, TAKEN } from "./sibling-forms.js";

/** The rules that say that the server refuses a statement whatever the rows are. */
const REFUSALS = new Set([...RULES.filter(({ refuses }) => refuses).map(({ id }) => id), "SG113"]);

beforeAll(loadParser);

describe.each(["15", "18"] as const)("on PostgreSQL %s", (major: Major) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase(major);
  });
  afterAll(() => database.drop());

  it("refuses what lint says, and nothing else, with and without a catalog", async () => {
    const wrong: string[] = [];
    for (const form of FORMS) {
      const { catalog, error } = await tried(database, form);
      const refused = error !== null;
      const byText = await refusals(form, {});
      const byCatalog = await refusals(form, { catalog });
      if (byText.length > 0 !== refused) wrong.push(`text ${form.kind}: ${error ?? "accepted"} / ${byText.join("; ")}`);
      if (byCatalog.length > 0 !== refused)
        wrong.push(`catalog ${form.kind}: ${error ?? "accepted"} / ${byCatalog.join("; ")}`);
    }
    expect(wrong).toEqual([]);
  }, 600_000);

  it("agrees with lint about the siblings of each kind", async () => {
    const { client } = database;
    await client.query("drop schema public cascade; create schema public; drop publication if exists pub");
    await client.query(STANDS);
    const catalog = await withSession(database, (session) => readCatalog(session, null));
    const wrong: string[] = [];
    for (const statement of [...REFUSED, ...REFUSED_IN_CHILDREN, ...TAKEN]) {
      const refused = !TAKEN.includes(statement);
      await client.query("begin");
      const answer = await client.query(statement).then(
        () => false,
        () => true,
      );
      await client.query("rollback");
      const form = { kind: "", before: STANDS, statement };
      const byCatalog = await refusals(form, { catalog });
      const said = [REFUSED_IN_CHILDREN.includes(statement) ? byCatalog : await refusals(form, {}), byCatalog];
      if (answer !== refused || said.some((each) => each.length > 0 !== refused))
        wrong.push(`${statement}: ${answer ? "refused" : "taken"}, text ${said[0]}, catalog ${said[1]}`);
    }
    expect(wrong).toEqual([]);
  }, 600_000);
});

/** Existing schema as the server shows it, and what the server answers to the statement. */
async function tried(database: TestDatabase, { before, statement }: Form) {
  const { client } = database;
  await client.query("discard all");
  await client.query("drop schema public cascade; create schema public");
  for (const { name } of (
    await client.query<{ name: string }>("select quote_ident(pubname) as name from pg_publication")
  ).rows) {
    await client.query(`drop publication ${name}`);
  }
  await client.query(before);
  const catalog = await withSession(database, (session) => readCatalog(session, null));
  const error = await client.query(statement).then(
    () => null,
    (reason: { readonly code?: string; readonly message: string }) => `${reason.code} ${reason.message}`,
  );
  return { catalog, error };
}

async function refusals(
  { before, statement }: Form,
  input: { readonly catalog?: Catalog },
): Promise<readonly string[]> {
  const history = input.catalog ? [] : [lintScript(before, "before.sql", { history: true })];
  const findings = await lintRelease({
    scripts: [...history, lintScript(statement, "release.sql")],
    today: "2026-01-01",
    ...input,
    circumstances: { together: false },
  });
  return findings.filter(({ code }) => REFUSALS.has(code)).map(({ message }) => message);
}
