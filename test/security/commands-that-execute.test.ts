import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../review/harness.js";
import { schemaGate } from "../support/captured-io.js";
import { MAJORS } from "../support/majors.js";
import { onServer, temporaryDatabase } from "../support/postgres.js";

const TABLES = "create table t (id int primary key, a int);";
const LEDGER = "create table schema_migrations (version bigint primary key, dirty boolean not null);";

interface Folder {
  readonly url: string;
  readonly migrations: Readonly<Record<string, string>>;
  readonly connection?: object;
  /** A tenant that the registry lists and no server has. */
  readonly further?: string;
}

function folderWith({ url, migrations, connection = {}, further }: Folder): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "m"));
  for (const [name, sql] of Object.entries(migrations)) writeFileSync(join(folder, "m", `${name}.up.sql`), sql);
  const rows = [`t0,${url}`, ...(further === undefined ? [] : [`t1,${further}`])];
  writeFileSync(join(folder, "tenants.csv"), ["id,url", ...rows, ""].join("\n"));
  const config = {
    migrations: "m",
    convention: "golang-migrate",
    registry: { file: "tenants.csv" },
    staging: { mode: "same host" },
    connection,
    application: [],
  };
  writeFileSync(join(folder, "schema-gate.yaml"), JSON.stringify(config));
  return folder;
}

describe.each(MAJORS)("commands besides run that execute in a tenant, on %s", (major) => {
  it("repair fires no trigger of somebody who may less than the login", async () => {
    await onServer(major, "do $$ begin create role mallory; exception when duplicate_object then null; end $$");
    const file = join(temporaryFolder(), "outside");
    const { url, client } = await temporaryDatabase(
      major,
      `${TABLES}${LEDGER} insert into t values (1, 1), (2, 1); insert into schema_migrations values (1, false);
       create function f() returns trigger language plpgsql as $$ begin execute 'copy (select 1) to program ''touch ${file}'''; return old; end $$;
       alter function f() owner to mallory; create trigger r before delete on t for each row execute function f()`,
    );
    const folder = folderWith({
      url,
      migrations: { "000001_init": TABLES, "000002_next": "alter table t add unique (a);" },
    });
    expect((await schemaGate(folder, ["check"])).code).toBe(1);
    const repaired = await schemaGate(folder, ["repair", "--tenant", "t0", "--yes"]);
    expect(existsSync(file)).toBe(false);
    expect(repaired.code, repaired.stderr).toBe(3);
    expect(repaired.stderr).toMatch(/Nothing was changed in t0: .*f \(by mallory\) would run with rights that reach/);
    expect((await client.query("select count(*)::int as rows from t")).rows).toEqual([{ rows: 2 }]);
  }, 60_000);

  it("provision executes no history as a superuser that may do more than its statements say", async () => {
    const { url, name } = await temporaryDatabase(
      major,
      `${TABLES}${LEDGER} insert into schema_migrations values (1, false)`,
    );
    const further = url.replace(name, `${name}_further`);
    // The ledger of golang-migrate has no checksums: what is applied elsewhere can be written again.
    const again = `${TABLES} do $$ begin perform 1; end $$;`;
    const folder = folderWith({ url, further, migrations: { "000001_init": again } });
    const made = await schemaGate(folder, ["provision", "t1"]);
    expect(made.code, made.stdout).toBe(1);
    expect(made.stderr).toContain("migration 1 may do more than its statements say, and would run as a superuser");
    expect((await onServer(major, `select from pg_database where datname = '${name}_further'`)).rowCount).toBe(0);

    const connection = { superuser: "a server of the tests alone" };
    const said = folderWith({
      url,
      further,
      connection,
      migrations: { "000001_init": again },
    });
    const allowed = await schemaGate(said, ["provision", "t1"]);
    await onServer(major, `drop database if exists "${name}_further" with (force)`);
    expect(allowed.code, allowed.stderr).toBe(0);
  }, 60_000);
});
