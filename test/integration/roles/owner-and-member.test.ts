import { afterEach, describe, expect, it } from "vitest";
import { MAJORS } from "../../support/majors.js";
import { onServer } from "../../support/postgres.js";
import { RoleFleet, type RoleFleetOptions } from "../../support/role-fleet.js";

const RELEASE = (
  application: string,
) => `CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer bigint NOT NULL REFERENCES customers);
ALTER TABLE customers ADD COLUMN quota integer NOT NULL DEFAULT 10;
ALTER TABLE customers DROP COLUMN note;
GRANT SELECT ON orders TO ${application};
CREATE FUNCTION total(bigint) RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM orders WHERE customer = $1 $$;
`;

let fleet: RoleFleet | null = null;
afterEach(async () => {
  await fleet?.destroy();
  fleet = null;
});

async function fleetOf(major: (typeof MAJORS)[number], options: RoleFleetOptions): Promise<RoleFleet> {
  fleet = await RoleFleet.create(major, options);
  fleet.release("20240201_orders.sql", RELEASE(fleet.application));
  return fleet;
}

describe.each(MAJORS)("an owner role and a login that is its member, on %s", (major) => {
  it("doctor, check, run, approve, resume, rollback and verify, and nothing is the login's", async () => {
    const fleet = await fleetOf(major, { databases: 3, schemas: 3 });
    const doctor = await fleet.command(["doctor", "--all"]);
    expect(doctor.code, doctor.stdout).toBe(0);
    const check = await fleet.command(["check", "--json"]);
    expect(check.code, check.stdout + check.stderr).toBe(0);
    const findings = JSON.parse(check.stdout).findings;
    expect(JSON.stringify(findings)).not.toContain("CURRENT_USER");
    expect(findings.errors).toEqual([]);
    const waiting = await fleet.command(["run", "--no-wait"]);
    expect(waiting.code, waiting.stderr).toBe(4);
    expect((await fleet.command(["approve"])).code).toBe(0);
    const resumed = await fleet.command(["resume", "--json"]);
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout).tenants).toEqual({ total: 6, migrated: 6 });
    expect(await fleet.ownedByLogin()).toEqual([]);
    // The application reads what the release made.
    for (const database of fleet.databases)
      await fleet.inDatabase(database, async (client) => {
        await client.query(`set role ${fleet.application}`);
        expect((await client.query("select count(*)::int as n from orders")).rows).toEqual([{ n: 0 }]);
      });
    const kept = await fleet.command(["kept", "list"]);
    expect(kept.code, kept.stderr).toBe(0);
    const back = await fleet.command(["rollback", "--yes"]);
    expect(back.code, back.stdout + back.stderr).toBe(0);
    expect(await fleet.ownedByLogin()).toEqual([]);
    expect((await fleet.command(["audit", "verify", fleet.run()])).code).toBe(0);
    expect(await fleet.leftBehind()).toEqual([]);
  }, 240_000);

  const CASES: readonly (readonly [string, RoleFleetOptions, string, string])[] = [
    [
      "a role that is not there",
      { connection: { role: "nobody_at_all" } },
      "introspect.role-missing",
      "no role nobody_at_all",
    ],
    ["a login that is no member", { grant: false }, "introspect.role-no-member", "is not a member of"],
    [
      "a login that is no member, without a role",
      { grant: false, connection: {} },
      "introspect.role-not-owner",
      "owns none",
    ],
    [
      "a member that inherits nothing",
      { attributes: "createdb noinherit" },
      "introspect.role-not-inherited",
      "none of its rights",
    ],
    ["no role in the config", { connection: {} }, "introspect.role-unset", "set connection.role"],
    [
      "a superuser in the owner's place",
      { attributes: "superuser", connection: {} },
      "introspect.superuser",
      "as the superuser",
    ],
  ];

  it.each(CASES)(
    "%s: said with its remedy, and nothing runs",
    async (_, options, code, words) => {
      const fleet = await fleetOf(major, { databases: 1, ...options });
      const check = await fleet.command(["check", "--json"]);
      expect(check.code, check.stdout).toBe(1);
      const { errors } = JSON.parse(check.stdout).findings;
      const codes: string[] = errors.map((error: { code: string }) => error.code);
      expect(codes).toContain(code);
      // What could not be read is not lost as well, with a command to resume that does not help.
      expect(codes.filter((one) => one.endsWith(".lost"))).toEqual([]);
      expect(JSON.stringify(errors).toLowerCase()).toContain(words);
      expect(JSON.stringify(errors)).not.toContain("CURRENT_USER");
      expect(await fleet.ownedByLogin()).toEqual([]);
      expect(await fleet.leftBehind()).toEqual([]);
    },
    60_000,
  );

  it("a login that reaches beyond its databases: nothing opaque runs on a clone until the statement that doctor prints", async () => {
    const fleet = await fleetOf(major, { databases: 1, attributes: "createdb replication" });
    const statement = `ALTER ROLE ${fleet.login} NOREPLICATION;`;
    const doctor = await fleet.command(["doctor"]);
    expect(doctor.stdout.replaceAll(/\s+/g, " ")).toContain(
      `${fleet.login} reaches beyond its databases (REPLICATION), and what a release does on a clone would be done with those rights.`,
    );
    expect(doctor.stdout).toContain(statement);
    const check = await fleet.command(["check", "--json"]);
    expect(check.code, check.stdout).toBe(1);
    const { errors } = JSON.parse(check.stdout).findings;
    expect(errors.map(({ code }: { code: string }) => code)).toEqual(
      expect.arrayContaining(["dry-run.uncontained", "diverge.undeclared"]),
    );
    expect(JSON.stringify(errors)).toContain(statement);
    await onServer(major, statement);
    const again = await fleet.command(["check", "--fresh", "--json"]);
    expect(again.code, again.stdout).toBe(0);
    expect(await fleet.leftBehind()).toEqual([]);
  }, 120_000);

  it("a login that makes roles: a lesser role executes on clones, and what the rollout would run of others is said", async () => {
    const fleet = await fleetOf(major, { databases: 1, attributes: "createdb createrole" });
    await onServer(major, `grant ${fleet.owner} to ${fleet.login} with admin option`);
    const doctor = await fleet.command(["doctor"]);
    expect(doctor.code, doctor.stdout).toBe(0);
    const check = await fleet.command(["check", "--json"]);
    const { errors } = JSON.parse(check.stdout).findings;
    expect(errors.map(({ code }: { code: string }) => code)).toEqual(["dry-run.others-code"]);
    expect(await fleet.ownedByLogin()).toEqual([]);
    expect(await fleet.leftBehind()).toEqual([]);
  }, 120_000);

  it("a superuser where the config says why: a warning in the report", async () => {
    const why = "nightly job on a host of our own";
    const fleet = await fleetOf(major, { databases: 1, attributes: "superuser" });
    fleet.config({ connection: { role: fleet.owner, superuser: why } });
    const check = await fleet.command(["check", "--json"]);
    expect(check.code, check.stdout + check.stderr).toBe(0);
    const inspected = await fleet.command(["report", fleet.run(), "--json"]);
    expect(inspected.stdout + check.stdout).toContain(why);
  }, 60_000);

  it("doctor finds out by doing, and says which statement is missing", async () => {
    const fleet = await fleetOf(major, { databases: 1 });
    const well = await fleet.command(["doctor"]);
    expect(well.code, well.stdout).toBe(0);
    expect(well.stdout).toContain(`${fleet.login} made, filled, copied and dropped a database as ${fleet.owner}`);
    await onServer(major, `alter role ${fleet.login} nocreatedb`);
    const poor = await fleet.command(["doctor"]);
    expect(poor.code).toBe(1);
    expect(poor.stdout).toContain(`ALTER ROLE "${fleet.login}" CREATEDB`);
    await onServer(major, `alter role ${fleet.login} createdb; revoke ${fleet.owner} from ${fleet.login}`);
    const stranger = await fleet.command(["doctor"]);
    expect(stranger.code).toBe(1);
    expect(stranger.stdout).toContain(`GRANT "${fleet.owner}" TO "${fleet.login}"`);
    expect(await fleet.leftBehind()).toEqual([]);
  }, 60_000);
});
