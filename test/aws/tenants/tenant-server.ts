import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { type EmbeddedServer, startEmbeddedServer } from "../../../lib/adapters/local/embedded-server.js";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { readReleaseFolder } from "../../../lib/adapters/local/release-folder.js";
import { scratchDirectory } from "../../../lib/adapters/local/scratch-directory.js";
import { createDemoFleet } from "../../../lib/cli/commands/demo/fleet.js";
import { databaseName } from "../../../lib/cli/commands/demo/tenants.js";
import { readRelease } from "../../../lib/core/release/read-release.js";

export const MIGRATIONS = join(packageRoot(), "examples", "demo", "migrations");

/** One real server with the tenants of all scenarios, reached in the same way from either engine. */
export class TenantServer {
  private constructor(
    private readonly directory: string | null,
    private readonly server: EmbeddedServer,
  ) {}

  /** A server that is there already and that the functions reach too, as `postgres://USER:PASSWORD@HOST:PORT`. Its tenants stay. */
  static at(address: string): TenantServer {
    const { hostname: host, port, username, password } = new URL(address);
    const url = (database: string) =>
      `postgres://${username}:${password}@${host}:${port || 5432}/${encodeURIComponent(database)}`;
    const user = decodeURIComponent(username);
    return new TenantServer(null, {
      host,
      port: Number(port || 5432),
      user,
      password: decodeURIComponent(password),
      url,
      stop: async () => {},
    });
  }

  static async start(): Promise<TenantServer> {
    const directory = mkdtempSync(join(scratchDirectory(2 ** 30), "schema-gate-aws-test-"));
    chmodSync(directory, 0o755);
    mkdirSync(join(directory, "server"));
    return new TenantServer(directory, await startEmbeddedServer({ directory: join(directory, "server") }));
  }

  get password(): string {
    return this.server.password;
  }

  /** Tenants with the demo's first migration and some rows. */
  async create(tenants: readonly string[]): Promise<void> {
    await createDemoFleet(
      this.server,
      await readRelease(await readReleaseFolder(MIGRATIONS)),
      tenants,
      "clean",
      () => {},
    );
  }

  /** Without the password. */
  url(tenant: string): string {
    return `postgres://${encodeURIComponent(this.server.user)}@${this.server.host}:${this.server.port}/${encodeURIComponent(databaseName(tenant))}`;
  }

  async client(tenant: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.server.url(databaseName(tenant)) });
    client.on("error", () => {});
    await client.connect();
    return client;
  }

  async query(tenant: string, sql: string): Promise<readonly Record<string, unknown>[]> {
    const client = await this.client(tenant);
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Whether the tenant has the release. */
  async hasRelease(tenant: string): Promise<boolean> {
    const sql =
      "select from information_schema.columns where table_schema = 'app' and table_name = 'users' and column_name = 'quota_used'";
    return (await this.query(tenant, sql)).length === 1;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    if (this.directory !== null) rmSync(this.directory, { recursive: true, force: true });
  }
}
