import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { artifactsFolder } from "../../../lib/adapters/local/artifacts-folder.js";
import { type EmbeddedServer, startEmbeddedServer } from "../../../lib/adapters/local/embedded-server.js";
import { scratchDirectory } from "../../../lib/adapters/local/scratch-directory.js";
import { configSchema } from "../../../lib/core/config/config.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { Ports } from "../../../lib/ports/ports.js";
import type { BackfillPace } from "../../../lib/steps/migration/backfill-pace.js";
import { paceOf } from "../../../lib/steps/rollout/pace.js";
import type { TenantContext } from "../../../lib/steps/rollout/tenant-context.js";
import { application, numbers, ROWS, SETUP, StruckBackfill } from "../../support/faults/backfill-under-faults.js";
import { canMount, fill } from "../../support/faults/full-disk.js";
import { testClock } from "../../support/migration.js";
import { query } from "../../support/query.js";
import { openTestSession } from "../../support/session.js";
import { copyAsReplica, STREAMING, startReplica, untilCaughtUp } from "../../support/streaming-replica.js";

/** How often each is done, in this order: no replica may follow a tablespace on the same machine. */
const COUNTS = {
  "server killed": 40,
  "server restarted": 20,
  "disk full": 20,
  "replica lags": 5,
  failover: 10,
} as const;
type Kind = keyof typeof COUNTS;

/** What is committed must survive the server, or nothing would ever be finished. */
const SETTINGS = { ...STREAMING, synchronous_commit: "on" };
const root = mkdtempSync(join(scratchDirectory(2 ** 30), "schema-gate-backfill-faults-"));
const disk = join(root, "disk");
const filler = join(disk, "filler");
let primary: EmbeddedServer;
let replica: EmbeddedServer | null = null;
let folders = { primary: join(root, "a"), replica: join(root, "b") };
const url = () => primary.url("postgres");

beforeAll(async () => {
  await loadParser();
  chmodSync(root, 0o755);
  for (const folder of [folders.primary, disk]) mkdirSync(folder);
  primary = await startEmbeddedServer({ directory: folders.primary, settings: SETTINGS });
}, 120_000);
afterAll(async () => {
  await replica?.stop();
  await primary.stop();
  if (canMount()) execFileSync("umount", ["-l", disk]);
  rmSync(root, { recursive: true, force: true });
});

/** Gives the primary a replica made of its files. */
async function pair(): Promise<EmbeddedServer> {
  await primary.stop();
  rmSync(folders.replica, { recursive: true, force: true });
  copyAsReplica(folders.primary, folders.replica);
  primary = await startEmbeddedServer({ directory: folders.primary, port: primary.port, settings: SETTINGS });
  replica = await startReplica(folders.replica, primary, SETTINGS);
  return replica;
}

/** An immediate shutdown: every process ends where it is, and the next start recovers from the log. */
async function kill(): Promise<void> {
  process.kill(Number(readFileSync(join(folders.primary, "data", "postmaster.pid"), "utf8").split("\n")[0]), "SIGQUIT");
  await primary.stop();
}

const BLOWS: Readonly<Record<"server killed" | "server restarted" | "failover", () => Promise<void>>> = {
  "server killed": async () => {
    await kill();
    primary = await startEmbeddedServer({ directory: folders.primary, port: primary.port, settings: SETTINGS });
  },
  "server restarted": async () => {
    await primary.stop();
    primary = await startEmbeddedServer({ directory: folders.primary, port: primary.port, settings: SETTINGS });
  },
  failover: async () => {
    const follower = replica ?? (await pair());
    await kill();
    await query(follower, "select pg_promote()");
    primary = follower;
    folders = { primary: folders.replica, replica: folders.primary };
    await pair();
  },
};

