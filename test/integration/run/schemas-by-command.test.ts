import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { stateOnly } from "../../support/captured-io.js";
import { MAJORS, type Major } from "../../support/majors.js";
import { serverUrl } from "../../support/postgres.js";
import { SchemaFleet, SHARED_PART } from "../../support/schema-fleet.js";
import { asPerson } from "../../support/two-people.js";

const PROGRAM = fileURLToPath(new URL("../../../dist/bin/schema-gate.js", import.meta.url));

let fleet: SchemaFleet | null = null;
afterEach(async () => {
  await fleet?.destroy();
  fleet = null;
});

async function fleetOf(major: Major, count: number): Promise<SchemaFleet> {
  fleet = await SchemaFleet.create(major, count);
  return fleet;
}

/** Refers to what is shared by name and by search_path, and writes the tenant's own rows alone. */
const RELEASE = `ALTER TABLE users ADD COLUMN note text;
UPDATE users SET email = p.name || ' ' || email FROM plans p WHERE p.id = users.plan;
CREATE TABLE orders (id bigint PRIMARY KEY, usr bigint REFERENCES users, plan int REFERENCES public.plans);
`;

/** What changes what is shared, by its text, its search_path, a function, or not at all by its text; some besides the tenant's own. */
const SHARED_WRITES = [
  "update plans set name = upper(name)",
  "alter table public.plans add column if not exists price int",
  "insert into public.audit values ('x')",
  "alter table users add column note text; insert into audit select email from users",
  "create table if not exists public.settings (id int primary key)",
  "alter table users add column note text; create extension if not exists pg_trgm",
  "do $$ declare p text := 'public'; begin perform set_config('search_path', p, false); execute 'update plans set name = name'; end $$",
  "do $$ begin update public.plans set name = name; end $$",
  "with moved as (delete from public.audit returning line) insert into users (email) select line from moved",
  "create index if not exists plans_name on plans (name)",
  "comment on table public.plans is 'mine'",
  "create trigger t after insert on public.audit for each row execute function suppress_redundant_updates_trigger()",
];

/** Errors that a run's answer names, by their codes. */
function errorsIn(text: string): readonly string[] {
  const { findings } = JSON.parse(text) as { findings: { errors: { code: string }[] } };
  return findings.errors.map(({ code }) => code);
}

