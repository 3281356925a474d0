import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { extract } from "@supabase/pg-delta";
import pg from "pg";
import { expect, it } from "vitest";
import { openSession } from "../../lib/adapters/pg/connection.js";
import { endpointOf } from "../../lib/adapters/pg/endpoint.js";
import type { Session } from "../../lib/ports/database.js";
import { KnownCatalogs, readDetector, readFingerprint } from "../../lib/steps/catalog/read-catalog.js";
import { createDatabase, onServer, serverUrl } from "../support/postgres.js";
import { BENCH_DATA } from "./data.js";

const TENANTS = Number(process.env.SCHEMA_GATE_BENCH_TENANTS ?? 250);
/** How many tenants the slower readers read. */
const OTHERS = 25;
const ALWAYS = ["15", "18"] as const;
const CONCURRENCY = 4;
const missing = !existsSync(BENCH_DATA);
if (missing) console.warn(`the catalog bench is not run: ${BENCH_DATA} is not there`);

/** Milliseconds that a backend has had a processor, of which a busy machine takes nothing away; 0 where Linux does not count them. */
function processorTime(backend: number): number {
  const counts = `/proc/${backend}/schedstat`;
  return existsSync(counts) ? Number(readFileSync(counts, "utf8").split(" ")[0]) / 1e6 : 0;
}

/** What `work` gives a backend's process id to before it leaves it. */
type Leave = (backend: number) => void;

/** Milliseconds per tenant: by the clock, and of processor time here and in the backends together. */
async function measure(label: string, urls: readonly string[], work: (url: string, leave: Leave) => Promise<unknown>) {
  const queue = [...urls];
  let server = 0;
  const leave = (backend: number) => {
    server += processorTime(backend) / urls.length;
  };
  const cpu = process.cpuUsage();
  const started = performance.now();
  const drain = async () => {
    for (let url = queue.shift(); url; url = queue.shift()) await work(url, leave);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, drain));
  const wall = (performance.now() - started) / urls.length;
  const used = process.cpuUsage(cpu);
  const own = (used.user + used.system) / 1000 / urls.length;
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  const shown = `${own.toFixed(2)} ms CPU here, ${server.toFixed(2)} in the server`;
  console.log(`${label}: ${wall.toFixed(2)} ms a tenant, ${shown}, peak ${peak} MB`);
  return { wall, cpu: own + server };
}

function ratio(label: string, ours: Awaited<ReturnType<typeof measure>>, other: Awaited<ReturnType<typeof measure>>) {
  const by = (part: "wall" | "cpu") => (ours[part] / other[part]).toFixed(2);
  console.log(`${label}: ${by("wall")} by the clock, ${by("cpu")} of processor time`);
}

async function withReader(url: string, leave: Leave, use: (session: Session) => Promise<unknown>): Promise<void> {
  const session = await openSession(endpointOf(url), { purpose: "read", statementTimeout: 60_000, lockTimeout: 1000 });
  try {
    await use(session);
    leave(session.backend);
  } finally {
    await session.close();
  }
}

async function bare(url: string, leave: Leave, query: string | null): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  if (query) await client.query(query);
  leave((client as unknown as { readonly processID: number }).processID);
  await client.end();
}

it.skipIf(missing)(
  `reads ${TENANTS} tenants beside the floor`,
  async () => {
    const floor = readFileSync(join(BENCH_DATA, "catalog-floor.sql"), "utf8");
    const template = await createDatabase("18", readFileSync(join(BENCH_DATA, "tenant-schema.sql"), "utf8"));
    await template.client.end();
    const names = Array.from({ length: TENANTS }, (_, at) => `bench_${process.pid}_${at}`);
    try {
      for (const name of names) await onServer("18", `create database ${name} template ${template.name}`);
      const urls = names.map((name) => serverUrl("18", name));
      const known = new KnownCatalogs();
      const prints = new Set<string>();
      await measure("connect", urls, (url, leave) => bare(url, leave, null));
      const base = await measure("floor", urls, (url, leave) => bare(url, leave, floor));
      const cold = await measure("catalog, cold", urls, (url, leave) =>
        withReader(url, leave, async (session) =>
          prints.add((await readFingerprint(session, null, known)).fingerprint),
        ),
      );
      const detector = await measure("unchanged", urls, (url, leave) =>
        withReader(url, leave, (session) => readDetector(session, null, known)),
      );
      ratio("cold / floor", cold, base);
      ratio("unchanged / floor", detector, base);
      expect(prints.size).toBe(1);
      const delta = await measure("pg-delta extract", urls.slice(0, OTHERS), extracted);
      console.log(`pg-delta / cold ${(delta.wall / cold.wall).toFixed(1)}`);
    } finally {
      for (const name of names) await onServer("18", `drop database if exists ${name} with (force)`);
      await template.drop();
    }
  },
  1_200_000,
);

async function extracted(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  try {
    await extract(pool);
  } finally {
    await pool.end();
  }
}

/** By the dump's own major version: it refuses newer servers. */
const DUMP = process.env.SCHEMA_GATE_PG_DUMP ?? "pg_dump";
const dumpMajor = /\) (\d+)/.exec(spawnSync(DUMP, ["--version"]).stdout?.toString() ?? "")?.[1];
const dumped = ALWAYS.find((major) => major === dumpMajor);
if (dumped === undefined) console.warn("pg_dump is not measured: no pg_dump 15 or 18 (SCHEMA_GATE_PG_DUMP names one)");

it.skipIf(missing || dumped === undefined)(
  "reads tenants beside pg_dump -s",
  async () => {
    const major = dumped ?? "18";
    const database = await createDatabase(major, readFileSync(join(BENCH_DATA, "tenant-schema.sql"), "utf8"));
    try {
      const urls = Array.from({ length: OTHERS }, () => database.url);
      const known = new KnownCatalogs();
      const dump = await measure(`pg_dump ${major} -s`, urls, async (url) => {
        expect(spawnSync(DUMP, ["-s", url], { maxBuffer: 1 << 26 }).status).toBe(0);
      });
      const cold = await measure(`catalog, cold, PostgreSQL ${major}`, urls, (url, leave) =>
        withReader(url, leave, (session) => readFingerprint(session, null, known)),
      );
      console.log(`pg_dump, one after the other / cold ${(dump.wall / cold.wall).toFixed(1)}`);
    } finally {
      await database.drop();
    }
  },
  1_200_000,
);

it.skipIf(missing)(
  "reads a thousand schema-tenants of one database",
  async () => {
    const count = TENANTS * 4;
    const schemas = Array.from({ length: count }, (_, at) => `tenant_${at}`);
    const database = await createDatabase("18");
    try {
      for (const name of schemas)
        await database.client.query(
          `create schema ${name}; create table ${name}.users (id bigint generated always as identity primary key, email text not null unique, quota int default 1 check (quota > 0)); create table ${name}.orders (id serial primary key, user_id bigint references ${name}.users); create view ${name}.active as select u.id from ${name}.users u join ${name}.orders o on o.user_id = u.id`,
        );
      await database.client.query("analyze");
      const known = new KnownCatalogs();
      const prints = new Set<string>();
      const started = performance.now();
      await withReader(
        database.url,
        () => {},
        async (session) => {
          for (const name of schemas) prints.add((await readFingerprint(session, name, known)).fingerprint);
        },
      );
      const each = (performance.now() - started) / count;
      console.log(`${count} schema-tenants over one connection: ${each.toFixed(2)} ms each`);
      expect(prints.size).toBe(1);
    } finally {
      await database.drop();
    }
  },
  1_200_000,
);
