import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { artifactsFolder } from "../../../lib/adapters/local/artifacts-folder.js";
import { openSession } from "../../../lib/adapters/pg/connection.js";
import { pgDatabase } from "../../../lib/adapters/pg/database.js";
import { endpointOf } from "../../../lib/adapters/pg/endpoint.js";
import { compareCatalogs } from "../../../lib/core/catalog/compare.js";
import type { Session } from "../../../lib/ports/database.js";
import type { Tenant } from "../../../lib/ports/registry.js";
import { readCatalog, readDetector, readFingerprint } from "../../../lib/steps/catalog/read-catalog.js";
import { readFleet } from "../../../lib/steps/catalog/read-fleet.js";
import { onServer, type TestDatabase, temporaryDatabase } from "../../support/postgres.js";
import { withSession } from "./with-session.js";

const LARGE = process.env.SCHEMA_GATE_LARGE;
if (LARGE === undefined) console.warn("5,000 tables are not read: SCHEMA_GATE_LARGE is not set");

const folder = mkdtempSync(join(tmpdir(), "bad-catalogs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tenantOf = ({ name }: TestDatabase): Tenant => ({
  id: name,
  group: null,
  host: "h:1",
  database: name,
  schema: null,
});

/** What `inspect` reads of these tenants; `url` is where each of them is. */
function fleetOf(
  tenants: readonly TestDatabase[],
  url: (tenant: string) => string,
  seen: (session: Session) => Session,
) {
  const database = pgDatabase({
    tenant: async ({ id }) => ({ endpoint: endpointOf(url(id)), replica: null }),
    staging: null,
  });
  const connect: typeof database.connect = async (tenant, options) => seen(await database.connect(tenant, options));
  const options = { connectionsPerHost: 2, statementTimeout: 30_000, fresh: true };
  return readFleet(
    { database: { ...database, connect }, memory: artifactsFolder(folder) },
    tenants.map(tenantOf),
    options,
  );
}

describe.each(["15", "18"] as const)("what a catalog may hold against us, PostgreSQL %s", (major) => {
  it("is read with a function body of 1 MB, and one character of it is seen", async () => {
    const body = (last: string) => `select '${"x".repeat(1 << 20)}${last}'::text`;
    const make = (last: string) => `create or replace function big() returns text language sql as $b$${body(last)}$b$`;
    const database = await temporaryDatabase(major, make("a"));
    const before = await withSession(database, (session) => readCatalog(session, null));
    await database.client.query(make("b"));
    const after = await withSession(database, (session) => readCatalog(session, null));
    expect(compareCatalogs(after, before).differences).toMatchObject([{ kind: "function", change: "changed" }]);
  });

  it("makes a tenant that dies in the middle of the read unknown, and reads the others", async () => {
    const [dying, living] = [await temporaryDatabase(major), await temporaryDatabase(major, "create table a (id int)")];
    const url = (id: string) => (id === dying.name ? dying.url : living.url);
    const reading = await fleetOf([dying, living], url, (session) => ({
      serverVersion: session.serverVersion,
      backend: session.backend,
      backendNow: () => session.backendNow(),
      pooled: session.pooled,
      role: session.role,
      owner: session.owner,
      query: (text, values) => session.query(text, values),
      repeated: async (text, values) => {
        const first = await session.repeated<never>(text, values);
        await dying.client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${dying.name}' and pid = ${session.backend}`,
        );
        return first;
      },
      script: (text) => session.script(text),
      execute: (text) => session.execute(text),
      lookUpIn: (schema, shared) => session.lookUpIn(schema, shared),
      path: () => session.path(),
      describe: (statements, more) => session.describe(statements, more),
      close: () => session.close(),
    }));
    expect(reading.tenants.map(({ fingerprint }) => fingerprint !== null)).toEqual([false, true]);
    expect(reading.findings).toMatchObject([
      { code: "introspect.unreachable", severity: "error", unknown: true, tenants: [dying.name] },
    ]);
  });

  it("reads nothing of a server whose version is not known", async () => {
    const database = await temporaryDatabase(major);
    await withSession(database, async (session) => {
      for (const serverVersion of [90_624, 120_022]) {
        let asked = 0;
        const query = async () => {
          asked += 1;
          return [];
        };
        const other = { ...session, serverVersion, query, repeated: query } as unknown as Session;
        const refused = { code: "UNSUPPORTED", message: expect.stringContaining("the catalogs from 13 on are known") };
        await expect(readFingerprint(other, null)).rejects.toMatchObject(refused);
        await expect(readDetector(other, null)).rejects.toMatchObject(refused);
        expect(asked).toBe(0);
      }
    });
  });

  it.each([
    ["that sees information_schema alone", "pg_class, pg_catalog.pg_attribute"],
    ["of publications", "pg_publication"],
    ["of publications' tables", "pg_publication_rel"],
    ["of publications' schemas", "pg_publication_namespace"],
  ])("says what a role may not read %s", async (_, hidden) => {
    const database = await temporaryDatabase(major, "create table a (id int); create publication p for table a");
    const role = `blind_${database.name}`;
    await onServer(major, `create role ${role} login password 'p'`);
    try {
      await database.client.query(`revoke select on pg_catalog.${hidden} from public`);
      const url = Object.assign(new URL(database.url), { username: role, password: "p" }).href;
      const session = await openSession(endpointOf(url), {
        purpose: "read",
        statementTimeout: 1000,
        lockTimeout: 1000,
      });
      expect(await session.query("select count(*)::int as n from information_schema.tables")).toHaveLength(1);
      await session.close();
      const reading = await fleetOf(
        [database],
        () => url,
        (each) => each,
      );
      expect(reading.catalogs.size).toBe(0);
      expect(reading.findings).toMatchObject([
        {
          code: "introspect.unreachable",
          unknown: true,
          message: expect.stringMatching(/permission denied for table pg_(class|attribute|publication)/),
          remedy: { text: expect.stringContaining("Grant the privilege") },
        },
      ]);
    } finally {
      await onServer(major, `drop role ${role}`);
    }
  });
});

it.runIf(LARGE)(
  "reads a schema of 5,000 tables",
  async () => {
    const database = await temporaryDatabase("18");
    for (let from = 1; from <= 5000; from += 500) {
      const tables = Array.from({ length: 500 }, (_, at) => `create table t${from + at} (id int primary key, a text)`);
      await database.client.query(tables.join(";"));
    }
    const catalog = await withSession(database, (session) => readCatalog(session, null));
    expect(catalog.objects.filter(({ kind }) => kind === "table")).toHaveLength(5000);
    await database.client.query("drop table t4999");
    const after = await withSession(database, (session) => readCatalog(session, null));
    expect(compareCatalogs(after, catalog).differences).toMatchObject([{ subject: "public.t4999", change: "missing" }]);
  },
  300_000,
);