describe.each(MAJORS)("schemas of one database by command line, PostgreSQL %s", (major) => {
  it("knows how large the table of each tenant is that a release rewrites", async () => {
    const fleet = await fleetOf(major, 3);
    fleet.config({ probes: { freeSpace: { "*": "1TB" } } });
    fleet.release(
      "20240201_token.sql",
      "ALTER TABLE users ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();\n",
    );
    const { code, stdout, stderr } = await fleet.command(["check", "--json"]);
    expect(code, stdout + stderr).toBe(0);
    // A size that is not known counts as the worst, 1.
    expect((JSON.parse(stdout) as { score: number }).score).toBeLessThan(0.5);
  });

  it("30 of them, one made different: init, check, run, approve, rollback", async () => {
    const fleet = await fleetOf(major, 30);
    rmSync(join(fleet.directory, "schema-gate.yaml"));
    rmSync(join(fleet.directory, SHARED_PART), { recursive: true });
    expect((await fleet.command(["init", "--yes"])).code).toBe(0);
    const path = join(fleet.directory, "schema-gate.yaml");
    const written = readFileSync(path, "utf8").replace("login-of-an-approver", userInfo().username);
    writeFileSync(path, `${written}\nconnection:\n  superuser: a server of the tests alone\n`);
    fleet.release("20240201_notes.sql", RELEASE);

    await fleet.query("alter table tenant_17.users add column nickname text");
    const differs = await fleet.command(["inspect"]);
    expect(differs.code, differs.stdout + differs.stderr).toBe(1);
    expect(differs.stdout).toContain("nickname");
    const found = await fleet.command(["check", "--json"]);
    expect(found.code).toBe(1);
    expect(errorsIn(found.stdout)).toEqual(["drift.not-healed"]);
    expect(JSON.parse(found.stdout).divergences).toEqual([
      { tenants: ["tenant_17"], differences: ["column users.nickname: not declared"] },
    ]);
    const allowed = { tenant: "tenant_17", object: "users.nickname", reason: "theirs", expires: "2999-01-01" };
    writeFileSync(path, `${readFileSync(path, "utf8")}drift:\n  allow: ${JSON.stringify([allowed])}\n`);
    const passes = await fleet.command(["check", "--json"]);
    expect(passes.code, passes.stdout).toBe(0);

    const before = await fleet.inEach("select md5(string_agg(u::text, ',' order by id)) from $schema.users u");
    const shared = await fleet.query("select md5(string_agg(p::text, ',' order by id)) as sum from plans p");
    expect((await fleet.command(["run", "--no-wait"])).code).toBe(4);
    expect((await fleet.command(["approve"])).code).toBe(0);
    const resumed = await fleet.command(["resume", "--json"]);
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout).tenants).toEqual({ total: 30, migrated: 30 });
    expect(new Set(await fleet.inEach("select count(*) from $schema.schema_gate_ledger"))).toEqual(new Set(["2"]));

    await fleet.query(fleet.schemas.map((schema) => `update ${schema}.users set note = 'since'`).join(";"));
    const back = await fleet.command(["rollback", "--yes"]);
    expect(back.code, back.stdout + back.stderr).toBe(0);
    expect(await fleet.inEach("select md5(string_agg(u::text, ',' order by id)) from $schema.users u")).toEqual(before);
    expect(await fleet.query("select md5(string_agg(p::text, ',' order by id)) as sum from plans p")).toEqual(shared);
    const kept = (await fleet.command(["kept", "list"])).stdout;
    expect(kept).toContain(" tenant_29.");
    expect(kept).not.toContain("$tenant");
  }, 240_000);

  it.each(SHARED_WRITES)(
    "refuses what would write a shared schema once per tenant, and says where it belongs: %s",
    async (sql) => {
      const fleet = await fleetOf(major, 2);
      fleet.release("20240201_shared.sql", sql);
      const before = await fleet.query("select (select array_agg(p) from plans p)::text, (select count(*) from audit)");
      const run = await fleet.command(["run", "--no-wait", "--json"]);
      expect(run.code, run.stdout).toBe(1);
      const errors = errorsIn(run.stdout);
      expect(errors.filter((code) => !/^(isolation|contract|release|SG)/.test(code))).toEqual([]);
      expect(errors.filter((code) => code.startsWith("isolation."))).not.toEqual([]);
      expect(run.stdout).toMatch(/a release of its own|once for the database|Leave it out/);
      expect(
        await fleet.query("select (select array_agg(p) from plans p)::text, (select count(*) from audit)"),
      ).toEqual(before);
    },
    60_000,
  );

  it("asks its own probes along the shared schemas right up to the first statement", async () => {
    const fleet = await fleetOf(major, 2);
    await fleet.query(
      "create schema ext; create function ext.is_mail(text) returns bool immutable language sql as $$ select $1 <> '' $$",
    );
    fleet.config({ registry: { file: "tenants.csv", shared: ["public", "ext"] } });
    fleet.release("20240201_mail.sql", "ALTER TABLE users ADD CONSTRAINT mail CHECK (is_mail(email));");
    const run = await fleet.command(["run", "--no-wait"]);
    expect(run.code, run.stdout + run.stderr).toBe(4);
    expect((await fleet.command(["approve"])).code).toBe(0);
    const resumed = await fleet.command(["resume", "--json"]);
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout).tenants).toEqual({ total: 2, migrated: 2 });
  }, 120_000);

  it("changes what is shared by a release of its own: once, kept, taken back, and only its own schema", async () => {
    const fleet = await fleetOf(major, 2);
    fleet.release(
      "20240201_price.sql",
      "ALTER TABLE public.plans ADD COLUMN price int; UPDATE plans SET price = 3; INSERT INTO audit VALUES ('priced'); DELETE FROM plans WHERE id = 9;",
      SHARED_PART,
    );
    const waiting = await fleet.command(["run", "--no-wait"], SHARED_PART);
    expect(waiting.code, waiting.stdout + waiting.stderr).toBe(4);
    expect(waiting.stderr).not.toContain("drift.");
    expect((await fleet.command(["approve"], SHARED_PART)).code).toBe(0);
    expect((await fleet.command(["resume"], SHARED_PART)).code).toBe(0);
    expect(await fleet.query("select array_agg(line) as lines from audit")).toEqual([{ lines: ["priced"] }]);
    // The tenants go after it, and find it.
    fleet.release(
      "20240202_uses.sql",
      "ALTER TABLE users ADD COLUMN price int; UPDATE users u SET price = p.price FROM plans p WHERE p.id = u.plan;",
    );
    expect((await fleet.command(["run", "--no-wait"])).code).toBe(4);
    expect((await fleet.command(["approve"])).code).toBe(0);
    expect((await fleet.command(["resume"])).code).toBe(0);
    expect(await fleet.inEach("select count(*) from $schema.users where price = 3")).toEqual(["5", "5"]);
    const back = await fleet.command(["rollback", "--yes"], SHARED_PART);
    expect(back.code, back.stdout + back.stderr).toBe(0);
    expect(await fleet.query("select count(*)::int as n from audit")).toEqual([{ n: 0 }]);

    await fleet.query("create schema ext; create table ext.t (keep text); insert into ext.t values ('precious')");
    for (const folder of [".", SHARED_PART])
      fleet.config({ registry: { file: "tenants.csv", shared: ["public", "ext"] } }, folder);
    rmSync(join(fleet.directory, SHARED_PART, "migrations", "20240201_price.sql"));
    fleet.release("20240301_ext.sql", "ALTER TABLE ext.t DROP COLUMN keep;", SHARED_PART);
    const other = await fleet.command(["run", "--no-wait", "--json"], SHARED_PART);
    expect(errorsIn(other.stdout)).toContain("isolation.shared-write");
  }, 180_000);

  it("a killed release of what is shared is resumed, and what had committed is done once", async () => {
    const fleet = await fleetOf(major, 2);
    fleet.config({ rollout: { lockTimeout: "50s", statementTimeout: "60s" } }, SHARED_PART);
    fleet.release("20240201_once.sql", "INSERT INTO audit VALUES ('once');", SHARED_PART);
    fleet.release("20240202_price.sql", "ALTER TABLE public.plans ADD COLUMN price int;", SHARED_PART);
    expect((await fleet.command(["run", "--no-wait"], SHARED_PART)).code).toBe(4);
    expect((await fleet.command(["approve"], SHARED_PART)).code).toBe(0);
    const holder = new pg.Client({ connectionString: serverUrl(major, fleet.database) });
    await holder.connect();
    await holder.query("begin; select from plans for update");
    const killed = spawn(process.execPath, [PROGRAM, "resume"], {
      cwd: join(fleet.directory, SHARED_PART),
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...stateOnly(), ...asPerson(["resume"]) },
      stdio: "ignore",
    });
    const waits = "select count(*)::int as n from pg_locks where not granted and relation = 'public.plans'::regclass";
    await expect.poll(async () => (await holder.query(waits)).rows[0].n, { timeout: 50_000 }).toBe(1);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    await holder.query("commit");
    await holder.end();
    const resumed = await fleet.command(["resume"], SHARED_PART);
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    expect(await fleet.query("select array_agg(line) as lines from audit")).toEqual([{ lines: ["once"] }]);
    expect(await fleet.query("select count(price)::int as n from plans")).toEqual([{ n: 0 }]);
  }, 180_000);

  it("runs as each tenant's own role, whose rights end at its schema", async () => {
    const fleet = await fleetOf(major, 3);
    const url = await fleet.giveToRoles();
    fleet.registry(fleet.schemas, { url, role: (schema) => fleet.roleOf(schema) });
    fleet.config({ connection: {} });
    fleet.release("20240201_orders.sql", `${RELEASE} ALTER TABLE users DROP COLUMN email CASCADE;`);
    const waiting = await fleet.command(["run", "--no-wait"]);
    expect(waiting.code, waiting.stdout + waiting.stderr).toBe(4);
    expect((await fleet.command(["approve"])).code).toBe(0);
    expect((await fleet.command(["resume"])).code).toBe(0);
    const owner = (schema: string) => `select string_agg(distinct relowner::regrole::text, ',') from pg_class
      where relkind in ('r', 'v', 'S') and relnamespace::regnamespace::text in ('${schema}', 'schema_gate_${schema}')`;
    for (const schema of fleet.schemas)
      expect(await fleet.query(`select (${owner(schema)}) as owner`)).toEqual([{ owner: fleet.roleOf(schema) }]);
    expect((await fleet.command(["rollback", "--yes"])).code).toBe(0);
    expect(await fleet.inEach("select count(email) from $schema.users")).toEqual(["5", "5", "5"]);

    fleet.release("20240201_orders.sql", "ALTER TABLE users ADD COLUMN note text; INSERT INTO audit VALUES ('x');");
    const refused = await fleet.command(["check", "--json"]);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain("permission denied for table audit");
  }, 180_000);

  it("blocks where a schema that the config calls shared is not there, and names the database", async () => {
    const fleet = await fleetOf(major, 2);
    fleet.config({ registry: { file: "tenants.csv", shared: ["public", "extensions"] } });
    fleet.release("20240201_note.sql", "ALTER TABLE users ADD COLUMN note text;");
    const run = await fleet.command(["run", "--no-wait", "--json"]);
    expect(run.code).toBe(1);
    expect(errorsIn(run.stdout)).toEqual(["isolation.shared-missing"]);
    expect(run.stdout).toMatch(new RegExp(`schema extensions shared, and the database ${fleet.database}`));
  });

  it("an automatic rollback stops before the first tenant where one is above the limit", async () => {
    const fleet = await fleetOf(major, 3);
    const unhealthy = { query: "select false as healthy, 'orders fail' as reason" };
    fleet.config({
      rollout: { canary: 2, onFailure: "rollback all", health: unhealthy },
      rollback: { keepLimit: "100kB" },
    });
    fleet.release("20240201_note.sql", "ALTER TABLE users ADD COLUMN note text; UPDATE users SET note = email;");
    expect((await fleet.command(["run", "--no-wait"])).code).toBe(4);
    expect((await fleet.command(["approve"])).code).toBe(0);
    // What the application writes between the approval and the rollout, and the release then fills, in each tenant.
    const rows = "insert into %.users (email) select repeat(md5(n::text), 9) from generate_series(1, 2000) n";
    await fleet.query(fleet.schemas.map((schema) => rows.replace("%", schema)).join(";"));
    const resumed = await fleet.command(["resume", "--json"]);
    expect(resumed.code, resumed.stdout).not.toBe(0);
    expect(resumed.stdout).toMatch(
      /orders fail.*Nothing was taken back: to take 20240201 out of tenant tenant_\d, .* above rollback.keepLimit of 100 kB/,
    );
    const having = "select count(*) from $schema.schema_gate_ledger";
    expect((await fleet.inEach(having)).filter((count) => count === "2")).toHaveLength(2);
    // Below the limit it does what the policy says.
    await fleet.query("truncate tenant_0.users, tenant_1.users, tenant_2.users");
    expect((await fleet.command(["rollback", "--yes"])).code).toBe(0);
    expect(await fleet.inEach(having)).toEqual(["1", "1", "1"]);
  }, 120_000);
});
