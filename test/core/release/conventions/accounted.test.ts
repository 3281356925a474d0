import { describe, expect, it } from "vitest";
import { readRelease } from "../../../../lib/core/release/read-release.js";
import { filesOf } from "../../../support/release-files.js";

const UP = "create table a (id int);";
const DOWN = "drop table a;";

/** What would run, in order, and the codes of what blocks. */
async function reading(texts: Record<string, string>, convention?: string) {
  const release = await readRelease(filesOf(texts), convention === undefined ? {} : { convention });
  return {
    convention: release.convention,
    ups: release.migrations.map(({ up }) => up.file),
    downs: release.migrations.map(({ down }) => down?.file ?? null),
    blocking: [...new Set(release.findings.filter(({ severity }) => severity === "error").map(({ code }) => code))],
  };
}

describe("a file that takes something back never runs as a way up", () => {
  const PAIRS: readonly (readonly [string, string])[] = [
    ["V0001.Name.up.sql", "V0001.Name.down.sql"],
    ["init.up.sql", "init.down.sql"],
    ["1.up.sql", "1.down.sql"],
    ["v1.2.0.up.sql", "v1.2.0.down.sql"],
    ["20240101T000000.init.up.sql", "20240101T000000.init.down.sql"],
    ["001.do.init.sql", "001.undo.init.sql"],
    ["001_init/migrate.sql", "001_init/rollback.sql"],
    ["001_init.sql", "001_init.down.sql"],
    ["001_init.sql", "001_init.rollback.sql"],
    ["001_init.sql", "001_init_down.sql"],
    ["001_init_up.sql", "001_init_down.sql"],
    ["001-init-up.sql", "001-init-revert.sql"],
    ["001_initUp.sql", "001_initDown.sql"],
    ["up/001_init.sql", "down/001_init.sql"],
    ["001_init.sql", "rollback/001_init.sql"],
    ["deploy/init.sql", "revert/init.sql"],
    ["V001_init.sql", "U001_init.sql"],
    ["001_init.sql", "rollback_001_init.sql"],
    ["2024-01-01_init/up.sql", "2024-01-01_init/undo.sql"],
    ["init.sql", "init-undo.sql"],
    ["20240101_120000_init.up.sql", "20240101_120000_init.down.sql"],
    ["001.sql", "001_down.sql"],
  ];
  it.each(PAIRS)("%s and %s are one migration", async (up, down) => {
    const read = await reading({ [up]: UP, [down]: DOWN });
    expect(read).toMatchObject({ ups: [up], downs: [down], blocking: [] });
  });

  it.each([
    ["init.down.sql"],
    ["rollback.sql"],
    ["undo_init.sql"],
    ["init-rollback.sql"],
    ["U001_init.sql"],
    ["002.undo.init.sql"],
    ["down/002_init.sql"],
    ["old/revert.sql"],
    ["002_second.migration"],
  ])("%s without its way up blocks", async (down) => {
    const read = await reading({ "001_first.sql": UP, [down]: DOWN });
    expect(read.ups.filter((file) => file === down && !file.startsWith("U"))).toEqual([]);
    expect(read.blocking).not.toEqual([]);
  });

  it.each([["0042_scale_down.sql"], ["0042_revert_quota.sql"], ["0042_sign_up.sql"], ["0042_undo_log.sql"]])(
    "%s is a migration with such a title",
    async (file) => {
      expect(await reading({ "0041_first.sql": UP, [file]: UP })).toMatchObject({
        ups: ["0041_first.sql", file],
        blocking: [],
      });
    },
  );

  it("does not take one migration for the way back of another of the same number", async () => {
    const read = await reading({ "001_other.sql": UP, "001_scale_down.sql": UP });
    expect(read.blocking).toEqual(["release.version-twice"]);
  });
});

