import { describe, expect, it } from "vitest";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";

const UP = "create table a (id int);";
const DOWN = "drop table a;";

interface Case {
  readonly convention: string;
  readonly files: Record<string, string>;
  /** `version name transaction down` of each migration. */
  readonly migrations: readonly string[];
}

const CASES: readonly Case[] = [
  {
    convention: "plain",
    files: { "2_b.sql": UP, "10_c.sql": UP, "1_a.sql": UP },
    migrations: ["1 a single -", "2 b single -", "10 c single -"],
  },
  {
    convention: "up-down",
    files: { "20240101_a.up.sql": UP, "20240101_a.down.sql": DOWN },
    migrations: ["20240101 a single down"],
  },
  {
    convention: "sqlx",
    files: { "0001_first_table.sql": `-- no-transaction\n${UP}`, "0002_b.sql": UP },
    migrations: ["1 first_table none -", "2 b single -"],
  },
  {
    convention: "sqlx",
    files: { "../Cargo.toml": '[dependencies]\nsqlx = { version = "0.8" }', "1_a.up.sql": UP, "1_a.down.sql": DOWN },
    migrations: ["1 a single down"],
  },
  {
    convention: "golang-migrate",
    files: {
      "../go.mod": "require github.com/golang-migrate/migrate/v4 v4.17.0",
      "000001_a.up.sql": UP,
      "000001_a.down.sql": DOWN,
    },
    migrations: ["1 a single down"],
  },
  {
    convention: "diesel",
    files: {
      "2024-01-01-000000_create_a/up.sql": UP,
      "2024-01-01-000000_create_a/down.sql": DOWN,
      "2024-02-01-000000-0000_b/up.sql": UP,
      "2024-02-01-000000-0000_b/metadata.toml": "run_in_transaction = false",
    },
    migrations: ["20240101000000 create_a single down", "202402010000000000 b none -"],
  },
  {
    convention: "refinery",
    files: { "V1__a.sql": UP, "U2__late.sql": UP },
    migrations: ["1 a single -", "2 late single -"],
  },
  {
    convention: "flyway",
    files: {
      "V1.10__b.sql": UP,
      "V1.9__a.sql": UP,
      "U1.10__b.sql": DOWN,
      "V1.9__a.sql.conf": "executeInTransaction=false",
    },
    migrations: ["1.9 a none -", "1.10 b single down"],
  },
  {
    convention: "dbmate",
    files: { "20240101_a.sql": `-- migrate:up transaction:false\n${UP}\n-- migrate:down\n${DOWN}` },
    migrations: ["20240101 a none down"],
  },
  {
    convention: "goose",
    files: {
      "00001_a.sql": `-- +goose Up\n-- +goose StatementBegin\n${UP}\n-- +goose StatementEnd\n-- +goose Down\n${DOWN}`,
    },
    migrations: ["1 a single down"],
  },
  {
    convention: "prisma",
    files: { "20240101000000_init/migration.sql": UP, "migration_lock.toml": 'provider = "postgresql"' },
    migrations: ["20240101000000_init init single -"],
  },
  {
    convention: "drizzle",
    files: {
      "0000_a.sql": `${UP}\n--> statement-breakpoint\n${UP}`,
      "meta/_journal.json": JSON.stringify({ entries: [{ idx: 0, when: 1700000000000, tag: "0000_a" }] }),
    },
    migrations: ["1700000000000 a single -"],
  },
  {
    convention: "node-pg-migrate",
    files: { "1700000000000_a.sql": `-- Up Migration\n${UP}\n-- Down Migration\n${DOWN}` },
    migrations: ["1700000000000_a a single down"],
  },
];

describe("conventions", () => {
  it.each(CASES)("recognises $convention by its files: $migrations", async ({ convention, files, migrations }) => {
    const release = await readRelease(filesOf(files));
    expect(release.convention).toBe(convention);
    expect(release.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(
      release.migrations.map(
        ({ version, name, up, down }) => `${version} ${name} ${up.transaction} ${down ? "down" : "-"}`,
      ),
    ).toEqual(migrations);
    for (const { up } of release.migrations) expect(up.statements[0]?.sql).toBe(UP.slice(0, -1));
  });

  it("can be told the convention", async () => {
    const files = filesOf({ "V1__a.sql": UP });
    expect((await readRelease(files)).convention).toBe("flyway");
    expect((await readRelease(files, { convention: "refinery" })).convention).toBe("refinery");
  });

  it("names the conventions that the same files could belong to", async () => {
    const release = await readRelease(filesOf({ "1_a.up.sql": UP }));
    expect(release.alternatives).toEqual(["sqlx", "golang-migrate"]);
  });

  it("gives the place of a statement in the whole file, whatever section it stands in", async () => {
    const release = await readRelease(filesOf({ "1_a.sql": `-- migrate:up\n${UP}\n-- migrate:down\n  ${DOWN}` }));
    expect(release.migrations[0]?.down?.statements[0]?.source).toMatchObject({ line: 4, column: 3 });
  });

  it("leaves out the transaction that a script opens and commits itself, and keeps its isolation level", async () => {
    const text = `BEGIN ISOLATION LEVEL SERIALIZABLE;\n${UP}\nCOMMIT;`;
    const [migration] = (await readRelease(filesOf({ "1_a.up.sql": text }))).migrations;
    expect(migration?.up.isolation).toBe("serializable");
    expect(migration?.up.statements.map(({ sql }) => sql)).toEqual([UP.slice(0, -1)]);
  });

  it("blocks what a framework puts into the text only when it runs", async () => {
    const flyway = await readRelease(filesOf({ "V1__a.sql": ["select '$", "{who}';"].join("") }));
    expect(flyway.findings.map(({ code }) => code)).toContain("release.not-supported");
    const goose = await readRelease(filesOf({ "1_a.sql": "-- +goose ENVSUB ON\n-- +goose Up\nselect 1;" }));
    expect(goose.findings.map(({ code }) => code)).toContain("release.substitution");
  });
});
