import { describe, expect, it } from "vitest";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";

/** Codes with their places, of everything the reading has to say. */
async function found(texts: Record<string, string | Uint8Array>, options = {}) {
  const { findings } = await readRelease(filesOf(texts), options);
  return findings.map(({ code, severity, unknown, source }) => ({
    code,
    severity,
    unknown: unknown === true,
    at: source ? `${source.file}:${source.line}` : null,
  }));
}

const GOOD = { "1_a.up.sql": "create table a (id int);" };

describe("bad input", () => {
  it("has nothing to say about a good folder", async () => {
    expect(await found({ ...GOOD, "2_b.up.sql": "alter table a add column b int;" })).toEqual([]);
  });

  it("names the line where a file stops being UTF-8, and reads no statement of it", async () => {
    const latin1 = Buffer.from("select 1;\n-- caf\xe9\nselect 2;\n", "latin1");
    expect(await found({ ...GOOD, "2_b.up.sql": latin1 })).toContainEqual({
      code: "release.encoding",
      severity: "error",
      unknown: true,
      at: "2_b.up.sql:2",
    });
  });

  it("takes UTF-16 for what it is not", async () => {
    const utf16 = Buffer.from("select 1;", "utf16le");
    const all = await found({ ...GOOD, "2_b.up.sql": utf16 });
    expect(all.map(({ code }) => code)).toContain("release.encoding");
  });

  it("leaves a byte order mark out and says so", async () => {
    const release = await readRelease(filesOf({ "1_a.up.sql": "\uFEFFcreate table a (id int);" }));
    expect(release.findings.map(({ code }) => code)).toEqual(["release.byte-order-mark"]);
    expect(release.migrations[0]?.up.statements.map(({ sql }) => sql)).toEqual(["create table a (id int)"]);
  });

  it("notes Windows line ends with their first line", async () => {
    expect(await found({ "1_a.up.sql": "create table a (id int);\r\nselect 1;\r\n" })).toEqual([
      { code: "release.carriage-returns", severity: "note", unknown: false, at: "1_a.up.sql:1" },
    ]);
  });

  it("warns of an empty file", async () => {
    expect(await found({ ...GOOD, "2_b.up.sql": "  \n" })).toEqual([
      { code: "release.file-empty", severity: "warning", unknown: false, at: "2_b.up.sql:1" },
    ]);
  });

  it("refuses two migrations of one version", async () => {
    expect(await found({ ...GOOD, "1_b.up.sql": "select 1;" })).toEqual([
      { code: "release.version-twice", severity: "error", unknown: true, at: "1_b.up.sql:1" },
    ]);
  });

  it("sees a number that was left out", async () => {
    expect(await found({ ...GOOD, "3_c.up.sql": "select 1;" })).toEqual([
      { code: "release.gap", severity: "warning", unknown: false, at: "3_c.up.sql:1" },
    ]);
  });

  it("says what the parser refuses of another database's SQL, and keeps the statements around it", async () => {
    const release = await readRelease(
      filesOf({ "1_a.up.sql": "create table a (id int);\ncreate table `b` (id int) engine=InnoDB;\nselect 1;" }),
    );
    expect(release.coverage.understood).toBe(2);
    expect(release.coverage.pieces.map(({ status, source }) => `${status} ${source.line}`)).toEqual(["opaque 2"]);
    expect(release.findings.map(({ code, unknown }) => `${code} ${unknown}`)).toEqual(["release.opaque true"]);
  });

  it("does not take Rust that does not parse", async () => {
    const rust = "impl MigrationTrait for Migration {\n  async fn up(&self, m: &SchemaManager) { m.create_table( }\n}";
    const all = await found({ "m1_a.rs": rust });
    expect(all.some(({ code, at }) => code === "release.opaque" && at?.startsWith("m1_a.rs:"))).toBe(true);
  });

  it("blocks an empty folder and a convention that there is not", async () => {
    expect((await found({})).map(({ code }) => code)).toEqual(["release.no-migrations"]);
    expect((await found(GOOD, { convention: "none-such" })).map(({ code }) => code)).toEqual([
      "release.convention-unknown",
    ]);
  });

  it("accepts a piece by its hash until the acceptance expires", async () => {
    const files = filesOf({ "1_a.up.sql": "do $$ begin execute 'drop ' || current_user; end $$;" });
    const [piece] = (await readRelease(files)).coverage.pieces;
    const list = [{ hash: piece?.hash ?? "", reason: "checked by hand", expires: 1000 }];
    const accepted = await readRelease(files, { acceptances: { list, now: 999 } });
    expect(accepted.coverage.pieces[0]?.status).toBe("ignored");
    expect(accepted.findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual(["release.ignored note"]);
    const expired = await readRelease(files, { acceptances: { list, now: 1000 } });
    expect(expired.findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      "release.acceptance-expired error",
    ]);
  });
});

/** A file by each convention whose statements are `sql`. */
const BY_CONVENTION: readonly (readonly [string, (sql: string) => Record<string, string>])[] = [
  ["plain", (sql) => ({ "1_a.sql": sql })],
  ["golang-migrate", (sql) => ({ "1_a.up.sql": sql })],
  ["goose", (sql) => ({ "1_a.sql": `-- +goose Up\n${sql}\n` })],
  ["dbmate", (sql) => ({ "1_a.sql": `-- migrate:up\n${sql}\n-- migrate:down\n` })],
  ["sqlx", (sql) => ({ "1_a.sql": sql })],
  ["flyway", (sql) => ({ "V1__a.sql": sql })],
  ["refinery", (sql) => ({ "V1__a.sql": sql })],
  ["prisma", (sql) => ({ "1_a/migration.sql": sql })],
  ["diesel", (sql) => ({ "1_a/up.sql": sql, "1_a/down.sql": "" })],
  ["node-pg-migrate", (sql) => ({ "1_a.sql": `-- Up Migration\n${sql}\n` })],
];

describe.each(BY_CONVENTION)("psql's way to another database, by %s", (convention, files) => {
  it.each([
    ["create table a (id int);\n\\connect other\ndrop table a;", "\\connect other"],
    ["\\c other\ndrop table a;", "\\c other"],
    ["create table a (id int); \\c - - other\n", "\\c - - other"],
    ['create table a (id int);\n  \\connect "dbname=other"\ndrop table a;', "\\connect"],
  ])("is unknown, with its line: %j", async (sql, command) => {
    const texts = files(sql);
    const [file = "", text = ""] = Object.entries(texts)[0] ?? [];
    const line = text.slice(0, text.indexOf(command)).split("\n").length;
    expect(await found(texts, { convention })).toContainEqual({
      code: "release.opaque",
      severity: "error",
      unknown: true,
      at: `${file}:${line}`,
    });
  });

  it("is nothing in a string or a comment", async () => {
    const all = await found(files("select 'a \\connect other'; -- \\connect other\nselect 1;"), { convention });
    expect(all.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});
