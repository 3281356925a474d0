import { describe, expect, it } from "vitest";
import { readRelease } from "../../../../lib/core/release/read-release.js";
import { filesOf } from "../../../support/release-files.js";

const UP = "create table a (id int);";

async function reading(texts: Record<string, string>, convention: string) {
  const release = await readRelease(filesOf(texts), { convention });
  return {
    versions: release.migrations.map(({ version }) => version),
    downs: release.migrations.map(({ down }) => down?.file ?? null),
    transactions: release.migrations.map(({ up }) => up.transaction),
    blocking: release.findings.filter(({ severity }) => severity === "error").map(({ code }) => code),
    warnings: release.findings.filter(({ severity }) => severity === "warning").map(({ code }) => code),
  };
}

describe("goose", () => {
  const file = (text: string) => reading({ "1_a.sql": text }, "goose");

  it.each([
    ["a last statement without a semicolon", "-- +goose Up\ncreate table a (id int)\n"],
    ["a statement before Down without one", "-- +goose Up\ncreate table a (id int)\n-- +goose Down\ndrop table a;\n"],
    [
      "a body without StatementBegin",
      "-- +goose Up\ncreate function f() returns int language sql as $$\nselect 1;\nselect 2;\n$$;\n",
    ],
    ["a DO block without StatementBegin", "-- +goose Up\ndo $$\nbegin\n  perform 1;\nend $$;\n"],
    ["a text in quotes over lines", "-- +goose Up\ninsert into a values ('x;\ny');\n"],
    ["an indented mark", "-- +goose Up\nselect 1;\n  -- +goose Down\ndrop table a;\n"],
    ["an annotation that is not known", "-- +goose Up\n-- +goose SomethingElse\nselect 1;\n"],
    ["a statement before Up", "select 1;\n-- +goose Up\nselect 1;\n"],
    ["no Up", "-- a\n"],
    ["StatementBegin without an end", "-- +goose Up\n-- +goose StatementBegin\nselect 1;\n"],
    [
      "nothing between StatementBegin and its end",
      "-- +goose Up\n-- +goose StatementBegin\n-- +goose StatementEnd\nselect 1;\n",
    ],
    [
      "a line behind an empty block and a comment",
      "-- +goose Up\n-- +goose StatementBegin\n\n-- +goose StatementEnd\n\n-- next\nselect 1;\n",
    ],
    [
      "a line behind an empty block and NO TRANSACTION",
      "-- +goose Up\n-- +goose StatementBegin\n-- +goose StatementEnd\n-- +goose NO TRANSACTION\nselect 1;\n",
    ],
    ["Up twice", "-- +goose Up\nselect 1;\n-- +goose Up\nselect 1;\n"],
  ])("blocks %s", async (_form, text) => {
    expect((await file(text)).blocking).toContain("release.framework-refuses");
  });

  it.each([
    [
      "a body between StatementBegin and StatementEnd",
      "-- +goose Up\n-- +goose StatementBegin\ndo $$\nbegin\n  perform 1;\nend $$;\n-- +goose StatementEnd\n",
    ],
    [
      "an empty block at the end of Up",
      "-- +goose Up\nselect 1;\n-- +goose StatementBegin\n-- +goose StatementEnd\n-- +goose Down\nselect 2;\n",
    ],
    [
      "a Down with an empty block alone",
      "-- +goose Up\nselect 1;\n-- +goose Down\n-- +goose StatementBegin\n-- nothing\n-- +goose StatementEnd\n\n",
    ],
    [
      "an empty block before another",
      "-- +goose Up\n-- +goose StatementBegin\n-- +goose StatementEnd\n-- +goose StatementBegin\nselect 1;\n-- +goose StatementEnd\n",
    ],
    [
      "a line of spaces behind an empty block",
      "-- +goose Up\n-- +goose StatementBegin\n-- +goose StatementEnd\n  \nselect 1;\n",
    ],
    ["a comment after the semicolon", "-- +goose Up\nselect 1; -- done\n"],
    ["two statements on a line", "-- +goose Up\nselect 1; select 2;\n"],
    [
      "a body without a semicolon at the end of a line",
      "-- +goose Up\ncreate function f() returns int language sql as $$ select 1 $$;\n",
    ],
  ])("takes %s", async (_form, text) => {
    expect((await file(text)).blocking).toEqual([]);
  });

  it("leaves out a way back that goose would refuse, with a warning", async () => {
    expect(await file("-- +goose Up\nselect 1;\n-- +goose Down\ndrop table a\n")).toMatchObject({
      downs: [null],
      blocking: [],
      warnings: ["release.down-unusable"],
    });
  });
});

