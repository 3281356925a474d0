import { beforeAll, expect, it } from "vitest";
import { lintRelease } from "../../../lib/core/lint/lint-release.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { lintScript } from "../../support/lint-text.js";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(loadParser);

const PUBLIC =
  "create table users (id int primary key, a int, b text); create view seen as select a from users; create index by_a on users (a);";
const APP = "create schema app; create table app.users (id int primary key, a int); create table app.teams (id int);";

/** What the server takes where the database's search_path has another schema in front, and refuses where public is all there is. */
const STATEMENTS = [
  "create table seen (id int)",
  "create view seen as select 1 as one",
  "create table seen as select 1 as one",
  "alter table users add column b text",
  "alter table users rename a to b",
  "alter table users drop column a",
  "create index by_a on users (id)",
];

it.each(MAJORS)(
  "a name without a schema is refused on PostgreSQL %s only where it must mean what is known",
  async (major) => {
    for (const sql of STATEMENTS) {
      for (const elsewhere of [true, false]) {
        const { client, url, name } = await temporaryDatabase(major, elsewhere ? PUBLIC + APP : PUBLIC);
        if (elsewhere) await client.query(`alter database "${name}" set search_path = app, public`);
        const session = await testSession(url, "read");
        const catalog = await readCatalog(session, null);
        await session.close();
        if (elsewhere) await client.query("set search_path = app, public");
        const refused = await client.query(sql).then(
          () => false,
          () => true,
        );
        const findings = await lintRelease({ scripts: [lintScript(sql)], today: "2026-01-01", catalog });
        const said = findings.some(({ code }) => code === "SG112" || code === "SG015");
        expect([sql, elsewhere, said]).toEqual([sql, elsewhere, refused]);
      }
    }
  },
);