describe("what a folder holds besides migrations", () => {
  it.each([
    ["seeds/dev.sql", "seed data"],
    ["beforeMigrate.sql", "a callback"],
    ["verify.sql", "a check"],
    ["fixtures.sql", "seed data"],
  ])("%s blocks until the config says what it is", async (path) => {
    const texts = { "1_a.sql": UP, [path]: "select 1;" };
    expect(await reading(texts)).toMatchObject({ ups: ["1_a.sql"], blocking: ["release.file-unread"] });
    const release = await readRelease(filesOf(texts), { notMigrations: [{ files: path, reason: "by hand" }] });
    expect(release.findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      "release.not-a-migration note",
    ]);
  });

  it("blocks what another convention would run", async () => {
    const texts = { "V1__a.sql": UP, "2_b.up.sql": UP, "V3__c.sql": UP };
    expect((await reading(texts)).blocking).toEqual(["release.convention-ambiguous"]);
    expect((await reading(texts, "flyway")).blocking).toEqual(["release.file-unread"]);
  });

  it("blocks a migration in another language", async () => {
    const texts = { "1_a.sql": `-- +goose Up\n${UP}`, "2_b.go": "package migrations" };
    expect((await reading(texts)).blocking).toEqual(["release.file-unread"]);
  });

  it("says when a line of the config takes out nothing", async () => {
    const release = await readRelease(filesOf({ "1_a.sql": UP }), { notMigrations: [{ files: "x/**", reason: "r" }] });
    expect(release.findings.map(({ code }) => code)).toEqual(["release.not-a-migration-unused"]);
  });

  it("takes out folders by a pattern", async () => {
    const texts = { "1_a.sql": UP, "seeds/a/b.sql": UP, "seeds/c.sql": UP };
    const release = await readRelease(filesOf(texts), { notMigrations: [{ files: "seeds/**", reason: "r" }] });
    expect(release.migrations.map(({ up }) => up.file)).toEqual(["1_a.sql"]);
    expect(release.findings.every(({ severity }) => severity === "note")).toBe(true);
  });
});

describe("which convention it is", () => {
  const CRATE = {
    "src/lib.rs":
      "pub struct Migrator; impl MigratorTrait for Migrator { fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![Box::new(m1_a::Migration)] } } mod m1_a;",
    "src/m1_a.rs":
      'pub struct Migration; impl MigrationTrait for Migration { async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> { m.get_connection().execute_unprepared(include_str!("initial/up.sql")).await?; Ok(()) } }',
  };

  it.each([["src/initial/up.sql"], ["src/migration.sql"], ["src/initial/migration.sql"], ["src/1_a.up.sql"]])(
    "a SeaORM crate stays one beside %s",
    async (path) => {
      expect((await reading({ ...CRATE, [path]: UP })).convention).toBe("sea-orm");
    },
  );

  it("asks where two are as likely, and names both", async () => {
    const release = await readRelease(
      filesOf({ "1_a.sql": `-- +goose Up\n${UP}`, "2_b.sql": `-- migrate:up\n${UP}\n-- migrate:down\n` }),
    );
    const ambiguous = release.findings.find(({ code }) => code === "release.convention-ambiguous");
    expect(ambiguous).toMatchObject({ severity: "error", unknown: true });
    expect(ambiguous?.message).toMatch(/dbmate.*goose|goose.*dbmate/);
  });

  it("takes Flyway's names with ways up and down for what Flyway could not run", async () => {
    const texts = { "V1__a.up.sql": UP, "V1__a.down.sql": DOWN };
    expect(await reading(texts)).toMatchObject({ convention: "up-down", ups: ["V1__a.up.sql"], blocking: [] });
    expect((await reading(texts, "flyway")).blocking).toEqual(["release.version-twice"]);
  });

  it("says what it chose and why not the second best", async () => {
    const release = await readRelease(
      filesOf({ "../Cargo.toml": "[dependencies]\nsqlx = '0.8'", "1_a.up.sql": UP, "1_a.down.sql": DOWN }),
    );
    expect(release.detection).toEqual([
      "Read as sqlx: sqlx in ../Cargo.toml; `<integer>_<description>.sql` in 1_a.up.sql and one file more.",
      "Not as up-down, for which speaks: names that say up or down in 1_a.up.sql and one file more.",
    ]);
  });

  it("refuses drizzle-kit's newer folders and Prisma Next's by name", async () => {
    const drizzle = await reading({ "20240101_a/migration.sql": UP, "20240101_a/snapshot.json": "{}" });
    expect(drizzle).toMatchObject({ convention: "drizzle", ups: [] });
    expect(drizzle.blocking).toContain("release.not-supported");
    const next = await reading({ "20240101_a/ops.json": "[]", "20240101_a/migration.json": "{}" });
    expect(next).toMatchObject({ convention: "prisma", ups: [] });
    expect(next.blocking).toContain("release.not-supported");
  });

  it("does not look into folders where the framework does not", async () => {
    const texts = { "1_a.sql": `-- no-transaction\n${UP}`, "old/2_b.sql": DOWN };
    expect(await reading(texts)).toMatchObject({ convention: "sqlx", ups: ["1_a.sql"], blocking: [] });
    const both = { "x/1_a.sql": `-- no-transaction\n${UP}`, "y/2_b.sql": UP };
    expect((await reading(both)).blocking).toContain("release.folders-several");
  });
});

