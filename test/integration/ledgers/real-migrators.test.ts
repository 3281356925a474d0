import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readReleaseFolder } from "../../../lib/adapters/local/release-folder.js";
import { ledgerFor } from "../../../lib/core/release/ledgers/ledgers.js";
import { pendingMigrations } from "../../../lib/core/release/pending.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { onServer, type TestDatabase, temporaryDatabase } from "../../support/postgres.js";

/**
 * The frameworks' own migrators, when `SCHEMA_GATE_MIGRATORS` names a folder that holds them: `node_modules` with
 * node-pg-migrate, drizzle-orm, pg and dbmate; `bin` with goose and migrate; `flyway/jars` with flyway-core,
 * its part for PostgreSQL and the driver.
 */
const MIGRATORS = process.env.SCHEMA_GATE_MIGRATORS;
if (MIGRATORS === undefined)
  console.warn("the frameworks' own migrators are not run: SCHEMA_GATE_MIGRATORS names no folder with them");

interface Migrator {
  readonly convention: string;
  /** What must be there for it to run, relative to the folder. */
  readonly program: string;
  /** Files of migration `at`, which runs `sql`. */
  files(at: number, sql: string): Readonly<Record<string, string>>;
  /** Program, arguments and environment that bring a database up to date. */
  up(folder: string, url: string): readonly [string, readonly string[], Readonly<Record<string, string>>?];
}

const at = (path: string) => join(MIGRATORS ?? "", path);
const stamp = (number: number) => `2024010100000${number}`;
const plain = (url: string) => `${url}?sslmode=disable`;
const DRIZZLE = `import { drizzle } from "drizzle-orm/node-postgres"; import { migrate } from "drizzle-orm/node-postgres/migrator"; import pg from "pg";
const client = new pg.Client({ connectionString: process.env.URL }); await client.connect();
await migrate(drizzle(client), { migrationsFolder: process.env.FOLDER }); await client.end();`;

const FLYWAY = `public class Migrate { public static void main(String[] a) {
  org.flywaydb.core.Flyway.configure().dataSource(a[0], a[1], "x").locations("filesystem:" + a[2]).load().migrate(); } }`;

const MIGRATORS_KNOWN: readonly Migrator[] = [
  {
    convention: "node-pg-migrate",
    program: "node_modules/.bin/node-pg-migrate",
    files: (number, sql) => ({
      [`170000000000${number}_m${number}.sql`]: `-- Up Migration\n${sql}\n-- Down Migration\n`,
    }),
    up: (folder, url) => [at("node_modules/.bin/node-pg-migrate"), ["up", "-m", folder], { DATABASE_URL: url }],
  },
  {
    convention: "dbmate",
    program: "node_modules/.bin/dbmate",
    files: (number, sql) => ({ [`${stamp(number)}_m${number}.sql`]: `-- migrate:up\n${sql}\n\n-- migrate:down\n` }),
    up: (folder, url) => [
      at("node_modules/.bin/dbmate"),
      ["--url", plain(url), "--no-dump-schema", "-d", folder, "migrate"],
    ],
  },
  {
    convention: "drizzle",
    program: "node_modules/drizzle-orm/package.json",
    files: (number, sql) => ({
      [`000${number}_m${number}.sql`]: sql,
      "meta/_journal.json": JSON.stringify({
        version: "7",
        dialect: "postgresql",
        entries: Array.from({ length: number }, (_, index) => index + 1).map((idx) => ({
          idx,
          version: "7",
          when: 1_700_000_000_000 + idx,
          tag: `000${idx}_m${idx}`,
          breakpoints: true,
        })),
      }),
    }),
    up: (folder, url) => [process.execPath, [at("migrate-drizzle.mjs")], { URL: url, FOLDER: folder }],
  },
  {
    convention: "goose",
    program: "bin/goose",
    files: (number, sql) => ({ [`${stamp(number)}_m${number}.sql`]: `-- +goose Up\n${sql}\n-- +goose Down\n` }),
    up: (folder, url) => [at("bin/goose"), ["-dir", folder, "postgres", plain(url), "up"]],
  },
  {
    convention: "golang-migrate",
    program: "bin/migrate",
    files: (number, sql) => ({
      [`${number}_m${number}.up.sql`]: sql,
      "../go.mod": "require github.com/golang-migrate/migrate/v4 v4",
    }),
    up: (folder, url) => [at("bin/migrate"), ["-path", folder, "-database", plain(url), "up"]],
  },
  {
    convention: "flyway",
    program: "flyway/jars",
    files: (number, sql) => ({ [`V${number}__m_${number}.sql`]: sql }),
    up: (folder, url) => {
      const { host, pathname, username } = new URL(url);
      const classes = ["-cp", at("flyway/jars/*"), at("Migrate.java")];
      return ["java", [...classes, `jdbc:postgresql://${host}${pathname}`, username, folder]];
    },
  },
];

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

