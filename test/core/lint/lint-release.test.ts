import { describe, expect, it } from "vitest";
import type { Catalog } from "../../../lib/core/catalog/catalog.js";
import { compareFindings } from "../../../lib/core/finding.js";
import { lintRelease } from "../../../lib/core/lint/lint-release.js";
import type { LintScript } from "../../../lib/core/lint/lint-statement.js";
import type { Rule } from "../../../lib/core/lint/rules/rule.js";
import { longIdentifier } from "../../../lib/core/lint/rules/sg102-long-identifier.js";
import { withRewrite } from "../../../lib/core/rewrite/with-rewrite.js";
import { lintScript, lintText } from "../../support/lint-text.js";

describe("lintRelease", () => {
  it("names the table, the reason, the place and a rewrite", async () => {
    const [finding] = await lintText("\n  ALTER TABLE app.users ALTER COLUMN email SET NOT NULL;");
    expect(finding).toMatchObject({
      code: "SG010",
      gate: "lint",
      severity: "error",
      subject: { kind: "column", name: "app.users.email" },
      source: { file: "a.sql", line: 2, column: 38, endColumn: 43 },
    });
    expect(finding?.remedy?.sql).toContain("VALIDATE CONSTRAINT users_email_present");
  });

  it("is quiet about a table made in the same release", async () => {
    expect(await lintText("CREATE TABLE t (id int); ALTER TABLE t ALTER COLUMN id SET NOT NULL;", ["SG010"])).toEqual(
      [],
    );
  });

  it.each([
    ["CREATE TABLE kept AS SELECT * FROM events", 1],
    ["CREATE MATERIALIZED VIEW kept AS SELECT * FROM events", 1],
    ["CREATE TABLE kept AS SELECT * FROM events WITH NO DATA", 0],
    ["CREATE TABLE kept AS SELECT 1 AS a", 0],
  ])("counts `%s` as a query under the lock", async (sql, count) => {
    expect(await lintText(`BEGIN; ALTER TABLE users DROP COLUMN a; ${sql}; COMMIT;`, ["SG115"])).toHaveLength(count);
  });

  it("counts a new name for an index as no lock on a table", async () => {
    const text = "BEGIN; ALTER TABLE users DROP COLUMN a; ALTER INDEX teams_name_idx RENAME TO teams_by_name; COMMIT;";
    expect(await lintText(text, ["SG092"])).toEqual([]);
    expect(await lintText(text.replace("INDEX teams_name_idx", "TABLE teams"), ["SG092"])).toHaveLength(1);
  });

  it("finds no name gone where another table takes it in the same transaction", async () => {
    const text = "BEGIN; ALTER TABLE t RENAME TO t_old; ALTER TABLE t_new RENAME TO t; COMMIT;";
    expect(await lintText(text, ["SG062"])).toEqual([]);
    expect(await lintText(text.replace("t_new RENAME TO t;", "t_new RENAME TO u;"), ["SG062"])).toHaveLength(2);
    expect(await lintText(text.replace(/BEGIN;|COMMIT;/g, ""), ["SG062"])).toHaveLength(2);
  });

  it("knows what LOCK TABLE already holds", async () => {
    const text =
      "BEGIN; LOCK TABLE users, teams; ALTER TABLE users DROP COLUMN a; ALTER TABLE teams DROP COLUMN b; COMMIT;";
    expect(await lintText(text, ["SG092"])).toEqual([]);
  });

  it("names no rewrite for what is inside a block, which rewrite refuses", async () => {
    const alter = "ALTER TABLE users ALTER email SET NOT NULL";
    const named = async (text: string) =>
      (await lintText(text, ["SG010"])).map((finding) => withRewrite(finding)).map(({ remedy }) => remedy?.command);
    expect(await named(alter)).toEqual(["schema-gate rewrite a.sql"]);
    expect(await named(`DO $$ BEGIN ${alter}; END $$`)).toEqual([undefined]);
  });

  describe("a function that a statement calls", () => {
    const body = "ALTER TABLE users ALTER email SET NOT NULL";
    const made = `CREATE FUNCTION tidy() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ${body}; END $$;\n`;
    const harmless = made.trim().replace(body, "NULL").replace("CREATE", "CREATE OR REPLACE");

    it.each([
      ["in a query", `${made}SELECT tidy()`],
      ["with its schema", `${made}SELECT public.tidy()`],
      ["in SQL", `CREATE FUNCTION tidy() RETURNS void LANGUAGE sql AS '${body}';\nSELECT tidy()`],
      ["in FROM", `${made}SELECT * FROM tidy()`],
      ["in a DO block", `${made}DO $$ BEGIN PERFORM tidy(); END $$`],
      [
        "behind a function",
        `${made.trim()} CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM tidy(); END';\nSELECT f()`,
      ],
      ["by CALL", `CREATE PROCEDURE tidy() LANGUAGE plpgsql AS $$ BEGIN ${body}; END $$;\nCALL tidy()`],
      [
        "with the table's name",
        "CREATE FUNCTION tidy(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('ALTER TABLE %I ALTER email SET NOT NULL', t); END $$;\nSELECT tidy('users')",
      ],
      ["with a space in its name", `${made.replace("tidy", '"tidy up"')}SELECT "tidy up"()`],
      ["with another spelling", `${made.replace("tidy", "public . Tidy")}SELECT tidy /* all */ ()`],
      ["with a comment before it", `${made.replace("tidy", "/* of users */ tidy")}SELECT tidy()`],
      ["by its escaped name", `${made.replace("tidy", 'U&"tidy"')}SELECT tidy()`],
      [
        "replaced with its schema",
        `${harmless} ${made.replace("FUNCTION ", "OR REPLACE FUNCTION public.")}SELECT tidy()`,
      ],
      [
        "behind an operator",
        `${made.trim().replace("tidy()", "tidy(a int, b int)")} CREATE OPERATOR === (leftarg = int, rightarg = int, function = tidy);\nSELECT 1 === 2`,
      ],
      [
        "behind an aggregate",
        `${made.trim().replace("tidy()", "tidy(a int, b int)")} CREATE AGGREGATE agg (int) (sfunc = tidy, stype = int);\nSELECT agg(1)`,
      ],
      ["of a row", `${made.replace("tidy()", "tidy(t teams)")}SELECT t.tidy FROM teams t`],
      [
        "that its DO block made",
        `DO $x$ BEGIN CREATE FUNCTION other() RETURNS int LANGUAGE sql AS 'SELECT 1'; ${made.trim()}\nPERFORM tidy(); END $x$`,
      ],
    ])("is judged by what it does: %s", async (_, text) => {
      expect(await lintText(text, ["SG010"])).toMatchObject([
        {
          severity: "error",
          subject: { kind: "column", name: "users.email" },
          source: { file: "a.sql", line: 2 },
          message: expect.stringMatching(/ It is inside a function that this statement calls\.$/),
          nested: true,
        },
      ]);
    });

    it.each([
      ["that is not called", made],
      ["that a trigger calls", `${made}CREATE TRIGGER t AFTER INSERT ON teams FOR EACH ROW EXECUTE FUNCTION tidy()`],
      ["that is dropped", `${made}DROP FUNCTION tidy()`],
      ["of another name", `${made}SELECT tidy_up()`],
      ["of another schema", `${made}SELECT app.tidy()`],
      ["that is replaced", `${made}${made.replace(body, "NULL").replace("CREATE", "CREATE OR REPLACE")}SELECT tidy()`],
      ["that is replaced with its schema", `${made}${harmless.replace("tidy", "public.tidy")} SELECT tidy()`],
      ["over a table of the release", `CREATE TABLE users (email text);${made}SELECT tidy()`],
    ])("is silent about a function %s", async (_, text) => {
      expect(await lintText(text, ["SG010"])).toEqual([]);
    });

    it.each(["public", "$tenant"])("is found in the catalog, in %s", async (schema) => {
      const id = { schema, name: "tidy", signature: "" };
      const definition = made.trim().slice(0, -1).replace("tidy", `"${schema}".tidy`);
      const catalog = {
        serverVersion: 180_000,
        objects: [{ kind: "function", id, attributes: {}, definition }],
        unseen: [],
      } as unknown as Catalog;
      const found = async (text: string) => (await lintText(text, ["SG010"], { catalog })).length;
      expect(await found("SELECT tidy()")).toBe(1);
      expect(await found("SELECT 1")).toBe(0);
      expect(await found(`${harmless} SELECT tidy()`)).toBe(0);
      expect(await found("DROP FUNCTION tidy(); SELECT tidy()")).toBe(0);
      const more = made.trim().replaceAll("tidy", "more");
      expect(await found(`${more} SELECT "${schema}".more()`)).toBe(1);
      expect(await found(`${more} SELECT app.more()`)).toBe(0);
    });
  });

  it("says who waits behind a lock that lets readers pass", async () => {
    const circumstances = { lockTimeoutSet: false };
    const [share] = await lintText("CREATE INDEX i ON users (email);", ["SG089"], { circumstances });
    expect(share?.message).toContain("every later write waits");
    const [exclusive] = await lintText("ALTER TABLE users ADD COLUMN a int;", ["SG089"], { circumstances });
    expect(exclusive?.message).toContain("every later query waits");
  });

  it("asks no batches of a write to the server's own catalog", async () => {
    expect(await lintText("UPDATE pg_index SET indisready = true WHERE indrelid > 0;", ["SG096"])).toEqual([]);
  });

  it.each([
    [{ rows: 200, bytes: 65_536 }, "note"],
    [{ rows: 500_000, bytes: 200_000_000 }, "warning"],
    [{ rows: 50_000_000, bytes: 20_000_000_000 }, "error"],
  ])("follows the size of the table: %o", async (size, severity) => {
    const statistics = new Map([["public.users", size]]);
    const text = "ALTER TABLE users ALTER COLUMN email SET NOT NULL";
    const findings = await lintText(text, ["SG010"], { statistics });
    expect(findings).toMatchObject([{ code: "SG010", severity }]);
    expect(findings[0]?.message).toContain(size.rows.toLocaleString("en-US"));
  });

  it.each([
    ["a new name", "ALTER TABLE users RENAME TO people; ALTER TABLE people ALTER COLUMN email SET NOT NULL"],
    ["another schema", "ALTER TABLE users SET SCHEMA app; ALTER TABLE app.users ALTER COLUMN email SET NOT NULL"],
    [
      "a swap of two names",
      "ALTER TABLE users RENAME TO old; ALTER TABLE large RENAME TO users; ALTER TABLE old ALTER COLUMN email SET NOT NULL",
    ],
  ])("follows the table to %s", async (_, text) => {
    const statistics = new Map([
      ["public.users", { rows: 200, bytes: 65_536 }],
      ["public.large", { rows: 50_000_000, bytes: 20_000_000_000 }],
    ]);
    const findings = await lintText(text, ["SG010"], { statistics });
    expect(findings).toMatchObject([{ code: "SG010", severity: "note" }]);
  });

  it.each([180_004, 190_000, 200_000, 310_002])("says of a server %i what it says of 17", async (serverVersion) => {
    const text =
      "alter table users add column a int not null; create index on users (a); alter table users alter b type int;";
    const on = async (version: number) =>
      (await lintText(text, [], { circumstances: { serverVersion: version } })).map(({ code }) => code);
    expect(await on(serverVersion)).toEqual(await on(170_000));
    expect(await on(serverVersion)).toContain("SG001");
  });

  it("accepts a stored release, whose statements carry no tree", async () => {
    const source = { file: "r.sql", line: 4, column: 1 };
    const statements = [{ index: 0, sql: "ALTER TABLE t ALTER COLUMN c SET NOT NULL", source }];
    const findings = await lintRelease({
      scripts: [{ file: "r.sql", transaction: "single", statements }],
      today: "2026-01-01",
    });
    expect(findings).toMatchObject([{ code: "SG010", source: { file: "r.sql", line: 4, column: 28 } }]);
  });
});