describe("a part of a file that takes it back never runs with the way up", () => {
  it.each([
    "-- +migrate Down",
    "-- +micrate Down",
    "-- rambler down",
    "---- create above / drop below ----",
    "--//@UNDO",
    "-- //@UNDO",
    "-- DOWN",
    "-- !Downs",
    "-- --- !Downs",
    "-- ==== DOWN ====",
    "-- @down",
    "-- [rollback]",
    "-- Rollback:",
    "-- Down Migration",
    "-- undo script",
    "-- roll back",
    "/* DOWN */",
    "-- +goose Down",
    "-- migrate:down",
    "  --down",
    "-- Revert section --",
  ])("below %s", async (mark) => {
    const text = `create table a (id int);\n\n${mark}\ndrop table a;\n`;
    for (const [name, convention] of [
      ["001_a.sql", "plain"],
      ["V1__a.sql", "flyway"],
      ["1_a.sql", "sqlx"],
    ] as const)
      expect([name, (await reading({ [name]: text }, convention)).blocking]).toEqual([name, ["release.way-back-runs"]]);
  });

  it.each([
    [
      "the framework's own mark",
      { "1_a.sql": "-- +goose Up\ncreate table a (id int);\n-- +goose Down\ndrop table a;\n" },
    ],
    ["the same of dbmate", { "1_a.sql": "-- migrate:up\ncreate table a (id int);\n-- migrate:down\ndrop table a;\n" }],
    ["a mark with only comments behind it", { "1_a.sql": "create table a (id int);\n-- Down\n-- drop table a;\n" }],
    [
      "a comment that says more",
      { "1_a.sql": "create table a (id int);\n-- rollback is done by hand here\ndrop table b;\n" },
    ],
    ["a comment behind code", { "1_a.sql": "create table a (id int); -- down\ncreate table b (id int);\n" }],
    ["a mark within a statement", { "1_a.sql": "create table a (\n-- down\nid int);\ncreate table b (id int);\n" }],
    ["a mark within a literal", { "1_a.sql": "select '\n-- down\n'; create table b (id int);\n" }],
    ["a mark of the way up", { "1_a.sql": "-- UP\ncreate table a (id int);\n" }],
    ["a column of the name", { "1_a.sql": "create table a (id int);\n-- downloads\ncreate table b (id int);\n" }],
  ])("but not for %s", async (_, files) => {
    expect((await reading(files)).blocking).toEqual([]);
  });
});