/** One attempt, struck once, after as many batches as chance says: each gets further. False when the fault came too late. */
async function struck(kind: Kind, backfill: StruckBackfill, random: () => number): Promise<boolean> {
  const session = await openTestSession(url());
  try {
    if (kind === "replica lags") return await lagging(replica ?? (await pair()), backfill.attempt(session, lagPace()));
    const reached = new AbortController();
    let left = 1 + Math.floor(random() * 4);
    const work = backfill.attempt(session, {
      between: async () => {
        left -= 1;
        if (left === 0) reached.abort();
      },
    });
    await Promise.race([work, testClock.sleep(60_000, reached.signal)]);
    if (kind === "disk full") return await fullWhile(work);
    await BLOWS[kind]();
    return (await work) !== null;
  } finally {
    await session.close().catch(() => {});
  }
}

async function fullWhile(work: Promise<unknown>): Promise<boolean> {
  fill(filler);
  await Promise.race([work, testClock.sleep(2000)]);
  rmSync(filler);
  const error = await work;
  return String((error as Error | null)?.message).includes("No space left");
}

/** The replica stops replaying for longer than it may lag, and goes on. */
async function lagging(follower: EmbeddedServer, work: Promise<unknown>): Promise<boolean> {
  await query(follower, "select pg_wal_replay_pause()");
  const first = await Promise.race([work.then(() => "ended"), testClock.sleep(1500).then(() => "held")]);
  await query(follower, "select pg_wal_replay_resume()");
  expect(await work).toBeNull();
  return first === "held";
}

let artifacts = 0;
function lagPace(): BackfillPace {
  const ports = {
    run: "r",
    artifacts: artifactsFolder(join(root, `artifacts-${artifacts++}`)),
    clock: testClock,
    audit: { append: async () => {} },
    events: { emit: () => {} },
    stop: new AbortController().signal,
    deadline: null,
  } as unknown as Ports;
  const config = configSchema.parse({
    registry: { file: "tenants.csv" },
    connection: { superuser: "a server of the tests alone" },
    migrations: "migrations",
    staging: { mode: "same host" },
    approval: { approvers: [{ id: "alex" }] },
    rollout: { backfill: { lag: "100ms" } },
  });
  const tenant = { id: "acme", group: null, host: "here", database: "postgres", schema: null };
  return paceOf(ports, { config, tenant, group: null } as unknown as TenantContext);
}

/** The table lies on a disk of its own where that is to be full. */
async function table(kind: Kind): Promise<void> {
  const space = kind === "disk full" ? "set default_tablespace = small" : "reset default_tablespace";
  await query(primary, "drop schema if exists schema_gate cascade; drop table if exists items, done");
  await query(primary, `${space}; ${SETUP}`);
  if (kind === "replica lags" || kind === "failover") await untilCaughtUp(primary, replica ?? (await pair()));
}

async function smallDisk(): Promise<void> {
  if (existsSync(join(disk, "data"))) return;
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", disk]);
  const place = join(disk, "data");
  mkdirSync(place, { mode: 0o700 });
  const { uid, gid } = statSync(join(folders.primary, "data"));
  chownSync(place, uid, gid);
  await query(primary, `create tablespace small location '${place}'`);
}

for (const [kind, count] of Object.entries(COUNTS) as [Kind, number][])
  it.skipIf(kind === "disk full" && !canMount())(
    `changes every row once through ${count} times "${kind}"`,
    async () => {
      const random = numbers(11);
      if (kind === "disk full") await smallDisk();
      let [faults, rounds] = [0, 0];
      while (faults < count) {
        rounds += 1;
        await table(kind);
        const backfill = await StruckBackfill.begin(url());
        const over = new AbortController();
        const app = application(url, random, over.signal);
        for (let done = false; !done; ) {
          if (await struck(kind, backfill, random)) faults += 1;
          done = (await query(primary, "select from done")).length > 0;
        }
        over.abort();
        await app;
        const session = await openTestSession(url());
        await backfill.expectExactlyOnce(session, null);
        await backfill.expectExactUndo(session);
        await session.close();
      }
      if (kind === "disk full")
        for (const sql of ["drop table items, done", "drop schema schema_gate cascade", "drop tablespace small"])
          await query(primary, sql);
      console.log(`${faults} times "${kind}" in ${rounds} backfills of ${ROWS} rows`);
    },
    900_000,
  );
