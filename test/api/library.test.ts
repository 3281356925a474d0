import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { inspectFleet, proveRelease } from "../../lib/index.js";
import { serverUrl, temporaryDatabase } from "../support/postgres.js";

const root = mkdtempSync(join(tmpdir(), "library-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("inspects a fleet: clusters, and what could not be read", async () => {
  const same = "create table t (id bigint primary key)";
  const [one, two] = [await temporaryDatabase("18", same), await temporaryDatabase("18", same)];
  const other = await temporaryDatabase("18", "create table t (id int primary key)");
  writeFileSync(
    join(root, "tenants.csv"),
    `id,url\na,${one.url}\nb,${two.url}\nc,${other.url}\nd,postgres://u@127.0.0.1:1/x\n`,
  );
  const config = join(root, "schema-gate.yaml");
  writeFileSync(config, "migrations: .\nregistry: { file: tenants.csv }\nstaging: { mode: same host }\n");
  const { clusters, unknown } = await inspectFleet({ config });
  expect(clusters.map((cluster) => cluster.tenants)).toEqual([["a", "b"], ["c"]]);
  expect(unknown).toEqual([{ tenant: "d", reason: "no server listens on that host and port" }]);
});

it("proves the migrations of a folder, and none over nothing", async () => {
  const folder = join(root, "migrations");
  mkdirSync(folder);
  await expect(proveRelease(folder)).rejects.toThrow("holds no migration");
  writeFileSync(join(folder, "1_a.up.sql"), "CREATE TABLE t (id bigint PRIMARY KEY);\n");
  writeFileSync(join(folder, "1_a.down.sql"), "DROP TABLE t;\n");
  const [proved, ...others] = await proveRelease(folder, { url: serverUrl("18") });
  expect(others).toEqual([]);
  expect(proved).toMatchObject({ up: "ok", rollback: "exact", source: "author" });
});
