import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestFleet } from "../../support/fleet.js";
import { writeRelease } from "../../support/fleet-release.js";

/** Migrations that are never executed, each with the code and the words of its refusal. */
const REFUSED: readonly (readonly [string, string, string, RegExp])[] = [
  [
    "drop_database",
    "CREATE TABLE x1 (i int); DROP DATABASE victim;",
    "dry-run.beyond-database",
    /DROP DATABASE victim/,
  ],
  ["commit", "CREATE TABLE x2 (i int); COMMIT; CREATE TABLE y2 (i int);", "dry-run.transaction-control", /COMMIT/],
  ["sleep", "SELECT pg_sleep(300);", "dry-run.sleep", /waits on purpose/],
  ["hidden_sleep", "DO $$ BEGIN PERFORM pg_sleep(300); END $$;", "dry-run.sleep", /waits on purpose/],
  ["system", "ALTER SYSTEM SET work_mem = '77MB';", "dry-run.beyond-database", /ALTER SYSTEM/],
  ["role", "CREATE ROLE intruder SUPERUSER;", "dry-run.beyond-database", /CREATE ROLE/],
];

describe("bad input", () => {
  let fleet: TestFleet;
  let folder: string;

  beforeAll(async () => {
    fleet = await TestFleet.create(2);
    folder = mkdtempSync(join(tmpdir(), "schema-gate-bad-"));
    await inServer("create database victim");
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await fleet.destroy();
  });

  const inServer = (sql: string) =>
    fleet.inTenant(fleet.tenants[0] ?? "", async (client) => (await client.query(sql)).rows);
  const untouched = async () => {
    expect(await inServer("select 1 from pg_database where datname = 'victim'")).toHaveLength(1);
    expect(await inServer("select 1 from pg_roles where rolname = 'intruder'")).toEqual([]);
    expect(await inServer("select 1 from pg_file_settings where name = 'work_mem'")).toEqual([]);
    expect(await inServer("select datname from pg_database where datname like 'schema\\_gate\\_%'")).toEqual([]);
  };
  const errorsOf = async (files: Readonly<Record<string, string>>, config: object = {}) => {
    fleet.writeConfig({ migrations: writeRelease(fleet, files), ...config });
    const { code, stdout, stderr } = await fleet.run(["check", "--json"]);
    expect(code, stderr).toBe(1);
    const errors: { code: string; message: string }[] = JSON.parse(stdout).findings.errors;
    return errors;
  };

  it("is refused by check, and nothing of it is executed on the server", async () => {
    const files = REFUSED.map(([name, sql], at) => [`2024020${at + 1}_${name}.up.sql`, sql]);
    const errors = await errorsOf(Object.fromEntries(files));
    for (const [, , code, words] of REFUSED)
      expect(errors.filter((each) => each.code === code && words.test(each.message))).not.toEqual([]);
    await untouched();
  }, 60_000);

  it("is refused by prove, migration by migration, and the others are proved", async () => {
    for (const [at, [name, sql]] of REFUSED.entries()) writeFileSync(join(folder, `${at + 1}_${name}.up.sql`), sql);
    writeFileSync(join(folder, "8_after.up.sql"), "ALTER TABLE x1 ADD n int; ALTER TABLE y2 ADD n int;");
    const { code, stdout } = await fleet.run(["prove", folder, "--url", fleet.server.url("postgres"), "--json"]);
    expect(code).toBe(1);
    const { migrations } = JSON.parse(stdout) as {
      migrations: { id: string; up: string; rollback: string; reasons: string[] }[];
    };
    for (const [at, [name, , , words]] of REFUSED.entries())
      expect(migrations[at]).toMatchObject({
        id: `${at + 1}_${name}`,
        up: "refused",
        reasons: [expect.stringMatching(words)],
      });
    expect(migrations.at(-1)).toMatchObject({ id: "8_after", up: "ok", rollback: "exact" });
    await untouched();
  }, 60_000);

  it("that never ends is stopped by check within its time", async () => {
    const files = { "20240201_endless.up.sql": "DO $$ BEGIN LOOP END LOOP; END $$;" };
    const errors = await errorsOf(files, { timeouts: { dryRun: "2s" } });
    expect(errors.map(({ code }) => code)).toContain("dry-run.too-slow");
    await untouched();
  }, 60_000);

  it("that fills the disk of a clone is stopped by check", async () => {
    const fill = `DO $$ BEGIN IF EXISTS (SELECT FROM app.users) THEN
      LOOP INSERT INTO app.filled SELECT repeat('x', 900) FROM generate_series(1, 1000); END LOOP; END IF; END $$;`;
    const files = { "20240201_fill.up.sql": `CREATE TABLE app.filled (x text); ${fill}` };
    const errors = await errorsOf(files, { dryRun: { growthLimit: "20MB" } });
    expect(errors.map(({ code }) => code)).toContain("dry-run.disk-full");
    await untouched();
  }, 60_000);
});
