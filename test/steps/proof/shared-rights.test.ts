import { beforeAll, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { Tenant } from "../../../lib/ports/registry.js";
import { readLackedUsage } from "../../../lib/steps/catalog/tenant-role.js";
import { sharedRightsFindings } from "../../../lib/steps/proof/shared-rights.js";
import type { TenantReading } from "../../../lib/steps/run/records.js";
import { testMigration } from "../../support/migration.js";
import { onServer, temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

const ROLES = ["shares_all", "shares_less"] as const;
const SETUP = `create schema common; create type common.mood as enum ('sad'); create domain common."Odd name" as int; create table common.plans (id int);
revoke usage on type common.mood from public; create schema one authorization shares_all; create schema two authorization shares_less;
grant usage on schema common to shares_all; grant usage on type common.mood to shares_all;`;

beforeAll(() => loadParser());

it("a right on what tenants share that one tenant's role lacks is named with the GRANT", async () => {
  for (const role of ROLES)
    await onServer("18", `do $$ begin create role ${role}; exception when duplicate_object then null; end $$`);
  const { url, client } = await temporaryDatabase("18", SETUP);
  const session = await testSession(url, "read");
  const tenant = (id: string, role: string) =>
    ({ id, host: "h", database: "d", schema: id, role }) as unknown as Tenant;
  const [one, two] = [tenant("one", ROLES[0]), tenant("two", ROLES[1])];
  const findings = async (sql: string, proved = one) => {
    const readings = await Promise.all(
      [one, two].map(async (each) => {
        const lacks = await readLackedUsage(session, each, ["common", "public"]);
        return { tenant: each.id, role: { name: each.role, createsSchemas: true, lacks } } as unknown as TenantReading;
      }),
    );
    return sharedRightsFindings(proved, [one, two], readings, [testMigration(sql)]);
  };
  const release = "alter table t add feeling common.mood";
  const [schema, type, ...more] = await findings(release);
  expect(more).toEqual([]);
  expect(schema).toMatchObject({
    code: "dry-run.no-usage",
    severity: "error",
    tenants: ["two"],
    message:
      "shares_less may not use the schema common, which this release names; the role of tenant one, on whose clone it was tried, may.",
    remedy: { sql: 'GRANT USAGE ON SCHEMA common TO "shares_less";' },
  });
  expect(type).toMatchObject({ remedy: { sql: 'GRANT USAGE ON TYPE common.mood TO "shares_less";' } });
  // Found along the search_path, and not named at all.
  expect((await findings("alter table t add foreign key (a) references plans")).length).toBe(1);
  expect((await findings('alter table t add b "Odd name"')).length).toBe(1);
  expect(await findings("alter table t add b int")).toEqual([]);
  // Where the clone's own role lacks it, the dry run has shown it.
  expect(await findings(release, two)).toEqual([]);
  for (const each of [schema, type]) await client.query(each?.remedy?.sql ?? "");
  expect(await findings(release)).toEqual([]);
});
