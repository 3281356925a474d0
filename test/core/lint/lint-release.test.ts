import { describe, expect, it } from "vitest";
import { lintRelease } from "../../../lib/core/lint/lint-release.js";
import { lintText } from "../../support/lint-text.js";

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

  it("counts a new name for an index as no lock on a table", async () => {
    const text = "BEGIN; ALTER TABLE users DROP COLUMN a; ALTER INDEX teams_name_idx RENAME TO teams_by_name; COMMIT;";
    expect(await lintText(text, ["SG092"])).toEqual([]);
    expect(await lintText(text.replace("INDEX teams_name_idx", "TABLE teams"), ["SG092"])).toHaveLength(1);
  });

  it("knows what LOCK TABLE already holds", async () => {
    const text =
      "BEGIN; LOCK TABLE users, teams; ALTER TABLE users DROP COLUMN a; ALTER TABLE teams DROP COLUMN b; COMMIT;";
    expect(await lintText(text, ["SG092"])).toEqual([]);
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