describe("a migration named like a way back", () => {
  const FIRST = "create table a (id int, v int not null); create index i on a (v);";
  /** Its name in each convention. */
  const NAMED: readonly (readonly [string, (version: number, title: string) => Record<"path" | "frame", string>])[] = [
    ["plain", (version, title) => ({ path: `00${version}_${title}.sql`, frame: "%" })],
    ["flyway", (version, title) => ({ path: `V${version}__${title}.sql`, frame: "%" })],
    ["sqlx", (version, title) => ({ path: `${version}_${title}.sql`, frame: "%" })],
    ["golang-migrate", (version, title) => ({ path: `${version}_${title}.up.sql`, frame: "%" })],
    ["diesel", (version, title) => ({ path: `2024-01-0${version}_${title}/up.sql`, frame: "%" })],
    ["prisma", (version, title) => ({ path: `2024010${version}_${title}/migration.sql`, frame: "%" })],
    ["goose", (version, title) => ({ path: `${version}_${title}.sql`, frame: "-- +goose Up\n%" })],
    ["dbmate", (version, title) => ({ path: `${version}_${title}.sql`, frame: "-- migrate:up\n%\n-- migrate:down\n" })],
    ["node-pg-migrate", (version, title) => ({ path: `${version}_${title}.sql`, frame: "-- Up Migration\n%" })],
    ["refinery", (version, title) => ({ path: `V${version}__${title}.sql`, frame: "%" })],
  ];
  const folder = (convention: string, scripts: readonly (readonly [string, string])[]) => {
    const [, name] = NAMED.find(([id]) => id === convention) ?? [];
    const files = scripts.flatMap(([title, sql], at) => {
      const { path, frame } = name?.(at + 1, title) ?? { path: "", frame: "" };
      return [[path, frame.replace("%", () => sql)] as const];
    });
    return Object.fromEntries(files);
  };
  const blocking = async (convention: string, title: string, sql: string, first = FIRST) =>
    (
      await reading(
        folder(convention, [
          ["first", first],
          [title, sql],
        ]),
        convention,
      )
    ).blocking;

  it.each(NAMED.map(([id]) => id))("blocks in %s where it takes something back", async (convention) => {
    for (const title of ["x_down", "undo_first", "x_rollback", "xRevert", "revertFirst"])
      expect([title, await blocking(convention, title, "drop table a;")]).toEqual([title, ["release.way-back-runs"]]);
  });

  it.each([
    ["x_down_2", "alter table a drop column v;"],
    ["rollback-of-first", "delete from a;"],
    ["UndoFirst", "truncate a;"],
    ["x_rückwärts", "drop index i;"],
    ["x_ru\u0308ckwa\u0308rts", "drop index i;"],
    ["rueckgaengig_x", "drop table a;"],
    ["downgrade_x", "drop table a;"],
    ["x_roll_back", "drop table a;"],
    ["x_down_script", "drop table a;"],
    ["x_teardown", "drop schema s cascade;"],
    ["down", "drop table a;"],
    ["rollback", "update a set v = 1;"],
    ["x_down", "do $$ begin drop table a; end $$;"],
    ["x_down", "alter table a alter column v type int;", "alter table a alter column v type bigint;"],
    ["x_down", "alter table b rename to a;", "alter table a rename to b;"],
    ["x_down", "alter table a rename w to v;", "alter table a rename v to w;"],
    ["x_down", "alter table a add column v int;", "alter table a drop column v;"],
    ["x_down", "alter table a alter v set not null;", "alter table a alter v drop not null;"],
    ["first_down", "alter table a alter column v set default 1;"],
    ["revert_first", "update a set v = 0;"],
    [
      "first-rollback",
      "create or replace function f() returns int language sql as 'select 1';",
      "create function f() returns int language sql as 'select 2';",
    ],
    ["drop_v_down", "alter table a add column v int;", "alter table a drop column v;"],
  ])("blocks %s with `%s`", async (title, sql, first = FIRST) => {
    expect(await blocking("flyway", title, sql, first)).toEqual(["release.way-back-runs"]);
  });

  it("takes `revert_users` for what takes `create_users` back", async () => {
    const texts = folder("prisma", [
      ["create_users", FIRST],
      ["revert_users", "drop table a;"],
    ]);
    expect((await reading(texts, "prisma")).blocking).toEqual(["release.way-back-runs"]);
  });

  it.each(["revert_pending_columns", "undo-the-change", "RollbackOfSomething", "back_out_v2_index"])(
    "warns of %s, which nothing else in the folder is named after",
    async (title) => {
      const texts = folder("prisma", [
        ["first", FIRST],
        [title, "alter table a drop column v;"],
      ]);
      expect((await readRelease(filesOf(texts), { convention: "prisma" })).findings).toMatchObject([
        { code: "release.way-back-runs", severity: "warning", message: expect.stringContaining("named like a down") },
      ]);
    },
  );

  it.each([
    ["drop_down_menu", "drop table a;"],
    ["add_rollback_reason", "alter table a drop column v; alter table a add column rollback_reason text;"],
    ["countdown", "drop table a;"],
    ["markdown", "alter table a drop column v;"],
    ["breakdown", "delete from a;"],
    ["undo_log", "create table undo_log (id int);"],
    ["undo_log", "drop table if exists undo_log; create table undo_log (id int); delete from undo_log;"],
    ["scale_down", "alter table a add column scale int;"],
    ["slow_down", "create index concurrently slow on a (v);"],
    ["remove_drop_down", "alter table a drop column v;"],
    ["drop_rollback", "drop table a;"],
    ["reverse_lookup", "create index reverse on a (v);"],
    ["add_undo", "alter table a add column undo text; update a set undo = '';"],
    ["downloads_need_no_id", "alter table a drop column id;"],
    ["write_down", "create temp table t (id int); drop table t;"],
    [
      "revert_procedure",
      "drop function if exists revert_block(int); create function revert_block(int) returns int language sql as 'select 1';",
    ],
    ["undo_first", "create table undo_first (id int);"],
    ["x_backup", "delete from a;"],
    ["sign_up", "drop table a;"],
  ])("does not block %s with `%s`", async (title, sql) => {
    expect(await blocking("flyway", title, sql)).toEqual([]);
  });

  it("passes once the config says that it is meant to run", async () => {
    const texts = folder("flyway", [
      ["first", FIRST],
      ["revert_first", "drop table a;"],
    ]);
    const [path = ""] = Object.keys(texts).filter((each) => each.includes("revert"));
    const settings = { convention: "flyway", forwardMigrations: [{ files: "V2__revert*", reason: "it never worked" }] };
    const release = await readRelease(filesOf(texts), settings);
    expect(release.findings).toMatchObject([
      { code: "release.runs-forward", severity: "note", subject: { name: path } },
    ]);
    const marked = { "V1__a.sql": "create table a (id int);\n-- DOWN\ndrop table a;" };
    const said = { convention: "flyway", forwardMigrations: [{ files: "V1__a.sql", reason: "a table for the test" }] };
    expect((await readRelease(filesOf(marked), said)).findings.map(({ code }) => code)).toEqual([
      "release.runs-forward",
    ]);
  });

  it("says how, and which statement takes something back", async () => {
    const texts = folder("flyway", [
      ["first", FIRST],
      ["x_down", "select 1;\ndrop table a;"],
    ]);
    const { findings } = await readRelease(filesOf(texts), { convention: "flyway" });
    expect(findings).toMatchObject([
      {
        unknown: true,
        message:
          "V2__x_down.sql is named like a down migration, takes something back in line 2, and flyway would run it as a migration.",
        source: { file: "V2__x_down.sql", line: 2 },
      },
    ]);
    expect(findings[0]?.remedy?.text).toContain('`forwardMigrations: [{files: "V2__x_down.sql", reason: …}]`');
  });

  it("says when an entry names no migration", async () => {
    const release = await readRelease(filesOf({ "1_a.sql": UP }), { forwardMigrations: [{ files: "x", reason: "r" }] });
    expect(release.findings.map(({ code }) => code)).toEqual(["release.forward-migration-unused"]);
  });
});

