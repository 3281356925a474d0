import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseName } from "../../../lib/cli/commands/demo/tenants.js";
import { TestFleet, until } from "../../support/fleet.js";
import { writeMigrator } from "../../support/migrator-program.js";

/** Lets whoever watches the locks of a clone begin to look twice, so that the first look is done; nobody watches a tenant. */
const UNTIL_SEEN = `
    for (let last = null, looks = 0; looks < 3; ) {
      await client.query("select pg_stat_clear_snapshot()");
      const { rows } = await client.query("select max(query_start)::text as at from pg_stat_activity where datname = current_database() and query like '%pg_locks%' and pid <> pg_backend_pid()");
      if (rows[0].at === null) break;
      if (rows[0].at !== last) looks++;
      last = rows[0].at;
    }`;

/** With a ledger of its own, as such programs have; fails in one tenant. */
const BODY = `
  console.log("migrating", process.env.DATABASE_URL);
  if ((await client.query("select to_regclass('app.done') as done")).rows[0].done === null) {
    await client.query("begin");
    await client.query("create table app.done (step int primary key, at timestamptz default now())");
    await client.query("alter table app.users add column quota_used integer not null default 0");
    await client.query("alter table app.users drop column quota_key");
    await client.query("create index users_created on app.users (created_at)");
    await client.query("update app.accounts set name = upper(name)");
    await client.query("delete from usage.events where units = 0");
    await client.query("insert into app.done values (1)");
    ${UNTIL_SEEN}
    if (client.database === process.env.UNLUCKY) throw new Error("out of luck");
    await client.query("commit");
  }`;

/** Everything of app and usage, and its rows. */
const CONTENT = `select json_build_object('columns', (select json_agg(c order by c) from (
    select table_name || '.' || column_name || ' ' || data_type as c from information_schema.columns
    where table_schema in ('app', 'usage')) x),
  'users', (select json_agg(to_jsonb(u) order by id) from app.users u), 'accounts', (select json_agg(to_jsonb(a) order by id) from app.accounts a),
  'events', (select md5(string_agg(e::text, ',' order by id)) from usage.events e))::text as content`;

describe("a team's own migrator", () => {
  let fleet: TestFleet;

  beforeAll(async () => {
    fleet = await TestFleet.create(3);
    mkdirSync(join(fleet.directory, "source"));
    writeFileSync(join(fleet.directory, "source", "migrator.sql"), "-- what the program was made from");
  });
  afterAll(() => fleet.destroy());

  const configure = (body: string, migrator: object = {}) => {
    writeMigrator(fleet.directory, body);
    fleet.writeConfig({
      migrations: "source",
      migrator: { command: ["./migrate.mjs"], timeout: "30s", ...migrator },
      rollout: { canary: 1, onFailure: "rollback all" },
    });
  };
  const contents = () =>
    Promise.all(
      fleet.tenants.map((id) =>
        fleet.inTenant(id, async (client) => String((await client.query(CONTENT)).rows[0].content)),
      ),
    );
  const clones = () =>
    fleet.inTenant(fleet.tenants[0] ?? "", async (client) => {
      const { rows } = await client.query("select datname from pg_database where datname like 'schema\\_gate\\_%'");
      return rows;
    });

  it("that fails, blocks the release with what it said, and without the password", async () => {
    configure('console.log("hello"); throw new Error("no luck with " + client.password);');
    const result = await fleet.run(["check", "--json"]);
    expect(result.code, result.stderr).toBe(1);
    const errors: { code: string; message: string }[] = JSON.parse(result.stdout).findings.errors;
    const failed = errors.find(({ code }) => code === "dry-run.migrator-failed");
    expect(failed?.message).toMatch(/the migrator \.\/migrate\.mjs ended with code 1/);
    const said = readdirSync(join(fleet.runFolder(), "migrator")).map((name) =>
      readFileSync(join(fleet.runFolder(), "migrator", name), "utf8"),
    );
    expect(said.join()).toMatch(/no luck with \*\*\*/);
    expect(everythingWritten(fleet.runFolder()) + result.stderr + result.stdout).not.toContain(fleet.server.password);
    expect(await clones()).toEqual([]);
  }, 60_000);

  it("is proved on a clone, run per tenant, and taken back where it ran when it fails in another", async () => {
    const last = fleet.tenants.at(-1) ?? "";
    configure(BODY, { version: "r7", environment: { UNLUCKY: databaseName(last) } });
    const before = await contents();
    const run = fleet.run(["run", "--json"]);
    await until(async () => (await fleet.run(["approve"])).code === 0, "the approval is accepted");
    const result = await run;
    expect(JSON.parse(result.stdout).outcome, result.stderr).toBe("rolled back");
    expect(await contents()).toEqual(before);
    const output = join(fleet.runFolder(), "migrator");
    expect(readFileSync(join(output, `${fleet.tenants[0]}.txt`), "utf8")).toMatch(
      /migrating postgres:\/\/postgres:\*\*\*@/,
    );
    expect(readFileSync(join(output, `${last}.txt`), "utf8")).toContain("out of luck");
    expect(everythingWritten(fleet.runFolder())).not.toContain(fleet.server.password);

    configure(BODY, { version: "r7" });
    const again = fleet.run(["run", "--json"]);
    await until(async () => (await fleet.run(["approve"])).code === 0, "the approval is accepted");
    const passed = await again;
    expect(passed.code, passed.stderr).toBe(0);
    expect(JSON.parse(passed.stdout).tenants).toEqual({ total: 3, migrated: 3 });
    const [statement] = JSON.parse(readFileSync(join(fleet.runFolder(), "evidence.json"), "utf8")).statements;
    expect(statement.sql).toBe("./migrate.mjs");
    expect(statement.locks).toContainEqual(
      expect.objectContaining({ table: "app.users", mode: "AccessExclusiveLock" }),
    );
    expect(statement.worst).toEqual({ tenant: expect.any(String), holdMs: expect.any(Number) });
    const rows = await fleet.inTenant(last, (client) =>
      client.query("select version from schema_gate.ledger order by 1"),
    );
    expect(rows.rows.map(({ version }) => version)).toContain("r7");
    expect(await clones()).toEqual([]);
    // Known to the ledger, so a further run has nothing to do.
    expect((await fleet.run(["check"])).code).toBe(0);
  }, 180_000);
});

function everythingWritten(folder: string): string {
  if (!existsSync(folder)) return "";
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}