describe.runIf(MIGRATORS).each(MIGRATORS_KNOWN)("$convention's own migrator", (migrator) => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), "migrator-")), "migrations");
    add(1);
    add(2);
    writeFileSync(at("migrate-drizzle.mjs"), DRIZZLE);
    writeFileSync(at("Migrate.java"), FLYWAY);
  });
  afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

  function add(number: number): void {
    const files = migrator.files(number, `create table t${number} (id int);`);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }

  /** The servers of the tests keep passwords with one SCRAM iteration, which Go's driver refuses. */
  async function withOwnRole(database: TestDatabase, use: (url: string) => Promise<Ran>): Promise<Ran> {
    const role = `migrator_${database.name}`.slice(0, 60);
    await onServer("18", `set scram_iterations = 4096; create role ${role} login superuser password 'x'`);
    try {
      return await use(Object.assign(new URL(database.url), { username: role, password: "x" }).href);
    } finally {
      await database.client.query(`reassign owned by ${role} to current_user; drop role ${role}`);
    }
  }

  const run = (database: TestDatabase) => withOwnRole(database, runOn);

  async function runOn(url: string): Promise<Ran> {
    const [program, args, environment] = migrator.up(folder, url);
    const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
  }

  const release = async () => readRelease(await readReleaseFolder(folder), { convention: migrator.convention });
  const format = ledgerFor(migrator.convention);

  async function pending({ client }: TestDatabase) {
    const { rows } = await client.query(format.read);
    const found = pendingMigrations(await release(), rows.map(format.entry), format);
    return { versions: found.pending.map(({ version }) => version), findings: found.findings };
  }

  async function ledgerSize({ client }: TestDatabase): Promise<number> {
    return (await client.query(format.read)).rows.length;
  }

  it.runIf(existsSync(at(migrator.program)))(
    "finds nothing to do after ours, and then goes on with the next",
    async () => {
      const database = await temporaryDatabase("18");
      for (const sql of format.create) await database.client.query(sql);
      for (const migration of (await release()).migrations) {
        for (const { sql } of migration.up.statements) await database.client.query(sql);
        for (const sql of format.record(migration, 5)) await database.client.query(sql);
      }
      const size = await ledgerSize(database);
      const again = await run(database);
      expect(again.code, again.output).toBe(0);
      expect(await ledgerSize(database)).toBe(size);
      add(3);
      const next = await run(database);
      expect(next.code, next.output).toBe(0);
      expect((await database.client.query("select to_regclass('t3') is not null as there")).rows).toEqual([
        { there: true },
      ]);
      expect(await pending(database)).toEqual({ versions: [], findings: [] });
    },
    120_000,
  );

  it.runIf(existsSync(at(migrator.program)))(
    "leaves a ledger that is read as it means it",
    async () => {
      const database = await temporaryDatabase("18");
      const first = await run(database);
      expect(first.code, first.output).toBe(0);
      expect(await pending(database)).toEqual({ versions: [], findings: [] });
      add(3);
      expect((await pending(database)).versions).toEqual([(await release()).migrations[2]?.version]);
    },
    120_000,
  );
});

it.runIf(MIGRATORS)("says which migrators are not there", () => {
  const absent = MIGRATORS_KNOWN.filter(({ program }) => !existsSync(at(program))).map(({ convention }) => convention);
  if (absent.length > 0) console.warn(`not run, for they are not in ${MIGRATORS}: ${absent.join(", ")}`);
  expect(existsSync(at(""))).toBe(true);
});
