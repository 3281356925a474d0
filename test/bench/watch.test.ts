import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { databaseName } from "../../lib/cli/commands/demo/tenants.js";
import { watchOutput } from "../../lib/cli/json/watch.js";
import { TestFleet } from "../support/fleet.js";
import { BENCH_DATA } from "./data.js";

const TENANTS = Number(process.env.SCHEMA_GATE_BENCH_TENANTS ?? 1000);
const CONNECTIONS = 4;
const FLOOR = join(BENCH_DATA, "catalog-floor.sql");
const missing = !existsSync(FLOOR);
if (missing) console.warn(`the bench of watch is not run: ${FLOOR}, the query that it is compared with, is not there`);

let fleet: TestFleet;
beforeAll(async () => {
  if (!missing) fleet = await TestFleet.create(TENANTS);
}, 1_200_000);
afterAll(() => fleet?.destroy(), 300_000);

/** A bare client that connects to each tenant and runs one query over its catalog. Milliseconds. */
async function floor(): Promise<number> {
  const sql = readFileSync(FLOOR, "utf8");
  const started = performance.now();
  const queue = [...fleet.tenants];
  const drain = async () => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      const client = new pg.Client({ connectionString: fleet.server.url(databaseName(id)) });
      await client.connect();
      await client.query(sql);
      await client.end();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, drain));
  return performance.now() - started;
}

async function watch() {
  const started = performance.now();
  const { code, stdout, stderr } = await fleet.run(["watch", "--json"]);
  if (stdout === "") throw new Error(stderr);
  return { ms: performance.now() - started, code, changes: watchOutput.parse(JSON.parse(stdout)).changes };
}

it.skipIf(missing)(
  `finds five changed tenants of ${TENANTS}, by the command line with its start`,
  async () => {
    await watch();
    const base = await floor();
    const unchanged = await watch();
    expect([unchanged.code, unchanged.changes]).toEqual([0, []]);
    const changed = [0, 0.2, 0.5, 0.8, 1].map((part) => fleet.tenants[Math.round(part * (TENANTS - 1))] ?? "");
    for (const id of changed) await fleet.inTenant(id, (client) => client.query("create table watched (id int)"));
    const found = await watch();
    const times = { floor: base, unchanged: unchanged.ms, changed: found.ms };
    for (const [what, ms] of Object.entries(times))
      console.log(`${what}: ${(ms / TENANTS).toFixed(2)} ms a tenant, ${(ms / base).toFixed(2)} × floor`);
    expect(found.code).toBe(1);
    expect(found.changes.map(({ code, tenants }) => [code, [...tenants].sort()])).toEqual([
      ["changed", changed.sort()],
    ]);
  },
  1_200_000,
);
