import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../../lib/adapters/pg/connection.js";
import { pgDatabase } from "../../../lib/adapters/pg/database.js";
import { endpointOf } from "../../../lib/adapters/pg/endpoint.js";
import type { SessionOptions } from "../../../lib/ports/database.js";
import type { Tenant } from "../../../lib/ports/registry.js";
import { ReaderPool, withReaderPool } from "../../../lib/steps/catalog/reader-pool.js";
import { onServer, temporaryDatabase } from "../../support/postgres.js";

const READ = { purpose: "read", statementTimeout: 10_000, lockTimeout: 1000 } as const satisfies SessionOptions;

const tenant = (id: string, schema: string | null = id): Tenant => ({
  id,
  group: null,
  host: "here",
  database: "shared",
  schema,
});

const at = (endpointOfTenant: (id: string) => Endpoint) =>
  pgDatabase({ tenant: async ({ id }) => ({ endpoint: endpointOfTenant(id), replica: null }), staging: null });

describe("sessions that the tenants of one database hand on", () => {
  it("are one backend, with nothing of the earlier tenant left in it", async () => {
    const { url } = await temporaryDatabase("18");
    const database = at(() => endpointOf(url));
    await withReaderPool(async (pool) => {
      const first = await database.connect(tenant("acme"), { ...READ, pool });
      await first.script("set local work_mem = '64kB'");
      first.lookUpIn("acme");
      await first.close();
      const second = await database.connect(tenant("globex"), { ...READ, pool });
      expect(second.backend).toBe(first.backend);
      expect(second.path()).toBe('"$user", public');
      const [left] = await second.query("select current_setting('work_mem') as work_mem");
      expect(left?.work_mem).not.toBe("64kB");
      // While it is in use, another tenant gets one of its own.
      const third = await database.connect(tenant("initech"), { ...READ, pool });
      expect(third.backend).not.toBe(second.backend);
      // Closed twice, it is handed on once; its first user can do nothing more with it.
      await second.close();
      await second.close();
      expect(() => second.query("select 1")).toThrow(/closed/);
      const [fourth, fifth] = [
        await database.connect(tenant("acme"), { ...READ, pool }),
        await database.connect(tenant("acme"), { ...READ, pool }),
      ];
      expect(fourth.backend).not.toBe(fifth.backend);
      for (const session of [third, fourth, fifth]) await session.close();
    });
  });

  it("are not handed on to another login, to a tenant with a database of its own, or to who writes", async () => {
    const { url, name } = await temporaryDatabase("18");
    const other = `other_${name}`;
    await onServer("18", `create role ${other} login password 'p'`);
    try {
      const theirs = endpointOf(Object.assign(new URL(url), { username: other, password: "p" }).href);
      const database = at((id) => (id === "theirs" ? theirs : endpointOf(url)));
      await withReaderPool(async (pool) => {
        const first = await database.connect(tenant("acme"), { ...READ, pool });
        await first.close();
        for (const [who, options] of [
          [tenant("theirs"), { ...READ, pool }],
          [tenant("whole", null), { ...READ, pool }],
          [tenant("acme"), { ...READ, purpose: "write", pool }],
          [tenant("acme"), { ...READ, statementTimeout: 5, pool }],
        ] as const) {
          const session = await database.connect(who, options);
          expect(session.backend).not.toBe(first.backend);
          await session.close();
        }
      });
    } finally {
      await onServer("18", `drop role ${other}`);
    }
  });

  it("are left where the server ended them, and all ended at the end", async () => {
    const { url, client, name } = await temporaryDatabase("18");
    const database = at(() => endpointOf(url));
    const ours =
      "select count(*)::int4 as n from pg_stat_activity where datname = $1 and application_name = 'schema-gate'";
    const pool = new ReaderPool();
    const first = await database.connect(tenant("acme"), { ...READ, pool });
    await first.close();
    await client.query("select pg_terminate_backend($1, 5000)", [first.backend]);
    const second = await database.connect(tenant("globex"), { ...READ, pool });
    expect(second.backend).not.toBe(first.backend);
    expect(await second.query("select 1 as one")).toEqual([{ one: 1 }]);
    const late = await database.connect(tenant("late"), { ...READ, pool });
    await second.close();
    await pool.close();
    await late.close();
    await expect.poll(async () => (await client.query(ours, [name])).rows).toEqual([{ n: 0 }]);
  });
});
