import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { query } from "../../support/query.js";
import { type BenchServer, benchServer, fill, inBatches, STATEMENT, seconds } from "./bench.js";

const ROWS = Number(process.env.SCHEMA_GATE_ROWS ?? 300_000);
/** Transactions a second: what an application asks for, whatever else goes on. */
const RATE = Number(process.env.SCHEMA_GATE_RATE ?? 100);
const IDLE_SECONDS = 30;

let bench: BenchServer;
beforeAll(async () => {
  await loadParser();
  bench = await benchServer();
}, 120_000);
afterAll(() => bench.close());

interface Load {
  readonly p99: number;
  readonly longest: number;
  readonly transactions: number;
}

/** pgbench on random rows of the same table, read and written, for as long as the work takes. Milliseconds. */
async function under(work: () => Promise<unknown>): Promise<Load> {
  const folder = mkdtempSync(join(bench.root, "pgbench-"));
  mkdirSync(folder, { recursive: true });
  const script = join(folder, "load.sql");
  writeFileSync(
    script,
    `\\set id random(1, ${ROWS})\nbegin;\nselect name from users where id = :id;\nupdate users set n = n + 1 where id = :id;\ncommit;\n`,
  );
  const { server } = bench;
  const where = ["-h", server.host, "-p", String(server.port), "-U", server.user, "postgres"];
  const load = ["-n", "-c", "4", "-j", "1", "-R", String(RATE), "-T", "3600", "-M", "prepared", "-f", script, "-l"];
  const stop = new AbortController();
  const env = { ...process.env, PGPASSWORD: server.password };
  const running = promisify(execFile)("pgbench", [...load, ...where], {
    cwd: folder,
    env,
    signal: stop.signal,
    killSignal: "SIGINT",
  });
  running.catch(() => {});
  await delay(1000);
  await work();
  // pgbench logs a transaction when it ends: those that still wait for a row must end first.
  await delay(1000);
  stop.abort();
  await running.catch(() => {});
  // client, transaction, microseconds, …
  const log = readdirSync(folder).filter((name) => name.startsWith("pgbench_log"));
  const times = log
    .flatMap((name) => readFileSync(join(folder, name), "utf8").trim().split("\n"))
    .map((line) => Number(line.split(" ")[2]) / 1000)
    .filter((ms) => ms > 0)
    .sort((a, b) => a - b);
  return { p99: times[Math.floor(times.length * 0.99)] ?? 0, longest: times.at(-1) ?? 0, transactions: times.length };
}

it(`${RATE} transactions a second on ${ROWS} rows: idle, beside batches, beside the plain statement`, async () => {
  const lines: string[] = [];
  const say = (name: string, { p99, longest, transactions }: Load, took: number) =>
    lines.push(
      `${name}: p99 ${p99.toFixed(1)} ms, longest ${longest.toFixed(0)} ms, ${transactions} transactions; ${Math.round(ROWS / took)} rows/s`,
    );
  await fill(bench, ROWS);
  const idle = await under(() => delay(IDLE_SECONDS * 1000));
  say("idle", idle, Number.POSITIVE_INFINITY);
  for (const [batch, percent] of [
    ["20ms", 100],
    ["20ms", 25],
    ["5ms", 25],
    ["5ms", 5],
  ] as const) {
    await fill(bench, ROWS);
    let took = 0;
    const load = await under(async () => {
      took = await seconds(() => inBatches(bench, { batch, keep: false, percent }));
    });
    say(`batches of ${batch} at speed ${percent}`, load, took);
    lines.push(`  ${(load.p99 / idle.p99).toFixed(2)} of idle`);
  }
  await fill(bench, ROWS);
  let whole = 0;
  const plain = await under(async () => {
    whole = await seconds(() => query(bench.server, STATEMENT));
  });
  say("plain statement", plain, whole);
  console.log(lines.join("\n"));
  expect(plain.longest).toBeGreaterThan(idle.longest);
}, 3_600_000);
