import { describe, expect, it } from "vitest";
import type { Catalog } from "../../../lib/core/catalog/catalog.js";
import { ROLE_FACTS } from "../../../lib/core/catalog/role-facts.js";
import type { Release } from "../../../lib/core/migration/release.js";
import type { Database } from "../../../lib/ports/database.js";
import type { Ports } from "../../../lib/ports/ports.js";
import type { Tenant } from "../../../lib/ports/registry.js";
import { declare } from "../../../lib/steps/catalog/declared.js";
import { ownedAsTenant } from "../../../lib/steps/catalog/owned-as-tenant.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { onServer, temporaryDatabase } from "../../support/postgres.js";
import { openTestSession, testSession } from "../../support/session.js";

const OWNER = "own_by_name";
const tenant = (schema: string | null) => ({ id: "t", host: "h", database: "d", schema }) as unknown as Tenant;
const grantees = ({ objects }: Catalog) =>
  objects.flatMap(({ attributes: { privileges } }) =>
    ((privileges ?? []) as readonly { readonly role: string }[]).map(({ role }) => role),
  );

/** A database of the owner's, and how an empty one reads after a history that grants to the owner by name. */
async function setup(schema: string | null) {
  await onServer("18", `do $$ begin create role ${OWNER}; exception when duplicate_object then null; end $$`);
  const { url, client, name } = await temporaryDatabase("18", `create schema app authorization ${OWNER}`);
  await client.query(`alter database "${name}" owner to ${OWNER}`);
  const granted = `create table ${schema ?? "public"}.t (id int); grant select on ${schema ?? "public"}.t to ${OWNER}`;
  const history = await temporaryDatabase("18", `create schema app; ${granted}`);
  const catalog = await readCatalog(await testSession(history.url, "read"), schema);
  return { url, catalog, database: { connect: () => openTestSession(url, "read") } as unknown as Database };
}

describe("a role that the history names and that owns the tenant", () => {
  it.each([
    ["the database", null],
    ["the schema", "app"],
    ["the database whose schema public is the tenant", "public"],
  ])("is the tenant's own where it owns %s", async (_, schema) => {
    const { url, catalog, database } = await setup(schema);
    expect(grantees(catalog)).toContain(OWNER);
    const [owned] = await ownedAsTenant(database, tenant(schema), [catalog]);
    expect(grantees(owned ?? catalog)).not.toContain(OWNER);
    const facts = await (await testSession(url, "read")).query(ROLE_FACTS, [null, schema]);
    expect(facts).toMatchObject([{ owner: OWNER }]);
  });

  it("is nobody's concern in what an earlier version stored without the roles", async () => {
    const stored = { before: "a", after: "b" };
    const ports = {
      run: "r",
      artifacts: { get: async (key: string) => (key.startsWith("declared/") ? stored : { config: {} }) },
    } as unknown as Ports;
    const { declared, findings } = await declare(ports, { convention: "sql" } as Release, tenant("app"), []);
    expect(declared).toMatchObject(stored);
    expect(findings).toEqual([]);
  });
});