describe("files of tools that are not read here", () => {
  it.each<[string, Record<string, string>, string]>([
    ["Liquibase's SQL", { "1.sql": `--liquibase formatted sql\n--changeset a:1 dbms:mysql\n${DOWN}` }, "not-supported"],
    ["the same with blanks", { "1.sql": `-- liquibase formatted sql\n\n-- changeset a:1\n${UP}` }, "not-supported"],
    ["Liquibase's XML", { "changelog.xml": "<databaseChangeLog/>", "1.sql": UP }, "not-supported"],
    ["Liquibase's YAML", { "db.changelog.yaml": "databaseChangeLog:\n", "1.sql": UP }, "not-supported"],
    ["Liquibase's JSON", { "all.json": '{"databaseChangeLog": []}', "1.sql": UP }, "not-supported"],
    ["a plan of sqitch", { "sqitch.plan": "b\na\n", "deploy/a.sql": UP, "deploy/b.sql": "select 1" }, "not-supported"],
    ["Atlas's checkpoint", { "1.sql": UP, "2.sql": `-- atlas:checkpoint\n\n${UP}` }, "not-supported"],
    ["Atlas's archive", { "1.sql": `-- atlas:txtar\n\n-- down.sql --\n${DOWN}` }, "not-supported"],
    ["Atlas's delimiter", { "1.sql": `-- atlas:delimiter \\n\\n\n${UP}` }, "not-supported"],
    ["yoyo's order", { "a.sql": `-- depends: b\n${UP}`, "b.sql": "select 1;" }, "not-supported"],
    ["a program of Alembic", { "versions/abc_a.py": "def upgrade(): pass", "1_a.sql": UP }, "file-unread"],
    ["a program of Doctrine", { "Version20240101.php": "<?php", "1_a.sql": UP }, "file-unread"],
    ["numbered seeds", { "1_a.sql": UP, "seeds/2_x.sql": "insert into a values (1);" }, "file-unread"],
    ["numbered test data", { "1_a.sql": UP, "testdata/2_x.sql": "insert into a values (1);" }, "file-unread"],
    [
      "Prisma for another database",
      { "1_a/migration.sql": UP, "migration_lock.toml": 'provider = "mysql"\n' },
      "framework-refuses",
    ],
    [
      "settings of diesel that are not understood",
      { "1_a/up.sql": UP, "1_a/down.sql": DOWN, "1_a/metadata.toml": "run_in_transaction = no\n" },
      "framework-refuses",
    ],
  ])("%s blocks", async (_name, texts, code) => {
    expect((await reading(texts)).blocking).toContain(`release.${code}`);
  });

  it.each<[string, Record<string, string>]>([
    ["Atlas's checksums", { "atlas.sum": "h1:x=\n", "1.sql": UP }],
    ["Atlas's transaction mode", { "1.sql": "-- atlas:txmode none\n\ncreate index concurrently i on a (id);" }],
    ["yoyo's order as the names have it", { "a.sql": UP, "b.sql": "-- depends: a\nselect 1;" }],
    ["yoyo's empty line", { "a.sql": `-- depends:\n${UP}` }],
    ["numbered data next to migrations", { "1_a.sql": UP, "2_seed.sql": "insert into a values (1);" }],
    [
      "diesel's settings",
      { "1_a/up.sql": UP, "1_a/down.sql": DOWN, "1_a/metadata.toml": "run_in_transaction = false\n" },
    ],
  ])("%s does not", async (_name, texts) => {
    expect((await reading(texts)).blocking).toEqual([]);
  });
});
