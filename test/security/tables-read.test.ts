import { beforeAll, describe, expect, it } from "vitest";
import { configSchema } from "../../lib/core/config/config.js";
import { loadParser } from "../../lib/core/sql/parse.js";
import type { Ports } from "../../lib/ports/ports.js";
import { readCatalog } from "../../lib/steps/catalog/read-catalog.js";
import { rowsMatter } from "../../lib/steps/probing/rows-matter.js";
import { healthOf } from "../../lib/steps/rollout/wave-health.js";
import { weighRollback } from "../../lib/steps/rollout/weigh-rollback.js";
import { artifact } from "../../lib/steps/run/records.js";
import { targetOf } from "../../lib/steps/run/target.js";
import { MAJORS } from "../support/majors.js";
import { testMigration } from "../support/migration.js";
import { onServer, temporaryDatabase } from "../support/postgres.js";
import { openTestSession } from "../support/session.js";

const RAN = "ran as the gate";

/** A table whose owner may do nothing elsewhere; PostgreSQL runs their function for whoever plans a query of it. */
const SETUP = `create table t (id int primary key, a int);
create function evil(int) returns int language plpgsql immutable as $$ begin
  if current_user <> 'mallory' then raise exception '${RAN}'; end if; return 1; end $$;
create table schema_migrations (version bigint primary key, dirty boolean not null); insert into schema_migrations values (1, false);
alter function evil(int) owner to mallory; alter table t owner to mallory; set role mallory; create index on t ((evil(1)));`;

const tenant = { id: "t0", group: null, host: "h", database: "d", schema: null };
const migration = { ...testMigration("alter table t alter column a set not null"), version: "1" };
const SINCE = {
  table: { schema: "public", name: "t" },
  columns: null,
  size: "select count(*)::text as rows, '0' as bytes from public.t where a = 1",
};

async function portsOver(url: string): Promise<{ ports: Ports; config: ReturnType<typeof configSchema.parse> }> {
  const config = configSchema.parse({
    migrations: "m",
    registry: { file: "tenants.csv" },
    staging: { mode: "same host" },
    rollout: { health: { query: "select count(*) > 0 as healthy from public.t where a = 1" } },
  });
  const session = await openTestSession(url, "read");
  const catalog = await readCatalog(session, null);
  const target = await targetOf(session);
  await session.close();
  const stored = new Map<string, unknown>([
    [artifact.request, { config }],
    [artifact.release, { convention: "golang-migrate", migrations: [migration] }],
    [artifact.fleet, [tenant]],
    [artifact.clusters, [{ id: "c", tenants: ["t0"], pending: ["1"] }]],
    [artifact.catalog("f"), catalog],
    [artifact.proof("c"), { locks: [], rollbacks: [{ version: "1", candidate: { since: [SINCE] } }] }],
    [artifact.result("Introspect", "0"), { records: [{ tenant: "t0", target }] }],
  ]);
  const artifacts = {
    get: async (key: string) => stored.get(key) ?? null,
    list: async () => [artifact.result("Introspect", "0")],
  };
  const database = { connect: () => openTestSession(url, "read") };
  return { ports: { run: "r", artifacts, database } as unknown as Ports, config };
}

/** What reads a tenant's tables besides the probes. */
const READERS: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  "whether a rehearsal has rows to meet": async (url) => {
    const { ports, config } = await portsOver(url);
    const cluster = { id: "c", fingerprint: "f" } as Parameters<typeof rowsMatter>[3];
    const { matter } = await rowsMatter(ports, config, tenant, cluster, [migration]);
    // By mallory, for whom a clone decides.
    return matter ? "evil (by mallory)" : "no rows";
  },
  "what a way back would set aside": async (url) =>
    (await weighRollback((await portsOver(url)).ports, ["t0"]))[0]?.unknown,
  "whether a migrated tenant is healthy": async (url) => {
    const { ports, config } = await portsOver(url);
    const { health } = config.rollout;
    return health && (await healthOf(ports, config, tenant, health));
  },
};

beforeAll(() => loadParser());

describe.each(MAJORS)("tables of tenants read on %s", (major) => {
  it.each(Object.entries(READERS))("%s: nothing runs for a superuser login", async (_, read) => {
    await onServer(major, "do $$ begin create role mallory; exception when others then null; end $$");
    const { url, client } = await temporaryDatabase(major, `grant all on schema public to public; ${SETUP}`);
    const said = JSON.stringify(await read(url));
    expect(said).not.toContain(RAN);
    expect(said).toContain("evil (by mallory)");
    await expect(client.query("reset role; select from t where a = 1")).rejects.toThrow(RAN);
  });
});
