import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type EmbeddedServer, startEmbeddedServer } from "../../lib/adapters/local/embedded-server.js";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { readReleaseFolder } from "../../lib/adapters/local/release-folder.js";
import { ownScratchDirectory } from "../../lib/adapters/local/scratch-directory.js";
import { createDemoFleet, type Scenario } from "../../lib/cli/commands/demo/fleet.js";
import { databaseName, demoTenants } from "../../lib/cli/commands/demo/tenants.js";
import { readRelease } from "../../lib/core/release/read-release.js";
import { identifier } from "../../lib/core/sql/quote.js";
import { stateOnly } from "./captured-io.js";
import { type Major, serverPackage } from "./majors.js";
import { asPerson } from "./two-people.js";

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A fleet of a test's own on a real server of its own, with a config as a user would write it. */
export class TestFleet {
  readonly directory: string;
  readonly server: EmbeddedServer;
  readonly tenants: readonly string[];

  private constructor(directory: string, server: EmbeddedServer, tenants: readonly string[]) {
    this.directory = directory;
    this.server = server;
    this.tenants = tenants;
  }

  static async create(count: number, scenario: Scenario = "clean", major: Major = "18"): Promise<TestFleet> {
    const directory = ownScratchDirectory("schema-gate-fleet-", count * 9 * 2 ** 20);
    chmodSync(directory, 0o755);
    mkdirSync(join(directory, "server"));
    const binaries = await serverPackage(major);
    const server = await startEmbeddedServer({ directory: join(directory, "server"), package: binaries });
    const tenants = demoTenants(count);
    const release = await readRelease(await readReleaseFolder(migrations()));
    await createDemoFleet(server, release, tenants, scenario, () => {});
    const fleet = new TestFleet(directory, server, tenants);
    fleet.writeRegistry(tenants);
    fleet.writeConfig({});
    return fleet;
  }

  /** The registry lists these tenants; `urls` replaces the URL of some. */
  writeRegistry(tenants: readonly string[], urls: Readonly<Record<string, string>> = {}): void {
    const url = (id: string) =>
      urls[id] ?? `postgres://postgres@127.0.0.1:${this.server.port}/${encodeURIComponent(databaseName(id))}`;
    const rows = tenants.map((id) => `${id},${url(id)}`);
    writeFileSync(join(this.directory, "tenants.csv"), ["id,url", ...rows, ""].join("\n"));
  }

  /** A config that works, with some keys replaced. JSON is YAML. */
  writeConfig(changes: Readonly<Record<string, unknown>>): void {
    const config = {
      migrations: migrations(),
      registry: { file: "tenants.csv" },
      connection: { password: "env:TENANT_PASSWORD", superuser: "a server of the tests alone" },
      staging: { mode: "same host" },
      requester: "release-pipeline",
      approval: { approvers: [{ id: userInfo().username }] },
      rollout: { canary: 1, growth: 6, maxWave: 150 },
      ...changes,
    };
    writeFileSync(join(this.directory, "schema-gate.yaml"), JSON.stringify(config, null, 2));
  }

  /** Starts the command line as a process of its own, in the fleet's folder. */
  start(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    directory = this.directory,
  ): ChildProcess {
    return spawn(process.execPath, [join(packageRoot(), "dist", "bin", "schema-gate.js"), ...args], {
      cwd: directory,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ...stateOnly(),
        ...asPerson(args),
        TENANT_PASSWORD: this.server.password,
        ...environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
    return ended(this.start(args, environment));
  }

  /** Names of the runs, oldest first. */
  runs(): readonly string[] {
    const folder = join(this.directory, ".schema-gate", "runs");
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  runFolder(): string {
    const run = this.runs().at(-1);
    if (run === undefined) throw new Error("the fleet has no run yet");
    return join(this.directory, ".schema-gate", "runs", run);
  }

  async inTenant<T>(id: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.server.url(databaseName(id)) });
    client.on("error", () => {});
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** Another database is in a tenant's place, with the same name and content, while the work is done. */
  async replacing<T>(id: string, work: () => Promise<T>): Promise<T> {
    const name = identifier(databaseName(id));
    const aside = identifier(`${databaseName(id)}_aside`);
    const admin = new pg.Client({ connectionString: this.server.url("postgres") });
    await admin.connect();
    try {
      await admin.query(`alter database ${name} rename to ${aside}`);
      await admin.query(`create database ${name} template ${aside}`);
      return await work();
    } finally {
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.query(`alter database ${aside} rename to ${name}`);
      await admin.end();
    }
  }

  /** Node's options for a command whose clock is so many milliseconds further. */
  later(ms: number): string {
    const text = `const now = Date.now; Date.now = () => now() + ${ms};`;
    return `--import=data:text/javascript,${encodeURIComponent(text)}`;
  }

  async destroy(): Promise<void> {
    await this.server.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export function ended(child: ChildProcess): Promise<CommandResult> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Resolves as soon as a condition that another process brings about holds. Throws after a minute. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await condition()); await new Promise(setImmediate)) {
    if (Date.now() > deadline) throw new Error(`waited a minute in vain until ${what}`);
  }
}

function migrations(): string {
  return join(packageRoot(), "examples", "demo", "migrations");
}
