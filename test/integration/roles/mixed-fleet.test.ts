import { afterEach, describe, expect, it } from "vitest";
import type { Finding } from "../../../lib/core/finding.js";
import { MAJORS } from "../../support/majors.js";
import { onServer } from "../../support/postgres.js";
import { RoleFleet } from "../../support/role-fleet.js";

const RELEASE = `CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer bigint NOT NULL REFERENCES customers);
ALTER TABLE customers ADD COLUMN quota integer NOT NULL DEFAULT 10;
ALTER TABLE customers DROP COLUMN note;
`;

let fleet: RoleFleet | null = null;
afterEach(async () => {
  await fleet?.destroy();
  fleet = null;
});

/** Who owns the tables, and what has the column of the release, by tenant. */
async function owners(fleet: RoleFleet): Promise<readonly string[]> {
  const all = await fleet.everyDatabase(async (client) => {
    const { rows } = await client.query(
      `select current_database() || '.' || nspname || '.' || relname || ': ' || pg_get_userbyid(relowner) as line
         from pg_class join pg_namespace n on n.oid = relnamespace
        where relkind = 'r' and nspname !~ '^(pg_|information_schema|schema_gate)' and relname !~ '^schema_gate' order by 1`,
    );
    return rows.map(({ line }) => String(line));
  });
  return all.flat().sort();
}

describe.each(MAJORS)("eight tenants, databases and schemas of two owners, listed by a query, on %s", (major) => {
  it("are checked, migrated, taken back and verified as their own owners, and one that is dropped is said", async () => {
    fleet = await RoleFleet.create(major, { databases: 5, schemas: 3, twoOwners: true, connection: {} });
    const registry = await fleet.registryInDatabase();
    fleet.config({ registry, connection: {} });
    fleet.release("20240201_orders.sql", RELEASE);
    const before = await owners(fleet);
    const doctor = await fleet.command(["doctor", "--all"]);
    expect(doctor.code, doctor.stdout).toBe(0);
    // The clone belongs to whom the database of its tenant belongs to, so only the tenant itself can be asked for this right.
    const unable = await fleet.command(["check", "--json"]);
    expect(unable.code, unable.stdout).toBe(1);
    const { errors } = JSON.parse(unable.stdout).findings;
    expect(errors.map(({ code, tenants }: Finding) => [code, tenants])).toEqual([["dry-run.no-own-schema", ["s1"]]]);
    await onServer(major, errors[0].remedy.sql);
    const waiting = await fleet.command(["run", "--no-wait"]);
    expect(waiting.code, waiting.stdout + waiting.stderr).toBe(4);
    expect((await fleet.command(["approve"])).code).toBe(0);
    const resumed = await fleet.command(["resume", "--json"]);
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout).tenants).toEqual({ total: 8, migrated: 8 });
    // The new table is its neighbour's owner's, tenant by tenant.
    const after = await owners(fleet);
    expect(after).toEqual([...before, ...before.map((line) => line.replace(".customers:", ".orders:"))].sort());
    expect(await fleet.ownedByLogin()).toEqual([]);

    const gone = fleet.databases.at(-1) ?? "";
    await onServer(major, `alter database ${gone} rename to ${gone}_elsewhere`);
    try {
      const partly = await fleet.command(["rollback", "--yes"]);
      expect(partly.code, partly.stdout).not.toBe(0);
      expect(partly.stdout + partly.stderr).toContain("d4");
    } finally {
      await onServer(major, `alter database ${gone}_elsewhere rename to ${gone}`);
    }
    const back = await fleet.command(["rollback", "--yes"]);
    expect(back.code, back.stdout + back.stderr).toBe(0);
    expect(await owners(fleet)).toEqual(before);
    expect((await fleet.command(["audit", "verify", fleet.run()])).code).toBe(0);
    expect(await fleet.leftBehind()).toEqual([]);
  }, 240_000);

  it("needs no right over a database for a release that keeps nothing", async () => {
    fleet = await RoleFleet.create(major, { databases: 1, schemas: 2, twoOwners: true, connection: {} });
    fleet.config({ registry: await fleet.registryInDatabase(), connection: {} });
    fleet.release("20240201_email.sql", "ALTER TABLE customers ALTER COLUMN plan SET DEFAULT 'free';");
    expect((await fleet.command(["run", "--no-wait"])).code).toBe(4);
    expect((await fleet.command(["approve"])).code).toBe(0);
    const resumed = await fleet.command(["resume"]);
    expect(resumed.code, resumed.stdout).toBe(0);
    const back = await fleet.command(["rollback", "--yes"]);
    expect(back.code, back.stdout).toBe(0);
  }, 120_000);
});
