import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pgDatabase } from "../../../lib/adapters/pg/database.js";
import { endpointOf } from "../../../lib/adapters/pg/endpoint.js";
import { ended, TestFleet, until } from "../../support/fleet.js";
import { writeRelease } from "../../support/fleet-release.js";

const SLOW = "SELECT pg_sleep(600);";

describe("clones of a process that was killed", () => {
  let fleet: TestFleet;
  let folder: string;

  beforeAll(async () => {
    fleet = await TestFleet.create(2);
    folder = mkdtempSync(join(tmpdir(), "schema-gate-sweep-"));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await fleet.destroy();
  });

  const clones = (): Promise<string[]> =>
    fleet.inTenant(fleet.tenants[0] ?? "", async (client) => {
      const { rows } = await client.query("select datname from pg_database where datname like 'schema\\_gate\\_%'");
      return rows.map(({ datname }) => String(datname));
    });
  const killWhenCloned = async (args: readonly string[]) => {
    const child = fleet.start(args);
    const end = ended(child);
    await until(async () => (await clones()).length > 0, "a clone is there");
    child.kill("SIGKILL");
    await end;
    expect((await clones()).length).toBeGreaterThan(0);
  };

  it("of a run: the next run sweeps them, whichever it is", async () => {
    fleet.writeConfig({ migrations: writeRelease(fleet, { "20240201_slow.up.sql": SLOW }) });
    await killWhenCloned(["check"]);
    fleet.writeConfig({
      migrations: writeRelease(fleet, { "20240201_note.up.sql": "ALTER TABLE app.users ADD n int;" }),
    });
    const result = await fleet.run(["check"]);
    expect(result.code, result.stderr).toBe(0);
    expect(await clones()).toEqual([]);
  }, 120_000);

  it("of prove --url: the next proof on that server sweeps them", async () => {
    writeFileSync(join(folder, "1_slow.up.sql"), SLOW);
    const url = ["--url", fleet.server.url("postgres")];
    await killWhenCloned(["prove", folder, ...url]);
    writeFileSync(join(folder, "1_slow.up.sql"), "CREATE TABLE t (a int);");
    const result = await fleet.run(["prove", folder, ...url]);
    expect(result.code, result.stderr).toBe(0);
    expect(await clones()).toEqual([]);
  }, 120_000);

  it("never those of a process that lives, nor a database that only bears such a name", async () => {
    const endpoint = endpointOf(fleet.server.url("postgres"));
    const database = pgDatabase({ tenant: async () => ({ endpoint, replica: null }), staging: null });
    const tenant = { id: "t", group: null, host: "h", database: "postgres", schema: null };
    const scratch = await database.scratch(tenant, "schema_gate_living");
    await fleet.inTenant(fleet.tenants[0] ?? "", (client) => client.query("create database schema_gate_customer"));
    expect(await database.sweep(tenant, "schema_gate_")).toEqual([]);
    expect((await clones()).sort()).toEqual(["schema_gate_customer", "schema_gate_living"]);
    await scratch.drop();
    expect(await clones()).toEqual(["schema_gate_customer"]);
  });
});