describe("flyway", () => {
  /** As `ResourceNameParser` of flyway-core 13.12.0 answered for each name. */
  it.each([
    ["V1__a.sql", "1"],
    ["V1.sql", "1"],
    ["V1__.sql", "1"],
    ["V1_2__a_b.sql", "1.2"],
    ["V001__x.sql", "001"],
    ["V1__a.SQL", "1"],
    ["V1.2___x.sql", "1.2"],
    ["V1__a b.sql", "1"],
    ["V1__a.up.sql", "1"],
  ])("reads %s as %s", async (name, version) => {
    expect(await reading({ [name]: UP }, "flyway")).toMatchObject({ versions: [version], blocking: [] });
  });

  it.each([["v2__a.sql"], ["V__a.sql"], ["V2_a.sql"], ["V2-2__x.sql"], ["V2a__x.sql"], ["VX__a.sql"]])(
    "does not run %s, and says so",
    async (name) => {
      const read = await reading({ "V1__a.sql": UP, [name]: UP }, "flyway");
      expect(read.versions).toEqual(["1"]);
      expect([...read.blocking, ...read.warnings].length).toBeGreaterThan(0);
    },
  );

  it.each([
    ["beforeEachMigrate__x.sql"],
    ["afterMigrateApplied__x.sql"],
    ["afterMigrate.sql"],
    ["beforeConnect.sql"],
    ["afterEachMigrateStatement__a.sql"],
    ["createSchema.sql"],
    ["beforeRepeatables__x.sql"],
  ])("blocks the callback %s", async (name) => {
    expect((await reading({ "V1__a.sql": UP, [name]: "delete from a;" }, "flyway")).blocking).toEqual([
      "release.file-unread",
    ]);
  });

  /** As `MigrationVersion` of flyway-core 13.12.0 compares. */
  it.each([
    ["1", "001"],
    ["2", "2.0"],
    ["1.0.0", "1"],
    ["1_2", "1.2"],
    ["01.02", "1.2"],
    ["20240101000000", "020240101000000"],
  ])("takes %s and %s for one version", async (one, other) => {
    const read = await reading({ [`V${one}__a.sql`]: UP, [`V${other}__b.sql`]: UP }, "flyway");
    expect(read.blocking).toEqual(["release.version-twice"]);
    expect((await reading({ [`V${one}__a.sql`]: UP, [`U${other}__a.sql`]: "drop table a;" }, "flyway")).downs).toEqual([
      `U${other}__a.sql`,
    ]);
  });

  it("orders by value, part for part", async () => {
    const names = [
      "V1.10__a.sql",
      "V1.9__a.sql",
      "V1__a.sql",
      "V20240101000000000002__a.sql",
      "V20240101000000000001__b.sql",
    ];
    expect((await reading(Object.fromEntries(names.map((name) => [name, UP])), "flyway")).versions).toEqual([
      ...["1", "1.9", "1.10"],
      ...["20240101000000000001", "20240101000000000002"],
    ]);
  });

  /** As `PostgreSQLParser` of flyway-database-postgresql 13.12.0 answered. */
  it.each([
    ["create index concurrently i on a (id)", "none"],
    ["drop index concurrently i", "none"],
    ["vacuum a", "none"],
    ["reindex schema public", "none"],
    ["reindex index concurrently i", "single"],
    ["create index concurrently i on a (id); select 1", "single"],
  ])("runs `%s` as Flyway does", async (sql, transaction) => {
    expect((await reading({ "V1__a.sql": `${sql};` }, "flyway")).transactions).toEqual([transaction]);
  });
});

describe("golang-migrate and prisma send a file as one query, and ours runs a statement outside a transaction where it must", () => {
  it.each([
    ["up-down", "1_a.up.sql"],
    ["plain", "1_a.sql"],
    ["golang-migrate", "1_a.up.sql"],
    ["prisma", "20240101_a/migration.sql"],
  ])("%s: a single statement runs by itself", async (convention, path) => {
    const mode = async (sql: string) => (await reading({ [path]: sql }, convention)).transactions;
    expect(await mode("create index concurrently i on a (id);")).toEqual(["none"]);
    expect(await mode("vacuum a")).toEqual(["none"]);
    expect(await mode("create index concurrently i on a (id); select 1;")).toEqual(["single"]);
    expect(await mode("create table a (id int);")).toEqual(["single"]);
  });

  it("golang-migrate leaves out what is not named for it", async () => {
    const read = await reading(
      { "1_a.up.sql": UP, "2_b.sql": UP, "x.up.sql": UP, "1_a.down.sql": "drop table a;" },
      "golang-migrate",
    );
    expect(read).toMatchObject({ versions: ["1"], downs: ["1_a.down.sql"] });
    expect([...read.blocking, ...read.warnings].length).toBeGreaterThan(0);
  });
});

describe("node-pg-migrate", () => {
  it("orders by the number in front, where 17 digits are a date", async () => {
    const names = ["10_b.sql", "9_a.sql", "20240101000000000_d.sql", "1700000000000_c.sql"];
    expect((await reading(Object.fromEntries(names.map((name) => [name, UP])), "node-pg-migrate")).versions).toEqual([
      ...["9_a", "10_b", "1700000000000_c", "20240101000000000_d"],
    ]);
  });

  it("sees the marks that its own reader takes", async () => {
    const text = `-- Up Migrations\n${UP}\n-- Down Migrations\ndrop table a;`;
    const release = await readRelease(filesOf({ "1_a.sql": text }));
    expect(release.convention).toBe("node-pg-migrate");
    expect(release.migrations[0]?.up.statements.map(({ sql }) => sql)).toEqual(["create table a (id int)"]);
  });

  it("blocks files in pairs beside marked ones, and pairs them where all are pairs", async () => {
    const marked = `-- Up Migration\n${UP}\n`;
    const mixed = await reading({ "1_a.sql": marked, "1_a.down.sql": "drop table a;" }, "node-pg-migrate");
    expect(mixed).toMatchObject({ versions: ["1_a"], blocking: ["release.not-supported"] });
    const pairs = await reading({ "1_a.up.sql": UP, "1_a.down.sql": "drop table a;" }, "node-pg-migrate");
    expect(pairs).toMatchObject({ versions: ["1_a"], downs: ["1_a.down.sql"], blocking: [] });
  });

  it("blocks the programs that it would run", async () => {
    const read = await reading({ "1_a.sql": `-- Up Migration\n${UP}`, "2_b.js": "" }, "node-pg-migrate");
    expect(read.blocking).toEqual(["release.file-unread"]);
  });
});