describe("files that are separate releases", () => {
  const circumstances = { together: false, separate: true, lockTimeoutSet: false, opaqueReported: false };
  const lint = (...scripts: LintScript[]) => lintRelease({ scripts, today: "2026-01-01", circumstances });
  const makes = "CREATE FUNCTION tidy() RETURNS void LANGUAGE sql AS 'LOCK TABLE users';";
  const calls = "ALTER TABLE users ADD COLUMN a int; SELECT tidy(); DELETE FROM comments WHERE id > 1;";

  it("hear what each of them hears alone, whatever functions the others make", async () => {
    const [one, other] = [lintScript(makes, "1.sql"), lintScript(calls, "2.sql")];
    const alone = [...(await lint(one)), ...(await lint(other))].sort(compareFindings);
    expect(alone.map(({ code }) => code)).toContain("SG095");
    expect(await lint(one, other)).toEqual(alone);
    expect(await lint(other, one)).toEqual(alone);
  });

  it("are read one after the other, so that the tree of one can go before the next is made", async () => {
    const order: string[] = [];
    const look: Rule = {
      ...longIdentifier,
      id: "OWN1",
      check: ({ source }) => {
        order.push(`judged ${source.file}`);
        return [];
      },
    };
    const scripts = (function* () {
      for (const file of ["1.sql", "2.sql"]) {
        order.push(`read ${file}`);
        yield lintScript("SELECT 1;", file);
      }
    })();
    await lintRelease({ scripts, today: "2026-01-01", circumstances, customRules: [look] });
    expect(order).toEqual(["read 1.sql", "judged 1.sql", "read 2.sql", "judged 2.sql"]);
  });
});

