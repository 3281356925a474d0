import { describe, expect, it } from "vitest";
import { bindSchemas } from "../../../lib/core/catalog/own-schema.js";
import { deriveProbes } from "../../../lib/core/probes/index.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { runProbe } from "../../../lib/steps/probing/run-probe.js";
import { MAJORS } from "../../support/majors.js";
import { testClock, testScript } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";
import { probed } from "./probing.js";

describe.each(MAJORS)("odd rows and tenants on PostgreSQL %s", (major) => {
  it("shows the beginning of a key that is very long, and any character in it", async () => {
    const setup = String.raw`create table t (id text primary key, a int);
      insert into t values (repeat('k', 2000), null), (e'a\n\x1b[31m''"\\', null)`;
    const tenant = await probed(major, setup, "alter table t alter a set not null");
    const [result] = await tenant.ask();
    expect(result).toMatchObject({
      status: "hit",
      count: 2,
      keys: [`id=a\n\u001b[31m'"\\`, `id=${"k".repeat(200)}…`],
    });
  });

  it("does not take a table that it may not read for an empty one", async () => {
    const role = `no_reader_${major}`;
    const setup = `create table t (id int primary key, a int); insert into t values (1, null);
      do $$ begin if not exists (select from pg_roles where rolname = '${role}') then create role ${role} login; end if; end $$`;
    const tenant = await probed(major, setup, "alter table t alter a set not null");
    await tenant.as(role);
    expect(await tenant.ask()).toMatchObject([{ status: "unknown", reason: expect.stringContaining("42501") }]);
  });

  it.each(["o'brien", "back\\slash'"])("asks and repairs a tenant in the schema %j", async (schema) => {
    const own = identifier(schema);
    const setup = `create schema ${own}; create table ${own}.t (id int primary key, a int not null, b int);
      insert into ${own}.t values (1, 1), (2, 1), (3, 2); create view public.needing as select b from ${own}.t`;
    const { url, client } = await temporaryDatabase(major, setup);
    const session = await testSession(url, "read");
    const release = "create unique index on t (a); alter table t drop b";
    const queries = deriveProbes(testScript(release, "r.sql").statements, await readCatalog(session, schema));
    const options = { timeout: 10_000, costLimit: 1e8, schema, clock: testClock };
    const ask = async () => {
      const results = [];
      for (const query of queries) results.push(await runProbe(session, query, options));
      return results;
    };
    expect(await ask()).toMatchObject([
      { status: "hit", count: 1, keys: ["id=2"] },
      { status: "hit", count: 1 },
    ]);
    await client.query(bindSchemas(queries[0]?.repair ?? "", schema));
    expect(await ask()).toMatchObject([{ status: "pass" }, { status: "hit" }]);
  });
});
