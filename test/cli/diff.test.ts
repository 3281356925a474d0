import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { schemaGate } from "../support/captured-io.js";
import { temporaryDatabase } from "../support/postgres.js";

const root = mkdtempSync(join(tmpdir(), "diff-command-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const SCHEMA = `create schema app;
create table app.users (id bigint primary key, quota_limit integer not null);
create index idx_tenant_quota on app.users (quota_limit);`;

it("says what differs, with the SQL that repairs it, and that equal is equal", async () => {
  const a = await temporaryDatabase("18", SCHEMA);
  const b = await temporaryDatabase("18", SCHEMA);
  expect(await schemaGate(root, ["diff", a.url, b.url])).toEqual({
    code: 0,
    stdout: "The catalogs are equal.\n",
    stderr: "",
  });
  await b.client.query("drop index app.idx_tenant_quota; alter table app.users alter quota_limit drop not null");
  expect(await schemaGate(root, ["diff", a.url, "--save", "a.json"])).toMatchObject({ code: 0 });
  const answer = await schemaGate(root, ["diff", "a.json", b.url]);
  expect(answer.code).toBe(1);
  expect(answer.stdout).toMatchInlineSnapshot(`
    "error    Column app.users.quota_limit is nullable; it is declared NOT NULL.
    warning  Index app.users.idx_tenant_quota is missing.

    The repairs, in an order in which they run:
        ALTER TABLE "app"."users" ALTER COLUMN "quota_limit" SET NOT NULL;
        CREATE INDEX idx_tenant_quota ON app.users USING btree (quota_limit);

    2 differences.
    "
  `);
  const json = JSON.parse(
    (await schemaGate(root, ["diff", "a.json", "env:B", "--json"], { env: { B: b.url } })).stdout,
  );
  await b.client.query(json.repairs.join("\n"));
  expect((await schemaGate(root, ["diff", "a.json", b.url])).code).toBe(0);
  expect(readFileSync(join(root, "a.json"), "utf8")).not.toContain(new URL(a.url).password);
});

it("compares two schemas of one database, and says when one is not there", async () => {
  const database = await temporaryDatabase(
    "15",
    "create schema acme; create table acme.t (a int, b text); create schema beta; create table beta.t (b text, a int)",
  );
  const pair = [database.url, database.url, "--schema", "acme", "--schema"];
  expect(await schemaGate(root, ["diff", ...pair, "beta"])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("1 table with another order of columns"),
  });
  expect(await schemaGate(root, ["diff", ...pair, "beta", "--column-order"])).toMatchObject({ code: 1 });
  expect(await schemaGate(root, ["diff", ...pair, "nowhere"])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("no schema named nowhere"),
  });
});

it("inspects a fleet: clusters, outliers, and what did not change since", async () => {
  const tenants = await Promise.all(["a", "b", "c"].map(() => temporaryDatabase("18", SCHEMA)));
  const rows = tenants.map(({ url }, at) => `t${at},${url}`);
  writeFileSync(join(root, "tenants.csv"), ["id,url", ...rows, ""].join("\n"));
  writeFileSync(
    join(root, "schema-gate.yaml"),
    "migrations: migrations\nregistry: { file: tenants.csv }\nstaging: { mode: same host }\n",
  );
  const inspect = async (...more: string[]) =>
    JSON.parse((await schemaGate(root, ["inspect", "--json", ...more])).stdout);
  expect((await inspect()).clusters).toMatchObject([{ tenants: ["t0", "t1", "t2"], majority: true }]);
  await tenants[1]?.client.query("drop index app.idx_tenant_quota");
  const again = await inspect();
  expect(again.clusters).toMatchObject([
    { tenants: ["t0", "t2"], majority: true, differences: [] },
    { tenants: ["t1"], majority: false, differences: [{ change: "missing", subject: "app.users.idx_tenant_quota" }] },
  ]);
  expect(again.tenants.map((tenant: { unchanged: boolean }) => tenant.unchanged)).toEqual([true, false, true]);
  const fresh = await inspect("--fresh");
  expect(fresh.tenants.map((tenant: { unchanged: boolean }) => tenant.unchanged)).toEqual([false, false, false]);
  await tenants[2]?.drop();
  const lost = await schemaGate(root, ["inspect"]);
  expect(lost).toMatchObject({ code: 1, stdout: expect.stringContaining("Tenant t2") });
});

it("compares each cluster with what the migrations declare, whatever the majority is", async () => {
  const ledger =
    "create table schema_migrations (version varchar primary key); insert into schema_migrations values ('1')";
  const tenants = await Promise.all(["a", "b", "c"].map(() => temporaryDatabase("18", `${SCHEMA} ${ledger}`)));
  for (const tenant of tenants.slice(1)) await tenant.client.query("drop index app.idx_tenant_quota");
  const folder = mkdtempSync(join(root, "declared-"));
  mkdirSync(join(folder, "migrations"));
  writeFileSync(join(folder, "migrations/1_a.sql"), `-- migrate:up\n${SCHEMA}\n-- migrate:down\n`);
  writeFileSync(
    join(folder, "migrations/2_b.sql"),
    "-- migrate:up\nalter table app.users add column pending int;\n-- migrate:down\n",
  );
  const rows = tenants.map(({ url }, at) => `t${at},${url}`);
  writeFileSync(join(folder, "tenants.csv"), ["id,url", ...rows, ""].join("\n"));
  writeFileSync(
    join(folder, "schema-gate.yaml"),
    "migrations: migrations\nregistry: { file: tenants.csv }\nstaging: { mode: same host }\n",
  );
  const inspect = async (...more: string[]) =>
    JSON.parse((await schemaGate(folder, ["inspect", "--json", ...more])).stdout);
  const overview = await inspect();
  expect(overview.comparedWith).toBe("declared");
  expect(overview.clusters).toMatchObject([
    { tenants: ["t1", "t2"], differences: [{ change: "missing", subject: "app.users.idx_tenant_quota" }] },
    { tenants: ["t0"], differences: [] },
  ]);
  const [tenant] = tenants;
  const left = await tenant?.client.query(
    "select datname from pg_database where datname like 'schema\\_gate\\_%inspect'",
  );
  expect(left?.rows).toEqual([]);
  expect((await inspect("--no-declared")).comparedWith).toBe("majority");
  rmSync(join(folder, "migrations"), { recursive: true });
  const without = await inspect();
  expect(without.comparedWith).toBe("majority");
  expect(without.findings.map(({ code }: { code: string }) => code)).toEqual(["introspect.undeclared"]);
});