describe("what the statements before have made sure", () => {
  const change = "ALTER TABLE t ALTER COLUMN at TYPE timestamptz;";
  const table = "CREATE TABLE t (at timestamp);";
  const history = (text: string, transaction: "single" | "none" = "none") => ({
    scripts: [lintScript(table, "before.sql", { history: true }), lintScript(text, "a.sql", { transaction })],
  });

  it.each([
    "SET timezone = 'UTC';",
    "SET TIME ZONE 'UTC';",
    "SET TIME ZONE utc;",
    "SET TimeZone TO 'Etc/UTC';",
    'SET "TimeZone" = GMT;',
    "SET timezone = 'Zulu';",
    "SET TIME ZONE 0;",
    "SET TIME ZONE INTERVAL '00:00' HOUR TO MINUTE;",
    "SET SESSION timezone = 'utc';",
    "SELECT set_config('TimeZone', 'UTC', false);",
    "SELECT pg_catalog.set_config('timezone', 'utc', false);",
  ])("costs nothing from timestamp to timestamptz after %s", async (setting) => {
    expect(await lintText("", ["SG007"], history(`${setting} ${change}`))).toEqual([]);
  });

  it.each([
    "",
    "SET timezone = 'Europe/London';",
    "SET timezone = 'UTC'; RESET timezone;",
    "SET timezone = 'UTC'; SET TIME ZONE LOCAL;",
    "SET timezone = 'UTC'; RESET ALL;",
    "SET LOCAL timezone = 'UTC';",
    "SET TIME ZONE 1;",
    "SELECT set_config('TimeZone', 'UTC', true);",
  ])("may rewrite from timestamp to timestamptz after %s", async (setting) => {
    expect(await lintText("", ["SG007"], history(`${setting} ${change}`))).toHaveLength(1);
  });

  it.each([
    ["TRUNCATE t;", 0],
    ["TRUNCATE TABLE u, t CASCADE;", 0],
    ["DELETE FROM t;", 0],
    ["DELETE FROM t WHERE true;", 0],
    ["TRUNCATE t; INSERT INTO t VALUES (now());", 1],
    ["INSERT INTO t VALUES (now()); DELETE FROM t;", 0],
    ["TRUNCATE t; WITH x AS (INSERT INTO t VALUES (now()) RETURNING at) SELECT * FROM x;", 1],
    ["DELETE FROM t WHERE at IS NULL;", 1],
    ["DELETE FROM t USING u;", 1],
    ["DELETE FROM ONLY t;", 1],
    ["SELECT 1; SELECT 1; TRUNCATE t; DO $$ BEGIN INSERT INTO t VALUES (now()); END $$;", 1],
    ["DO $$ BEGIN DELETE FROM t; END $$;", 0],
    ["TRUNCATE u;", 1],
    ["DO $$ BEGIN IF false THEN DELETE FROM t; END IF; END $$;", 1],
  ])("knows a table as emptied after %s", async (before, findings) => {
    const text = `${before} ALTER TABLE t ADD COLUMN n int NOT NULL;`;
    expect(await lintText("", ["SG001"], history(text, "single"))).toHaveLength(findings);
  });

  it("does not count a table as emptied by another transaction", async () => {
    expect(await lintText("", ["SG001"], history("TRUNCATE t; ALTER TABLE t ADD COLUMN n int NOT NULL;"))).toHaveLength(
      1,
    );
  });

  it("keeps files apart that were named together and are no release", async () => {
    const scripts = [lintScript("CREATE TABLE w (a int);", "a.sql"), lintScript("CREATE TABLE w (a int);", "b.sql")];
    expect(await lintText("", ["SG112"], { scripts, circumstances: { separate: true } })).toEqual([]);
    expect(await lintText("", ["SG112"], { scripts })).toHaveLength(1);
  });
});
