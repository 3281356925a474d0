import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../../lib/adapters/local/free-port.js";
import { ownLedger } from "../../../lib/core/release/ledgers/own.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readLedger } from "../../../lib/steps/ledger.js";
import { applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { TenantGuard } from "../../../lib/steps/rollout/tenant-guard.js";
import { testClock, testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

const installed = spawnSync("pgbouncer", ["--version"]).status === 0;
const tenant = { id: "acme", group: null, host: "h", database: "d", schema: null } as const;
const settings = { lockTimeout: 3_000, statementTimeout: 10_000, concurrentTimeout: 10_000 };

beforeAll(() => loadParser());

/** PgBouncer in transaction mode before a server, with two connections for everybody. Returns the URL through it. */
async function pooled(url: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "pgbouncer-"));
  const { hostname, port, username, password, pathname } = new URL(url);
  const own = await freePort();
  const ini = `[databases]
* = host=${hostname} port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
`;
  writeFileSync(join(directory, "pgbouncer.ini"), ini, { mode: 0o644 });
  const root = process.getuid?.() === 0;
  if (root) spawnSync("chmod", ["755", directory]);
  const child = spawn("pgbouncer", [...(root ? ["-u", "nobody"] : []), join(directory, "pgbouncer.ini")]);
  onTestFinished(() => {
    child.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  });
  await new Promise<void>((resolve, reject) => {
    const text: string[] = [];
    child.once("exit", () => reject(new Error(text.join(""))));
    child.stderr.on("data", (data) => {
      text.push(String(data));
      if (/process up/.test(text.join(""))) resolve();
    });
  });
  return `postgres://${username}:x@127.0.0.1:${own}${pathname}`;
}

it.skipIf(!installed)(
  `two runs behind a transaction pooler migrate a tenant once${installed ? "" : " (skipped: pgbouncer is not installed)"}`,
  async () => {
    const { url, client } = await temporaryDatabase("18", "create table t (i int); insert into t values (0)");
    const through = await pooled(url);
    const ledger = ownLedger(null);
    const migration = testMigration(
      "update t set i = i + 1; create index concurrently t_i on t (i); update t set i = i + 10",
    );
    const work = async (run: string) => {
      const session = await testSession(through);
      const needed = async () => !(await readLedger(session, ledger)).some(({ version }) => version === "1");
      const guard = new TenantGuard({ run, tenant, concurrentTimeout: 10_000, needed });
      const common = { ledger, settings, schema: null, keep: [], clock: testClock, guard } as const;
      for (let attempt = 0; ; attempt += 1) {
        try {
          if (await needed()) await applyMigration(session, { migration, isolation: "read committed", ...common });
          return;
        } catch (error) {
          if (attempt > 40 || (error as { code?: string }).code !== "55P03") throw error;
          await testClock.sleep(50);
        } finally {
          await guard.release(session);
        }
      }
    };
    await Promise.all(["a", "b", "c"].map(work));
    expect((await client.query("select i from t")).rows).toEqual([{ i: 11 }]);
    expect((await client.query("select count(*)::int as n from schema_gate.ledger")).rows).toEqual([{ n: 1 }]);
    // The server is shared with other tests, which hold locks in databases of their own.
    const held = `select count(*)::int as n from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`;
    expect((await client.query(held)).rows).toEqual([{ n: 0 }]);
  },
);
