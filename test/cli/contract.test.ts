import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { schemaGate } from "../support/captured-io.js";

const RUST = `#[deploy_schema_migration]
pub async fn add_quota(pool: &PgPool) -> Result<(), GateError> {
    validate_column_compatibility("users", "quota", ColumnType::Int)?;
    execute_migration_with_rollback(pool, "add_quota", ISOLATION_LEVEL::Serializable).await
}
`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "contract-"));
  mkdirSync(join(root, "migrations"));
  const write = (name: string, text: string) => writeFileSync(join(root, "migrations", name), text);
  write("20240101_base.up.sql", "CREATE TABLE app.users (id bigint PRIMARY KEY, quota int);\n");
  write(
    "20240115_add_quota.up.sql",
    "ALTER TABLE app.users ALTER COLUMN quota SET NOT NULL;\nCREATE INDEX i ON app.users (quota);\n",
  );
  write("20240115_add_quota.down.sql", "DROP INDEX app.i;\n");
  write("20240115_add_quota.rs", RUST);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("contract", () => {
  it("prints contract, SQL and coverage of the migrations after a version", async () => {
    const { code, stdout, stderr } = await schemaGate(root, ["contract", "migrations", "--since", "20240101"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "migrations  up-down, 1 migration
      Read as up-down: \`deploy_schema_migration\` in 20240115_add_quota.rs; names that say up or down in 20240101_base.up.sql and 2 files more.

      Contract: 1 column, 1 index, 0 foreign keys
        before  column app.users.quota integer  20240115_add_quota.rs:3
        after   column app.users.quota integer NOT NULL  20240115_add_quota.up.sql:1
        after   index i on app.users (quota)  20240115_add_quota.up.sql:2

      SQL

        20240115 add_quota  20240115_add_quota.rs, one transaction, serializable
          ALTER TABLE app.users ALTER COLUMN quota SET NOT NULL;
          CREATE INDEX i ON app.users (quota);

        -- back: 20240115_add_quota.down.sql
          DROP INDEX app.i;

      Coverage: 4 statements understood, 0 opaque, 0 ignored by request
      "
    `);
  });

  it("shows one migration when its file is named", async () => {
    const { stdout, stderr } = await schemaGate(root, ["contract", "migrations/20240115_add_quota.rs", "--json"]);
    expect(stderr).toBe("migrations/20240115_add_quota.rs: read after the 1 migration before it in the folder.\n");
    const shown = JSON.parse(stdout);
    expect(shown.counts).toEqual({ columns: 1, indexes: 1, foreignKeys: 0 });
    expect(shown.migrations).toHaveLength(1);
    expect(shown.migrations[0].up).toMatchObject({ language: "rust", isolation: "serializable" });
  });

  it("ends with 1 and prints the hash when a piece is opaque, and with 0 once the config accepts it", async () => {
    writeFileSync(join(root, "migrations/20240116_more.up.sql"), "DO $$ BEGIN EXECUTE current_user; END $$;\n");
    const refused = await schemaGate(root, ["contract", "migrations"]);
    expect(refused.code).toBe(1);
    const hash = /accept by ([0-9a-f]{64})/.exec(refused.stdout)?.[1];
    writeFileSync(
      join(root, "accepting.yaml"),
      `migrations: migrations\nregistry: { file: tenants.csv }\nstaging: { mode: same host }\naccept:\n  - { hash: ${hash}, reason: looked at, expires: "2999-01-01" }\n`,
    );
    const accepted = await schemaGate(root, ["contract", "migrations", "--config", "accepting.yaml"]);
    expect({ code: accepted.code, stderr: accepted.stderr }).toEqual({ code: 0, stderr: "" });
    expect(accepted.stdout).toContain("1 ignored by request");
  });

  it("shows what the application's code uses, from the folders that are named", async () => {
    mkdirSync(join(root, "app"));
    writeFileSync(
      join(root, "app/schema.rs"),
      "diesel::table! { users (id) { id -> Int8, quota -> Nullable<Int4>, } }\n",
    );
    const { stdout } = await schemaGate(root, ["contract", "migrations", "--application", "app"]);
    expect(stdout).toContain(
      "Application: 2 columns used\n  uses    column app.users.id bigint NOT NULL  ../app/schema.rs:1\n",
    );
    const json = await schemaGate(root, ["contract", "migrations", "--application", "app", "--json"]);
    expect(JSON.parse(json.stdout).contract.application).toHaveLength(2);
  });

  it("refuses a folder and a version that are not there", async () => {
    expect((await schemaGate(root, ["contract", "nowhere"])).code).toBe(2);
    expect((await schemaGate(root, ["contract", "migrations", "--since", "1"])).code).toBe(2);
  });
});
